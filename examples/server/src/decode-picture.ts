import { RequestError } from "trellis-learn/serve";

/** Grey values row by row, 0 black to 255 white. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** Of the file; `pixels` may be fewer. */
  readonly original: { readonly width: number; readonly height: number };
  readonly pixels: Uint8Array;
}

/** Most pixels of a side of the file. */
const MAX_SIDE = 4096;
/** A larger picture is made smaller as it is decoded, so that what comes after costs next to nothing. */
const ENOUGH = 256;
const SECONDS = 2;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * Reads a PNG or JPEG file; what kind of file it is its first bytes say. Of an animation the first picture counts.
 * Transparent parts are paper: white beneath dark ink, black beneath light ink.
 *
 * @throws RequestError 400 EMPTY_FILE, BAD_PICTURE; 413 IMAGE_TOO_LARGE; 415 NO_PICTURE
 */
export async function decodePicture(file: Buffer): Promise<GreyPicture> {
  const path = ["image"];
  if (file.length === 0)
    throw new RequestError(400, "EMPTY_FILE", "image must hold a PNG or JPEG file; got none", { path });
  if (![PNG, JPEG].some((signature) => file.subarray(0, signature.length).equals(signature))) {
    throw new RequestError(
      415,
      "NO_PICTURE",
      "image must be a PNG or JPEG file; its first bytes say that it is neither",
      { path },
    );
  }
  const { sharp } = await import("./safe-sharp.js");
  try {
    // Only the header is read for that, however many pixels it promises.
    const { width, height } = await sharp(file, { limitInputPixels: false }).metadata();
    if (width > MAX_SIDE || height > MAX_SIDE) {
      const message = `image must have at most ${MAX_SIDE} x ${MAX_SIDE} pixels; got ${width} x ${height}`;
      throw new RequestError(413, "IMAGE_TOO_LARGE", message, { path });
    }
    const { data, info } = await sharp(file, { failOn: "error", sequentialRead: true })
      .timeout({ seconds: SECONDS })
      .autoOrient()
      .resize(ENOUGH, ENOUGH, { fit: "inside", withoutEnlargement: true })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, original: { width, height }, pixels: onPaper(data) };
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    const message = "image must be a whole PNG or JPEG file; this one is damaged or of a kind that cannot be read";
    throw new RequestError(400, "BAD_PICTURE", message, { path, cause });
  }
}

/** The grey of red, green, blue and opacity, on the paper that the ink stands out from. */
function onPaper(rgba: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(rgba.length / 4);
  let [sum, weight] = [0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const [red, green, blue, opacity] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!, rgba[4 * i + 3]!];
    pixels[i] = (54 * red + 183 * green + 19 * blue) >> 8; // The luma of ITU-R BT.709.
    sum += pixels[i]! * opacity;
    weight += opacity;
  }
  const paper = sum < 128 * weight ? 255 : 0;
  for (let i = 0; i < pixels.length; i++) {
    const opacity = rgba[4 * i + 3]! / 255;
    pixels[i] = Math.round(pixels[i]! * opacity + paper * (1 - opacity));
  }
  return pixels;
}
