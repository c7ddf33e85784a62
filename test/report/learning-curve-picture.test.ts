import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { learningCurvePicture } from "../../src/report.js";
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
