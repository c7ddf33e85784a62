import type { AnyEstimator } from "../core/estimator.js";
import { KFold } from "../split/k-fold.js";
import { ShuffleSplit } from "../split/shuffle-split.js";
import type { Splitter } from "../split/splitter.js";
import { StratifiedKFold } from "../split/stratified-k-fold.js";
import { StratifiedShuffleSplit } from "../split/stratified-shuffle-split.js";

/** A class of estimators; like all of them it can be constructed bare. */
export type EstimatorClass<E extends AnyEstimator = AnyEstimator> = new (params: never) => E;

/** A class of splitters that is made of one record of options, each of which is also its property. */
export type SplitterClass = new (options: never) => Splitter;

type Import = () => Promise<EstimatorClass>;

/** Where this library's estimators are. A name in a file is only ever looked up here, never resolved. */
const ESTIMATORS: ReadonlyMap<string, Import> = new Map<string, Import>([
  [
    "CalibratedClassifierCV",
    async () => (await import("../calibration/calibrated-classifier-cv.js")).CalibratedClassifierCV,
  ],
  ["ColumnTransformer", async () => (await import("../compose/column-transformer.js")).ColumnTransformer],
  ["DecisionTreeClassifier", async () => (await import("../tree/decision-tree.js")).DecisionTreeClassifier],
  ["DecisionTreeRegressor", async () => (await import("../tree/decision-tree.js")).DecisionTreeRegressor],
  ["DummyClassifier", async () => (await import("../dummy/dummy-classifier.js")).DummyClassifier],
  ["GaussianNB", async () => (await import("../naive-bayes/gaussian-nb.js")).GaussianNB],
  ["ExtraTreesClassifier", async () => (await import("../ensemble/extra-trees.js")).ExtraTreesClassifier],
  ["ExtraTreesRegressor", async () => (await import("../ensemble/extra-trees.js")).ExtraTreesRegressor],
  [
    "GradientBoostingClassifier",
    async () => (await import("../ensemble/gradient-boosting-classifier.js")).GradientBoostingClassifier,
  ],
  [
    "GradientBoostingRegressor",
    async () => (await import("../ensemble/gradient-boosting-regressor.js")).GradientBoostingRegressor,
  ],
  ["GridSearchCV", async () => (await import("../model-selection/grid-search-cv.js")).GridSearchCV],
  [
    "HalvingGridSearchCV",
    async () => (await import("../model-selection/halving-grid-search-cv.js")).HalvingGridSearchCV,
  ],
  ["KerasStyleClassifier", async () => (await import("../neural/keras-style-classifier.js")).KerasStyleClassifier],
  ["KerasStyleRegressor", async () => (await import("../neural/keras-style-regressor.js")).KerasStyleRegressor],
  ["KNeighborsClassifier", async () => (await import("../neighbors/k-neighbors-classifier.js")).KNeighborsClassifier],
  ["KNeighborsRegressor", async () => (await import("../neighbors/k-neighbors-regressor.js")).KNeighborsRegressor],
  ["LinearRegression", async () => (await import("../linear/linear-regression.js")).LinearRegression],
  ["LinearSVC", async () => (await import("../linear/linear-svc.js")).LinearSVC],
  ["LogisticRegression", async () => (await import("../linear/logistic-regression.js")).LogisticRegression],
  ["MinMaxScaler", async () => (await import("../preprocessing/min-max-scaler.js")).MinMaxScaler],
  ["OneHotEncoder", async () => (await import("../preprocessing/one-hot-encoder.js")).OneHotEncoder],
  ["OrdinalEncoder", async () => (await import("../preprocessing/ordinal-encoder.js")).OrdinalEncoder],
  ["PCA", async () => (await import("../decomposition/pca.js")).PCA],
  ["Pipeline", async () => (await import("../compose/pipeline.js")).Pipeline],
  ["RandomForestClassifier", async () => (await import("../ensemble/random-forest.js")).RandomForestClassifier],
  ["RandomForestRegressor", async () => (await import("../ensemble/random-forest.js")).RandomForestRegressor],
  ["RandomizedSearchCV", async () => (await import("../model-selection/randomized-search-cv.js")).RandomizedSearchCV],
  ["Ridge", async () => (await import("../linear/ridge.js")).Ridge],
  ["SimpleImputer", async () => (await import("../preprocessing/simple-imputer.js")).SimpleImputer],
  ["StackingClassifier", async () => (await import("../stacking/stacking-classifier.js")).StackingClassifier],
  ["StackingRegressor", async () => (await import("../stacking/stacking-regressor.js")).StackingRegressor],
  ["StandardScaler", async () => (await import("../preprocessing/standard-scaler.js")).StandardScaler],
  ["SVC", async () => (await import("../svm/svc.js")).SVC],
  ["SVR", async () => (await import("../svm/svr.js")).SVR],
  ["TpeTuner", async () => (await import("../tune/tpe-tuner.js")).TpeTuner],
  ["VotingClassifier", async () => (await import("../ensemble/voting.js")).VotingClassifier],
]);

/** The splitters that a `cv` parameter may hold. */
export const SPLITTERS: ReadonlyMap<string, SplitterClass> = new Map<string, SplitterClass>([
  ["KFold", KFold],
  ["StratifiedKFold", StratifiedKFold],
  ["ShuffleSplit", ShuffleSplit],
  ["StratifiedShuffleSplit", StratifiedShuffleSplit],
]);

/** This library's class of estimators with that name, or undefined. */
export async function builtIn(name: string): Promise<EstimatorClass | undefined> {
  return ESTIMATORS.get(name)?.();
}

/** The names of this library's classes of estimators, sorted. */
export function builtInNames(): readonly string[] {
  return [...ESTIMATORS.keys()].sort();
}
