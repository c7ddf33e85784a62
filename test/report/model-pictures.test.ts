import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { featureImportancesPicture, learningCurvePicture } from "../../src/report.js";
import { textsOf } from "./svg-texts.js";

const history = {
  loss: Float64Array.of(0.9, 0.5, 0.4),
  accuracy: Float64Array.of(0.6, 0.8, 0.85),
  valLoss: Float64Array.of(0.8, 0.6, 0.65),
  valAccuracy: Float64Array.of(0.7, 0.75, 0.74),
};

describe("learningCurvePicture", () => {
  it("draws the history of a net, a panel a metric, training and validation in each.", async () => {
    const svg = await learningCurvePicture(history);
    const texts = textsOf(svg);
    for (const once of ["Epoch", "loss", "accuracy", "training", "validation"]) {
      expect(texts.filter((text) => text === once)).toEqual([once]);
    }
    expect(texts).toContain("in the end loss 0.4, validation 0.65 · accuracy 0.85, validation 0.74");
    expect(await learningCurvePicture(history)).toBe(svg);
  });

  it("draws the rounds of gradient boosting by set.", async () => {
    const texts = textsOf(await learningCurvePicture({ train: { rmse: [3, 2] }, held: { rmse: [4, 3] } }));
    expect(texts).toEqual(expect.arrayContaining(["Round", "rmse", "train", "held"]));
  });

  it("draws scores over training sizes, with a band where folds differ.", async () => {
    const sizes = { trainSizes: [10, 20], trainScores: [[1, 1], [0.9, 1]], testScores: [[0.5, 0.7], [0.7, 0.8]] }; // biome-ignore format: a table
    const svg = await learningCurvePicture(sizes, { scoreName: "R2" });
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(["Training rows", "R2", "in the end R2 0.95, validation 0.75"]),
    );
    expect(svg).toContain('fill-opacity="0.15"');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("has no room above 1 where nothing is above it, and none below 0.", async () => {
    const shares = { trainSizes: [10, 20], trainScores: [[1], [1]], testScores: [[0.8], [0.9]] };
    expect(textsOf(await learningCurvePicture(shares))).toEqual(expect.arrayContaining(["0.80", "1.00"]));
    expect(textsOf(await learningCurvePicture(shares))).not.toContain("1.05");
    expect(textsOf(await learningCurvePicture({ loss: [2, 1, 0] }))).toEqual(expect.arrayContaining(["0.0", "2.0"]));
    expect(textsOf(await learningCurvePicture({ loss: [2, 1, 0] }))).not.toContain("-0.5");
  });

  it("leaves gaps where a value is no number, and draws a single epoch.", async () => {
    for (const curve of [
      { loss: [0.5, Number.NaN, 0.3], valLoss: [Number.NaN, Number.NaN, Number.NaN] },
      { loss: [1] },
    ]) {
      const svg = await learningCurvePicture(curve);
      textsOf(svg);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  it.each([
    [{}, "must hold a finite number"],
    [{ loss: [Number.NaN] }, "must hold a finite number"],
    [{ loss: [1, 2], valLoss: [1] }, "must have as many values (2); got 1 of validation"],
  ])("refuses %j.", async (curve, message) => {
    const failure = await learningCurvePicture(curve).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidDataError);
    expect(String(failure)).toContain(message);
  });
});

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
