import { ForestClassifier, ForestRegressor } from "./forest-estimators.js";
import {
  type ForestClassifierParams,
  type ForestRegressorParams,
  forestClassifier,
  forestRegressor,
} from "./forest-params.js";

export type RandomForestClassifierParams = ForestClassifierParams;
export type RandomForestRegressorParams = ForestRegressorParams;

const classifier = forestClassifier("RandomForestClassifier", true);
const regressor = forestRegressor("RandomForestRegressor", true);

/**
 * A random forest for classes (Breiman 2001), with scikit-learn's parameters: the mean of the class shares in the
 * leaves of trees grown on bootstrap samples, each split on the best of a few features drawn at random.
 *
 * Tree i depends on `randomState` and on i alone, and limits such as `maxDepth` are exact prunings: so in a search all
 * candidates that differ in `nEstimators`, `maxDepth`, `minSamplesSplit`, `maxLeafNodes` or `minImpurityDecrease` share
 * one forest.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.RandomForestClassifier.html
 */
export class RandomForestClassifier extends ForestClassifier {
  constructor(params: Partial<RandomForestClassifierParams> = {}) {
    super(classifier, params);
  }

  /** Splits are the best of the drawn features. */
  protected override get splitter() {
    return "best" as const;
  }
}

/** The name that the field knows it by. */
export { RandomForestClassifier as RandomForest };

/**
 * A random forest for numbers (Breiman 2001), with scikit-learn's parameters: the mean of trees grown on bootstrap
 * samples. It shares work in a search as RandomForestClassifier does.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.RandomForestRegressor.html
 */
export class RandomForestRegressor extends ForestRegressor {
  constructor(params: Partial<RandomForestRegressorParams> = {}) {
    super(regressor, params);
  }

  /** Splits are the best of the drawn features. */
  protected override get splitter() {
    return "best" as const;
  }
}
