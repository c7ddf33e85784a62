import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidParameterError } from "../../src/core/errors.js";
import {
  accuracyScore,
  type FscoreSupportOptions,
  f1Score,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens<string[], string[], FscoreSupportOptions>(
  "precision_recall_fscore_support",
  (yTrue, yPred, options) => {
    const { precision, recall, fscore, support } = precisionRecallFscoreSupport(yTrue, yPred, options);
    return { precision, recall, fscore, support };
  },
  12,
);
testGoldens("precision_score", precisionScore, 50);
testGoldens("recall_score", recallScore, 50);
testGoldens("f1_score", f1Score, 50);

test("The micro averages of all classes are the accuracy.", () => {
  const label = fc.integer({ min: -2, max: 2 });
  fc.assert(
    fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), (rows) => {
      const [yTrue, yPred] = [rows.map(([t]) => t), rows.map(([, p]) => p)];
      const accuracy = accuracyScore(yTrue, yPred);
      for (const score of [precisionScore, recallScore, f1Score]) {
        expect(score(yTrue, yPred, { average: "micro" })).toBeCloseTo(accuracy, 12);
      }
    }),
  );
});

test("Scores per class come with their labels, in the order asked for.", () => {
  const scores = precisionRecallFscoreSupport(["b", "a", "b"], ["b", "b", "b"], { labels: ["b", "a"] });
  expect(scores).toEqual({
    labels: ["b", "a"],
    precision: [2 / 3, 0],
    recall: [1, 0],
    fscore: [0.8, 0],
    support: [2, 1],
  });
});

describe("A choice that has no meaning is refused:", () => {
  const refuses = (title: string, call: () => unknown, message: string) =>
    test(title, () => {
      expect(call).toThrow(InvalidParameterError);
      expect(call).toThrow(message);
    });
  refuses(
    "binary with three classes.",
    () => f1Score([0, 1, 2], [0, 1, 2]),
    'average "binary" needs two classes; got 3: choose "micro", "macro", "weighted" or null',
  );
  refuses("the default posLabel with strings.", () => f1Score(["a", "b"], ["a", "b"]), 'must be "a" or "b"; got 1');
  refuses(
    "an unknown average.",
    () => f1Score([0, 1], [0, 1], { average: "mean" as "macro" }),
    'average must be "binary", "micro", "macro", "weighted" or null; got "mean"',
  );
  refuses(
    "another zeroDivision than 0 and 1.",
    () => f1Score([0, 1], [0, 1], { zeroDivision: 2 as 1 }),
    "zeroDivision must be 0 or 1; got 2",
  );
  refuses(
    "a negative beta.",
    () => precisionRecallFscoreSupport([0, 1], [0, 1], { beta: -1 }),
    "beta must be a finite number >= 0; got -1",
  );
});
