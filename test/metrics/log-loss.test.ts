import { expect, test } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import type { LabelsLike } from "../../src/core/labels.js";
import { type LogLossOptions, logLoss, type ScoresLike } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("log_loss", logLoss, 20);

test("Lists, typed rows, a matrix and the probabilities of the second class alone give the same loss.", () => {
  const y = ["no", "yes", "yes"];
  const loss = logLoss(y, [
    [0.25, 0.75],
    [0.5, 0.5],
    [0.125, 0.875],
  ]);
  expect(loss).toBeCloseTo((Math.log(4) + Math.log(2) - Math.log(0.875)) / 3, 12);
  expect(logLoss(y, [0.75, 0.5, 0.875])).toBe(loss);
  expect(logLoss(y, [Float32Array.of(0.25, 0.75), [0.5, 0.5], [0.125, 0.875]])).toBe(loss);
  expect(logLoss(y, { data: Float32Array.of(0.25, 0.75, 0.5, 0.5, 0.125, 0.875), rows: 3, cols: 2 })).toBe(loss);
});

test("A certain error costs -ln of the epsilon of the probabilities' precision.", () => {
  expect(logLoss([0, 1], [1, 1])).toBeCloseTo(52 * Math.LN2 * 0.5, 12);
  expect(logLoss([0, 1], Float32Array.of(1, 1))).toBeCloseTo(23 * Math.LN2 * 0.5, 6);
});

test("Certainty that is right costs that epsilon, as probabilities never count as 1.", () => {
  expect(logLoss([0, 1], [0, 1]) / 2 ** -52).toBeCloseTo(1, 6);
  expect(logLoss([0, 1], Float32Array.of(0, 1)) / 2 ** -23).toBeCloseTo(1, 6);
});

test("A fold that lacks a class is scored when the classes are given.", () => {
  expect(logLoss([0, 0], [[0.5, 0.25, 0.25]].concat([[0.5, 0, 0.5]]), { labels: [0, 1, 2] })).toBeCloseTo(Math.LN2, 12);
});

test("Probabilities and labels that do not fit are refused in one sentence.", () => {
  const refused = (y: LabelsLike, yProba: ScoresLike, message: string, options: LogLossOptions = {}) => {
    expect(() => logLoss(y, yProba, options)).toThrow(InvalidDataError);
    expect(() => logLoss(y, yProba, options)).toThrow(message);
  };
  refused([0, 1], [0.5, 1.5], "yProba must lie between 0 and 1; got 1.5 in row 1, column 0");
  refused([0, 1], [0.5, Number.NaN], "scores must be finite numbers; got NaN in row 1, column 0");
  refused([0, 1], [[0.5, 0.5], [1]], "scores must have 2 columns as in row 0; got 1 in row 1");
  refused([0, 1], { data: [0.5], rows: 2, cols: 1 }, "scores must hold rows x cols = 2 x 1 values; got 1");
  refused([0, 1, 2], [0.5, 0.5, 0.5], "yProba must have a column for each of the 3 classes; got 1");
  refused([0, 1], [0.5], "yTrue and yProba must have as many rows; got 2 and 1");
  refused([], [], "yTrue and yProba must have at least one row; got none");
  refused([1, 1], [0.5, 0.5], "logLoss needs two classes; give them all as labels");
  refused([0, 7], [0.5, 0.5], "labels must be among 0, 1; got 7 in row 1", { labels: [0, 1] });
});

test("Labels that are not in the order of the columns are refused.", () => {
  const message = "labels must be sorted and distinct, one a score column; expected 0, 1";
  const call = (labels: number[]) => () => logLoss([0, 1], [0.5, 0.5], { labels });
  expect(call([1, 0])).toThrow(new InvalidParameterError(message, "labels"));
  expect(call([0, 1, 1])).toThrow(message);
});
