import { describe, expect, it } from "vitest";
import { featureImportancesPicture } from "../../src/report.js";
import { textsOf } from "./svg-texts.js";

const importances = Float64Array.of(0.1, 0.6, 0.05, 0.25);

describe("featureImportancesPicture", () => {
  it("names the most important features, the largest first.", async () => {
    const svg = await featureImportancesPicture(importances, { names: ["age", "<b>", "c", "d"], most: 3 });
    const texts = textsOf(svg);
    expect(texts.filter((text) => ["age", "<b>", "c", "d"].includes(text))).toEqual(["<b>", "d", "age"]);
    expect(texts).toEqual(expect.arrayContaining(["the 3 most important of 4 features", "0.6", "0.25", "0.1"]));
    expect(svg).toContain("<desc>the 3 most important of 4 features; &lt;b&gt;: 0.6; d: 0.25; age: 0.1</desc>");
  });

  it("counts features without names, and draws importances that are 0 or negative.", async () => {
    expect(textsOf(await featureImportancesPicture([0, 0]))).toEqual(
      expect.arrayContaining(["feature 0", "feature 1"]),
    );
    const svg = await featureImportancesPicture([0.2, -0.1]);
    expect(textsOf(svg)).toContain("-0.1");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("draws pixels as an image, darker where they matter more.", async () => {
    const svg = await featureImportancesPicture(importances, { shape: [2, 2] });
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["of 2 x 2 pixels", "0.6", "0"]));
    expect(svg).toContain("largest at row 0, column 1");
    const cells = [...svg.matchAll(/<path [^>]*fill="(rgb\([^"]+\)|#[0-9a-f]{6})"/g)].map(([, fill]) => fill);
    expect(cells).toContain("rgb(8,81,156)");
  });

  it.each([
    [[], {}, "must hold one a feature; got none"],
    [[Number.NaN], {}, "must be finite numbers; got NaN for feature 0"],
    [[1, 2], { names: ["a"] }, "must be as many as importances (2); got 1"],
    [[1, 2], { shape: [2, 2] as const }, "as many pixels as there are importances (2); got 2 x 2"],
    [[1, 2], { most: 0 }, "must be an integer from 1 to 100; got 0"],
    [new Float64Array(129 * 128), { shape: [129, 128] as const }, "can have 16384 pixels at most; got 16512"],
  ])("refuses %j with %j.", async (values, options, message) => {
    await expect(featureImportancesPicture(values, options)).rejects.toThrow(message);
  });
});
