import { readFileSync } from "node:fs";
import { crc32, inflateSync } from "node:zlib";
import { inlinePool, Matrix, RandomForestClassifier } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import { digitPicture } from "../../examples/digits/src/digit-picture.js";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);
const fileOf = (digit: number) =>
  new URL(`../../examples/digits/handwritten-digits/digit_${digit}.png`, import.meta.url);

/** The grey values of a PNG without filters; throws where a checksum or the header is not what it should be. */
function greyValues(png: Buffer): { width: number; height: number; pixels: Uint8Array } {
  const chunks = new Map<string, Buffer>();
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    expect(png.readUInt32BE(end)).toBe(crc32(png.subarray(at + 4, end)));
    chunks.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, end));
    at = end + 4;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  expect([...header.subarray(8)]).toEqual([8, 0, 0, 0, 0]);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get("IDAT")!);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    expect(rows[y * (width + 1)]).toBe(0);
    pixels.set(rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)), y * width);
  }
  return { width, height, pixels };
}

describe("The sample pictures of the digits example", () => {
  it("are what the script draws, byte for byte", () => {
    for (const digit of DIGITS) expect(readFileSync(fileOf(digit)).equals(digitPicture(digit))).toBe(true);
  });

  it("are grey PNG files of 8 x 8, white ink on black paper, with the 17 grey values of the data", () => {
    for (const digit of DIGITS) {
      const { width, height, pixels } = greyValues(readFileSync(fileOf(digit)));
      expect([width, height]).toEqual([8, 8]);
      for (const value of pixels) expect(Math.round((Math.round((value * 16) / 255) * 255) / 16)).toBe(value);
      expect(Math.max(...pixels)).toBeGreaterThan(200);
      const corners = [0, 7, 56, 63].map((pixel) => pixels[pixel]!);
      expect(Math.max(...corners)).toBeLessThan(64);
    }
  });

  it("are all read right by a forest that was fitted on the data", async () => {
    const { X, y } = loadDigits();
    const levels = DIGITS.flatMap((digit) =>
      [...greyValues(readFileSync(fileOf(digit))).pixels].map((value) => Math.round((value * 16) / 255)),
    );
    const pool = inlinePool();
    const forest = new RandomForestClassifier({ randomState: 42 });
    await forest.fit(X, y, { pool });
    expect(await forest.predict(new Matrix(Uint8Array.from(levels), 10, 64), { pool })).toEqual(DIGITS);
    await pool.close();
  });
});
