export { Pipeline, type PipelineParams } from "./compose/pipeline.js";
export type { ClassWeight } from "./core/class-weight.js";
export { Classifier } from "./core/classifier.js";
export * from "./core/errors.js";
export {
  type AnyEstimator,
  type Definition,
  Estimator,
  type FitContext,
  type FitOptions,
  type Fitted,
  type FittedWith,
  type Method,
  type NoMembers,
  type Output,
  type Progress,
  type RunContext,
  type RunOptions,
  type TrainingData,
} from "./core/estimator.js";
export { type FitAllOptions, fitAll, fitEach } from "./core/fit-all.js";
export type { Label, LabelsLike } from "./core/labels.js";
export { Matrix, type MatrixData, type MatrixLike, type TensorLike } from "./core/matrix.js";
export { MetaEstimator } from "./core/meta-estimator.js";
export { anyOf, boolean, integer, nullable, oneOf, type Rule, real, rule, type Schema, seed } from "./core/params.js";
export type { At, ParamGrid, Patch, Path } from "./core/paths.js";
export { predictAll } from "./core/predict-all.js";
export { Rng } from "./core/random.js";
export { Regressor } from "./core/regressor.js";
export type { LabelTarget, NoTarget, NumberTarget, Target, TargetLike } from "./core/target.js";
export { Transformer } from "./core/transformer.js";
export { Workspace } from "./core/workspace.js";
export { DummyClassifier } from "./dummy/dummy-classifier.js";
export { RandomForest, RandomForestClassifier, RandomForestRegressor } from "./ensemble/random-forest.js";
export { VotingClassifier, type VotingClassifierParams } from "./ensemble/voting.js";
export { LogisticRegression, type LogisticRegressionParams } from "./linear/logistic-regression.js";
export * from "./metrics/index.js";
export { crossValidate, crossValPredict, crossValScore } from "./model-selection/cross-validate.js";
export { CvResults } from "./model-selection/cv-results.js";
export type { SearchEvent } from "./model-selection/events.js";
export { GridSearchCV, type SearchFitOptions } from "./model-selection/grid-search-cv.js";
export { ParameterGrid } from "./model-selection/parameter-grid.js";
export { defaultPool } from "./parallel/default-pool.js";
export { inlinePool } from "./parallel/inline-pool.js";
export type { KernelCall, Pool } from "./parallel/pool.js";
export { threadPool } from "./parallel/thread-pool.js";
export { fromBytes, type LoadOptions } from "./persistence/from-bytes.js";
export type { EstimatorClass } from "./persistence/registry.js";
export { toBytes } from "./persistence/to-bytes.js";
export { LabelEncoder } from "./preprocessing/label-encoder.js";
export { MinMaxScaler } from "./preprocessing/min-max-scaler.js";
export { OneHotEncoder } from "./preprocessing/one-hot-encoder.js";
export { StandardScaler } from "./preprocessing/standard-scaler.js";
export type { CvLike, IndexPair } from "./split/check-cv.js";
export { KFold, type KFoldOptions } from "./split/k-fold.js";
export { ShuffleSplit, type ShuffleSplitOptions } from "./split/shuffle-split.js";
export type { Split, Splitter } from "./split/splitter.js";
export { StratifiedKFold, type StratifiedKFoldOptions } from "./split/stratified-k-fold.js";
export { StratifiedShuffleSplit } from "./split/stratified-shuffle-split.js";
export { type TrainTestSplitOptions, trainTestSplit } from "./split/train-test-split.js";
export { DecisionTreeClassifier, DecisionTreeRegressor } from "./tree/decision-tree.js";
