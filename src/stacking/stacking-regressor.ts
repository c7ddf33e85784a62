import type { AnyEstimator, Definition } from "../core/estimator.js";
import type { NamedEstimators } from "../core/named-estimators.js";
import { Ridge } from "../linear/ridge.js";
import { Stacking } from "./stacking.js";
import { type StackingParams, stackingComplaint, stackingRules } from "./stacking-params.js";

export type StackingRegressorParams<
  T extends NamedEstimators = NamedEstimators,
  F extends AnyEstimator = AnyEstimator,
> = StackingParams<T, F>;

const NAME = "StackingRegressor";

const definition: Definition<StackingRegressorParams> = {
  name: NAME,
  schema: stackingRules("a regressor"),
  check: (params) => stackingComplaint(NAME, params, "numbers"),
};

/**
 * Regressors whose predictions a final regressor, by default `Ridge` (scikit-learn's is its RidgeCV), learns to put together. It
 * learns from what the members predict for rows that they have not seen (`cv`); the members themselves are then fitted on all
 * rows. Sharing, weights and evalSet are as in `StackingClassifier`.
 *
 * @throws InvalidParameterError from fit where cv does not put each row into one test fold
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.StackingRegressor.html
 */
export class StackingRegressor<
  const T extends NamedEstimators = NamedEstimators,
  F extends AnyEstimator = Ridge,
> extends Stacking<StackingRegressorParams<T, F>, T, F> {
  constructor(params: Partial<StackingRegressorParams<T, F>> = {}) {
    const { finalEstimator = new Ridge() as AnyEstimator as F } = params;
    super(definition as unknown as Definition<StackingRegressorParams<T, F>>, { ...params, finalEstimator });
  }

  override get target(): "numbers" {
    return "numbers";
  }
}
