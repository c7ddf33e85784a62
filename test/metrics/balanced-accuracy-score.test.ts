import { expect, test } from "vitest";
import { balancedAccuracyScore } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("balanced_accuracy_score", balancedAccuracyScore, 18);

test("Guessing the larger class scores one half, and zero when adjusted.", () => {
  const [yTrue, yPred] = [
    ["a", "a", "a", "b"],
    ["a", "a", "a", "a"],
  ] as const;
  expect(balancedAccuracyScore(yTrue, yPred)).toBe(0.5);
  expect(balancedAccuracyScore(yTrue, yPred, { adjusted: true })).toBe(0);
});
