import { regressionTargets } from "./regression-targets.js";
import { type SampleWeightOption, weightedMean } from "./sample-weight.js";

/**
 * Mean of the squared errors, >= 0, in the squared unit of the target.
 *
 * @throws InvalidDataError for empty targets, different lengths, values that are not finite numbers.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_squared_error.html
 */
export function meanSquaredError(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: SampleWeightOption = {},
): number {
  const targets = regressionTargets(yTrue, yPred, options.sampleWeight);
  return weightedMean(targets.rows, targets.weight, (row) => (targets.yTrue[row]! - targets.yPred[row]!) ** 2);
}
