import { RequestError } from "trellis-learn/serve";
import type { GreyPicture } from "./decode-picture.js";

/** Grey levels between paper and the strongest ink below which a picture counts as empty. */
const FAINTEST = 32;
/** Share of the strongest ink, in 255ths, from which on a pixel belongs to the digit; the rest is noise or the edge of a stroke. */
const INK = 32;
/** MNIST's digits fit a box of 20 x 20 pixels, whose centre of mass is that of a picture of 28 x 28. */
const [BOX, SIDE] = [20, 28];

/** Grey values with high values for ink, and what the paper has of it. */
interface Ink {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly paper: number;
}

/**
 * A picture of 8 x 8 pixels as scikit-learn's digits have it: 64 values from 0, paper, to 16, ink.
 * @throws RequestError 400 NO_INK
 */
export async function digitsPixels(picture: GreyPicture): Promise<Float64Array> {
  const { width, height, pixels } = inkOf(picture);
  const small = width === 8 && height === 8 ? pixels : await resized(pixels, width, height, 8, 8);
  return Float64Array.from(small, (grey) => (grey * 16) / 255);
}

/**
 * A picture of any size as MNIST has it: 28 x 28 bytes from 0, paper, to 255, ink. The digit is cut out, scaled to fit the box,
 * and put where its centre of mass is the middle.
 *
 * @see Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998
 * @throws RequestError 400 NO_INK
 */
export async function mnistPixels(picture: GreyPicture): Promise<Uint8Array> {
  const ink = inkOf(picture);
  const digit = cutOut(stretched(ink), ink.width, ink.height);
  const scale = BOX / Math.max(digit.width, digit.height);
  const width = Math.max(1, Math.round(digit.width * scale));
  const height = Math.max(1, Math.round(digit.height * scale));
  return centred(await resized(digit.pixels, digit.width, digit.height, width, height), width);
}

/** The border is paper; ink is what differs most from it, whether it is lighter or darker. */
function inkOf({ width, height, pixels }: GreyPicture): Ink {
  const paper = medianOfBorder(pixels, width, height);
  let [darkest, lightest] = [255, 0];
  for (const grey of pixels) {
    if (grey < darkest) darkest = grey;
    if (grey > lightest) lightest = grey;
  }
  if (Math.max(paper - darkest, lightest - paper) < FAINTEST) {
    const message = "image must show a digit; this one is of one colour";
    throw new RequestError(400, "NO_INK", message, { path: ["image"] });
  }
  if (lightest - paper >= paper - darkest) return { width, height, pixels, paper };
  return { width, height, pixels: pixels.map((grey) => 255 - grey), paper: 255 - paper };
}

function medianOfBorder(pixels: Uint8Array, width: number, height: number): number {
  const sides = [pixels.subarray(0, width), pixels.subarray(pixels.length - width)].flatMap((row) => [...row]);
  for (let y = 0; y < height; y++) sides.push(pixels[y * width]!, pixels[(y + 1) * width - 1]!);
  return sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)]!;
}

/** From 0 for paper to 255 for the strongest ink. */
function stretched({ pixels, paper }: Ink): Uint8Array {
  let most = 0;
  for (const grey of pixels) if (grey > most) most = grey;
  return pixels.map((grey) => Math.round((255 * Math.max(0, grey - paper)) / (most - paper)));
}

function cutOut(pixels: Uint8Array, width: number, height: number): Omit<Ink, "paper"> {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    const first = row.findIndex((grey) => grey >= INK);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(
      right,
      row.findLastIndex((grey) => grey >= INK),
    );
    top = Math.min(top, y);
    bottom = y;
  }
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cut = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const start = (top + y) * width + left;
    cut.set(pixels.subarray(start, start + size.width), y * size.width);
  }
  return { ...size, pixels: cut };
}

async function resized(
  pixels: Uint8Array,
  width: number,
  height: number,
  newWidth: number,
  newHeight: number,
): Promise<Uint8Array> {
  const { sharp } = await import("./safe-sharp.js");
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(newWidth, newHeight, { fit: "fill" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
}

function centred(pixels: Uint8Array, width: number): Uint8Array {
  let [mass, across, down] = [0, 0, 0];
  for (const [i, grey] of pixels.entries()) {
    mass += grey;
    across += grey * (i % width);
    down += grey * Math.floor(i / width);
  }
  const left = Math.round(SIDE / 2 - across / mass);
  const top = Math.round(SIDE / 2 - down / mass);
  const picture = new Uint8Array(SIDE * SIDE);
  for (const [i, grey] of pixels.entries()) {
    const [x, y] = [left + (i % width), top + Math.floor(i / width)];
    if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) picture[y * SIDE + x] = grey;
  }
  return picture;
}
