import type { AnyEstimator, Definition } from "../core/estimator.js";
import type { NamedEstimators } from "../core/named-estimators.js";
import { oneOf } from "../core/params.js";
import { LogisticRegression } from "../linear/logistic-regression.js";
import { Stacking } from "./stacking.js";
import { type StackingParams, type StackMethod, stackingComplaint, stackingRules } from "./stacking-params.js";

export interface StackingClassifierParams<
  T extends NamedEstimators = NamedEstimators,
  F extends AnyEstimator = AnyEstimator,
> extends StackingParams<T, F> {
  /** What the final estimator is given of each member: "auto" for the first that it has of the others. Default "auto". */
  readonly stackMethod: StackMethod;
}

const NAME = "StackingClassifier";

const definition: Definition<StackingClassifierParams> = {
  name: NAME,
  schema: {
    ...stackingRules("a classifier"),
    stackMethod: { ...oneOf("auto", "auto", "predictProba", "decisionFunction", "predict"), samples: ["predict"] },
  },
  check: (params) => stackingComplaint(NAME, params, "labels"),
};

/**
 * Classifiers whose answers a final classifier, by default LogisticRegression, learns to put together. It learns from what
 * the members say of rows that they have not seen (`cv`); the members themselves are then fitted on all rows.
 *
 * The final estimator is given, member by member, probabilities (of two classes that of the second alone), decision values
 * or the predicted classes' positions among the sorted classes, in f64. The members of all candidates of a search are
 * fitted together and each once, so that a grid over the final estimator's parameters fits no member again. Members and
 * final estimator are given sampleWeight and evalSet, the final estimator what the members say of the evalSet; those that do not use
 * them learn as without.
 *
 * @throws InvalidParameterError from fit where cv does not put each row into one test fold
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.StackingClassifier.html
 */
export class StackingClassifier<
  const T extends NamedEstimators = NamedEstimators,
  F extends AnyEstimator = LogisticRegression,
> extends Stacking<StackingClassifierParams<T, F>, T, F> {
  constructor(params: Partial<StackingClassifierParams<T, F>> = {}) {
    const { finalEstimator = new LogisticRegression() as AnyEstimator as F } = params;
    super(definition as unknown as Definition<StackingClassifierParams<T, F>>, { ...params, finalEstimator });
  }

  override get target(): "labels" {
    return "labels";
  }
}
