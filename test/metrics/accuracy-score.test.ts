import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import type { LabelsLike } from "../../src/core/labels.js";
import { accuracyScore } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("accuracy_score", accuracyScore, 18);

test("Accuracy lies in [0, 1], is 1 for the truth, and does not depend on the order of the rows.", () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), { minLength: 1 });
  fc.assert(
    fc.property(pairs, (rows) => {
      const [yTrue, yPred] = [rows.map(([t]) => t), rows.map(([, p]) => p)];
      const accuracy = accuracyScore(yTrue, yPred);
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
      expect(accuracyScore(yTrue, yTrue)).toBe(1);
      expect(accuracyScore(yTrue.reverse(), yPred.reverse())).toBe(accuracy);
    }),
  );
});

test("Typed arrays of labels give what plain arrays give.", () => {
  expect(accuracyScore(Int32Array.of(1, 2, 3), Uint8Array.of(1, 2, 2))).toBe(accuracyScore([1, 2, 3], [1, 2, 2]));
});

test("Targets that cannot be compared are refused in one sentence.", () => {
  const refused = (yTrue: LabelsLike, yPred: LabelsLike, sampleWeight?: number[]) => {
    try {
      accuracyScore(yTrue, yPred, { sampleWeight });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidDataError);
      return (error as Error).message;
    }
    return "not refused";
  };
  expect(refused([1, 2], [1])).toBe("yTrue and yPred must have as many rows; got 2 and 1");
  expect(refused([], [])).toBe("yTrue and yPred must have at least one row; got none");
  expect(refused([1, 2], ["a", "b"])).toBe("labels must be of one kind; got a number first, and a string in row 0");
  expect(refused([1, 2], [1, Number.NaN])).toBe("labels must be finite numbers, strings or booleans; got NaN in row 1");
  expect(refused([1, 2], [1, 2], [1])).toBe("sampleWeight must have one weight a row; got 1 for 2 rows");
  expect(refused([1, 2], [1, 2], [1, -1])).toBe("sampleWeight must be finite numbers >= 0; got -1 in row 1");
  expect(refused([1, 2], [1, 2], [1, Number.NaN])).toBe("sampleWeight must be finite numbers >= 0; got NaN in row 1");
  expect(refused([1, 2], [1, 2], [0, 0])).toBe("sampleWeight must hold at least one weight above 0; got only zeros");
});
