import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { png } from "../../src/report/png.js";
import { toPng, worstMistakesPicture } from "../../src/report.js";
import { textsOf } from "./svg-texts.js";

/** Images of 1 x 2 pixels; rows 1, 2 and 3 are wrong, row 2 most surely. */
const options = {
  X: [[0, 1], [1, 0], [0, 0.5], [1, 1]], // biome-ignore format: images
  shape: [1, 2] as const,
  yTrue: ["a", "a", "a", "b"],
  yScore: [0.1, 0.6, 0.9, 0.3],
};

/** The pixels of a PNG that stores them, in grey. */
function pixelsOf(file: Uint8Array): number[] {
  const view = new DataView(file.buffer, file.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const start = 8 + 25 + 8;
  const data = inflateSync(file.subarray(start, start + view.getUint32(8 + 25)));
  return Array.from({ length: height }, (_, y) => [
    ...data.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
  ]).flat();
}

describe("worstMistakesPicture", () => {
  it("shows the rows that are wrong, the surest first, with both labels and the probability.", async () => {
    const svg = await worstMistakesPicture(options);
    const texts = textsOf(svg).filter((text) => /^(true|said)/.test(text));
    expect(texts).toEqual(["true: a", "said: b (0.90)", "true: b", "said: a (0.70)", "true: a", "said: b (0.60)"]);
    expect(textsOf(svg)).toContain("3 of 4 rows wrong");
    expect(svg).toContain("row 2: a, taken for b (0.90)");
    expect(await worstMistakesPicture(options)).toBe(svg);
  });

  it("holds the images as they are: dark and light as the values shown, or turned over where they are ink.", async () => {
    const images = async (ink: boolean) => {
      const svg = await worstMistakesPicture({ ...options, most: 2, ink });
      const files = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data]) => data!);
      return files.map((data) => pixelsOf(Buffer.from(data, "base64")));
    };
    expect(await images(false)).toEqual([[0, 128], [255, 255]]); // biome-ignore format: images
    expect(await images(true)).toEqual([[255, 127], [0, 0]]); // biome-ignore format: images
    expect((await toPng(await worstMistakesPicture(options))).length).toBeGreaterThan(1000);
  });

  it("says so where no row is wrong, and cannot be made to hold markup.", async () => {
    const right = { ...options, yTrue: ["a", "b", "b", "a"] };
    expect(textsOf(await worstMistakesPicture(right))).toContain("none of 4 rows wrong");
    const hostile = { ...options, yTrue: options.yTrue.map((label) => `${label}"><script>`), title: "<b>" };
    const svg = await worstMistakesPicture(hostile);
    expect(svg).not.toMatch(/<script|<b>/);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["<b>", 'true: a"><script>']));
  });

  it("refuses images and probabilities that do not fit.", async () => {
    const refused = (more: object, message: string) =>
      expect(worstMistakesPicture({ ...options, ...more })).rejects.toThrow(message);
    await refused({ shape: [2, 2] }, "must have as many values as X has columns (2); got 2 x 2 x 1");
    await refused({ shape: [1, 1, 2] }, "must be rows, columns and 1 or 3 channels; got 1 x 1 x 2");
    await refused({ X: [[0, 1]] }, "must have as many rows; got 1 and 4");
    await refused({ yScore: [1, 2, 3, 4] }, "must be probabilities in [0, 1]; got 2 in row 1");
    await expect(worstMistakesPicture({ ...options, most: 65 })).rejects.toThrow(InvalidParameterError);
    const huge = { ...options, X: options.yTrue.map(() => new Float64Array(65_537)), shape: [1, 65_537] as const };
    await expect(worstMistakesPicture(huge)).rejects.toThrow(InvalidDataError);
  });
});

describe("png", () => {
  it("stores more than a block holds, in grey.", () => {
    const bytes = Uint8Array.from({ length: 300 * 300 }, (_, i) => i % 251);
    expect(pixelsOf(png({ rows: 300, columns: 300, channels: 1, bytes }))).toEqual([...bytes]);
  });
});
