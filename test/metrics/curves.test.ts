import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { precisionRecallCurve, rocAucScore, rocCurve } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("roc_curve", rocCurve, 18);
testGoldens("precision_recall_curve", precisionRecallCurve, 17);

test("The trapezoids under a ROC curve sum to rocAucScore, whether or not points on lines are left out.", () => {
  const rows = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 9 })), { minLength: 2 })
    .filter((pairs) => new Set(pairs.map(([y]) => y)).size === 2);
  fc.assert(
    fc.property(rows, fc.boolean(), (pairs, dropIntermediate) => {
      const [y, s] = [pairs.map(([label]) => label), pairs.map(([, score]) => score)];
      const { fpr, tpr } = rocCurve(y, s, { dropIntermediate });
      const area = fpr.slice(1).reduce((sum, x, i) => sum + ((x - fpr[i]!) * (tpr[i + 1]! + tpr[i]!)) / 2, 0);
      expect(area).toBeCloseTo(rocAucScore(y, s), 12);
    }),
  );
});

test("Which class is positive must be said where the labels do not say it.", () => {
  const message = 'posLabel must be given for classes other than 0, 1 and -1, 1; got "a", "b"';
  expect(() => rocCurve(["a", "b"], [0, 1])).toThrow(new InvalidParameterError(message, "posLabel"));
  expect(() => rocCurve(["a", "b"], [0, 1], { posLabel: "c" })).toThrow('posLabel must be "a" or "b"; got "c"');
});

test("Scores of another shape are refused.", () => {
  expect(() => precisionRecallCurve([0, 1], [0])).toThrow(InvalidDataError);
  const message = "scores of a binary problem must have 1 or 2 columns; got 3";
  expect(() => rocCurve([0], [[1, 2, 3]])).toThrow(message);
});
