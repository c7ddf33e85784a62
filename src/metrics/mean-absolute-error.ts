import { regressionTargets } from "./regression-targets.js";
import { type SampleWeightOption, weightedMean } from "./sample-weight.js";

/**
 * Mean of the absolute errors, >= 0, in the unit of the target.
 *
 * @throws InvalidDataError for empty targets, different lengths, values that are not finite numbers.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_error.html
 */
export function meanAbsoluteError(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: SampleWeightOption = {},
): number {
  const targets = regressionTargets(yTrue, yPred, options.sampleWeight);
  return weightedMean(targets.rows, targets.weight, (row) => Math.abs(targets.yTrue[row]! - targets.yPred[row]!));
}
