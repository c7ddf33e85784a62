import { ForestClassifier, ForestRegressor } from "./forest-estimators.js";
import {
  type ForestClassifierParams,
  type ForestRegressorParams,
  forestClassifier,
  forestRegressor,
} from "./forest-params.js";

export type ExtraTreesClassifierParams = ForestClassifierParams;
export type ExtraTreesRegressorParams = ForestRegressorParams;

const classifier = forestClassifier("ExtraTreesClassifier", false);
const regressor = forestRegressor("ExtraTreesRegressor", false);

/**
 * Extremely randomised trees for classes (Geurts, Ernst, Wehenkel: "Extremely randomized trees", Machine Learning 63,
 * 2006), with scikit-learn's parameters: a forest whose nodes draw a few features and one threshold for each, and split
 * on the best of those pairs. Trees see all rows unless `bootstrap` is set.
 *
 * A threshold is drawn uniformly between the least and the greatest value that its feature has in the node, as a number
 * and not as one of the values that occur, and kept as drawn: the least one is possible, the greatest is not. The
 * numbers drawn are not scikit-learn's, so trees differ from its trees and agree with them on average only.
 *
 * Draws depend on `randomState`, the tree and the node's path alone, so in a search candidates share trees as those of
 * RandomForestClassifier do.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.ExtraTreesClassifier.html
 */
export class ExtraTreesClassifier extends ForestClassifier {
  constructor(params: Partial<ExtraTreesClassifierParams> = {}) {
    super(classifier, params);
  }

  /** Splits are drawn. */
  protected override get splitter() {
    return "random" as const;
  }
}

/**
 * Extremely randomised trees for numbers (Geurts, Ernst, Wehenkel 2006), with scikit-learn's parameters: all features
 * are looked at unless `maxFeatures` says less, at one random threshold each. It draws and shares as ExtraTreesClassifier
 * does.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.ExtraTreesRegressor.html
 */
export class ExtraTreesRegressor extends ForestRegressor {
  constructor(params: Partial<ExtraTreesRegressorParams> = {}) {
    super(regressor, params);
  }

  /** Splits are drawn. */
  protected override get splitter() {
    return "random" as const;
  }
}
