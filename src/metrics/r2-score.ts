import { regressionTargets } from "./regression-targets.js";
import { type SampleWeightOption, weightedMean } from "./sample-weight.js";

/**
 * Coefficient of determination: 1 - (squared error) / (squared deviation of yTrue from its mean); at most 1.
 *
 * As in scikit-learn: NaN with fewer than two rows; where yTrue is constant, 1 for perfect predictions and 0 otherwise.
 *
 * @throws InvalidDataError for empty targets, different lengths, values that are not finite numbers.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html
 */
export function r2Score(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: SampleWeightOption = {}): number {
  const targets = regressionTargets(yTrue, yPred, options.sampleWeight);
  const { rows, weight } = targets;
  if (rows < 2) return Number.NaN;
  const mean = weightedMean(rows, weight, (row) => targets.yTrue[row]!);
  const error = weightedMean(rows, weight, (row) => (targets.yTrue[row]! - targets.yPred[row]!) ** 2);
  const deviation = weightedMean(rows, weight, (row) => (targets.yTrue[row]! - mean) ** 2);
  if (error === 0) return 1;
  return deviation === 0 ? 0 : 1 - error / deviation;
}
