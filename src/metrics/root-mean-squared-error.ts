import { meanSquaredError } from "./mean-squared-error.js";
import type { SampleWeightOption } from "./sample-weight.js";

/**
 * Square root of the mean squared error, >= 0, in the unit of the target.
 *
 * @throws As meanSquaredError.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.root_mean_squared_error.html
 */
export function rootMeanSquaredError(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: SampleWeightOption = {},
): number {
  return Math.sqrt(meanSquaredError(yTrue, yPred, options));
}
