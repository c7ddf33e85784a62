/**
 * Trellis: scikit-learn's way of working for TypeScript. Estimators, splitters, metrics and searches; the README has a
 * first model in ten lines.
 *
 * @module trellis-learn
 */

// Estimators
export type { BoostedModel, EvalsResult } from "./boosting/boosted-model.js";
export type { BoostedTree, ImportanceKind } from "./boosting/boosted-tree.js";
export type { BoostingParams } from "./boosting/boosting-params.js";
export type { EvalFunction } from "./boosting/eval-metrics.js";
export type { ObjectiveName } from "./boosting/objectives.js";
export {
  CalibratedClassifierCV,
  type CalibratedClassifierCVParams,
  type CalibratedModel,
  type CalibratedPair,
} from "./calibration/calibrated-classifier-cv.js";
export type { Calibrator, Isotonic, Sigmoid } from "./calibration/calibrators.js";
export type { ColumnMembers, Columns, ColumnTransformers } from "./compose/column-choice.js";
export {
  ColumnTransformer,
  type ColumnTransformerModel,
  type ColumnTransformerParams,
} from "./compose/column-transformer.js";
export { type LastOf, Pipeline, type PipelineModel, type PipelineParams } from "./compose/pipeline.js";
export type { ClassWeight } from "./core/class-weight.js";
// For writing estimators
export { Classifier } from "./core/classifier.js";
// Data, errors, models as bytes
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
export type { EvalOptions, EvalRows, EvalSet, EvalSetLike } from "./core/eval-set.js";
// Many estimators at once
export { type FitAllOptions, fitAll, fitEach } from "./core/fit-all.js";
export type { Label, LabelsLike } from "./core/labels.js";
export {
  Matrix,
  type MatrixData,
  type MatrixLike,
  type MatrixOptions,
  type NumericArray,
  type TensorLike,
} from "./core/matrix.js";
export { MetaEstimator, type PredictionOf } from "./core/meta-estimator.js";
export type { MembersOf, NamedEstimators } from "./core/named-estimators.js";
export {
  anyOf,
  boolean,
  integer,
  nullable,
  oneOf,
  type Range,
  type Rule,
  real,
  rule,
  type Schema,
  seed,
} from "./core/params.js";
export type { At, Configurable, ParamGrid, Patch, Path } from "./core/paths.js";
export { predictAll } from "./core/predict-all.js";
export { Rng } from "./core/random.js";
export { Regressor } from "./core/regressor.js";
export type { Seeds } from "./core/seeds.js";
export type { StateArray, StateValue } from "./core/state.js";
export type { LabelTarget, NoTarget, NumberTarget, Target, TargetLike } from "./core/target.js";
export { Transformer } from "./core/transformer.js";
export { Workspace } from "./core/workspace.js";
export { PCA, type PCAParams, type PCAState } from "./decomposition/pca.js";
export { DummyClassifier, type DummyClassifierParams, type DummyState } from "./dummy/dummy-classifier.js";
export {
  ExtraTreesClassifier,
  type ExtraTreesClassifierParams,
  ExtraTreesRegressor,
  type ExtraTreesRegressorParams,
} from "./ensemble/extra-trees.js";
export type { ForestModel } from "./ensemble/forest.js";
export type { ForestClassifier, ForestRegressor } from "./ensemble/forest-estimators.js";
export type { ForestClassifierParams, ForestParams, ForestRegressorParams } from "./ensemble/forest-params.js";
export {
  GradientBoostingClassifier,
  type GradientBoostingClassifierParams,
} from "./ensemble/gradient-boosting-classifier.js";
export {
  GradientBoostingRegressor,
  type GradientBoostingRegressorParams,
} from "./ensemble/gradient-boosting-regressor.js";
export type { OutOfBagModel } from "./ensemble/out-of-bag.js";
export {
  RandomForest,
  RandomForestClassifier,
  type RandomForestClassifierParams,
  RandomForestRegressor,
  type RandomForestRegressorParams,
} from "./ensemble/random-forest.js";
export { VotingClassifier, type VotingClassifierParams, type VotingModel } from "./ensemble/voting.js";
export {
  type PermutationImportance,
  type PermutationImportanceOptions,
  permutationImportance,
} from "./inspection/permutation-importance.js";
// Where kernels run
export type { Kernel, KernelBuild, KernelCode, KernelModule } from "./kernels/kernel.js";
export type { LinearFit } from "./linear/centred-rows.js";
export {
  LinearRegression,
  type LinearRegressionParams,
  type LinearRegressionState,
} from "./linear/linear-regression.js";
export { LinearSVC, type LinearSVCParams, type LinearSVCState } from "./linear/linear-svc.js";
export { LogisticRegression, type LogisticRegressionParams, type LogisticState } from "./linear/logistic-regression.js";
export { Ridge, type RidgeParams } from "./linear/ridge.js";
// Metrics
export * from "./metrics/index.js";
// Model selection
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  crossValPredict,
  crossValScore,
} from "./model-selection/cross-validate.js";
export { type CandidateParams, type Column, CvResults, type ScoreTable } from "./model-selection/cv-results.js";
export {
  type CategoricalDistribution,
  choice,
  type Distribution,
  type FloatDistribution,
  float,
  type IntDistribution,
  int,
  type SearchSpace,
} from "./model-selection/distributions.js";
export type {
  Leader,
  Scores,
  SearchControl,
  SearchEvent,
  SearchListener,
  StopReason,
} from "./model-selection/events.js";
export { GridSearchCV, type GridSearchCVParams } from "./model-selection/grid-search-cv.js";
export { HalvingGridSearchCV, type HalvingGridSearchCVParams } from "./model-selection/halving-grid-search-cv.js";
export {
  type LearningCurveOptions,
  type LearningCurveScores,
  learningCurve,
} from "./model-selection/learning-curve.js";
export { type GridLike, ParameterGrid } from "./model-selection/parameter-grid.js";
export { type ParamDistributions, ParameterSampler } from "./model-selection/parameter-sampler.js";
export { RandomizedSearchCV, type RandomizedSearchCVParams } from "./model-selection/randomized-search-cv.js";
export type { Fact } from "./model-selection/score-board.js";
export type { Scoring, ScoringFunction, SingleScoring } from "./model-selection/scoring.js";
export { SearchCV, type SearchModel } from "./model-selection/search-cv.js";
export type { JournalSpec, JournalUnit, OpenJournal, SearchJournal } from "./model-selection/search-journal.js";
export type { SearchParams } from "./model-selection/search-params.js";
export type { RoundOptions, SearchFitOptions, SearchRun } from "./model-selection/search-run.js";
export { GaussianNB, type GaussianNBParams, type GaussianNBState } from "./naive-bayes/gaussian-nb.js";
export { KNeighborsClassifier } from "./neighbors/k-neighbors-classifier.js";
export { KNeighborsRegressor } from "./neighbors/k-neighbors-regressor.js";
export type { KNeighbors, KNeighborsOptions, NeighborsModel } from "./neighbors/neighbors-model.js";
export type { NeighborsParams } from "./neighbors/neighbors-params.js";
// Neural networks
export type {
  BroughtNetwork,
  Epoch,
  EpochResult,
  NeuralBackend,
  Training,
  TrainingSetup,
  Weights,
} from "./neural/backend.js";
export { dropoutMask } from "./neural/dropout-mask.js";
export type { EarlyStopping } from "./neural/early-stopping.js";
export type { KerasStyleParams, ModelFunction, ModelMeta, ModelSettings } from "./neural/keras-params.js";
export {
  type ClassLoss,
  KerasStyleClassifier,
  type KerasStyleClassifierParams,
} from "./neural/keras-style-classifier.js";
export {
  KerasStyleRegressor,
  type KerasStyleRegressorParams,
  type NumberLoss,
} from "./neural/keras-style-regressor.js";
export * from "./neural/layers.js";
export type { Loss } from "./neural/losses.js";
export {
  type Network,
  type NetworkLayer,
  networkOf,
  type Shape,
  type WeightSpec,
  weightsOf,
} from "./neural/network.js";
export type { History, NeuralModel } from "./neural/neural-model.js";
export {
  type Adam,
  type AdamW,
  adam,
  adamw,
  type Optimizer,
  type OptimizerSettings,
  type RmsProp,
  rmsprop,
  type Sgd,
  sgd,
} from "./neural/optimizers.js";
export {
  type CosineDecay,
  cosineDecay,
  type ExponentialDecay,
  exponentialDecay,
  type LearningRateSchedule,
  type StepDecay,
  stepDecay,
} from "./neural/schedules.js";
export { defaultPool } from "./parallel/default-pool.js";
export { inlinePool } from "./parallel/inline-pool.js";
export { limit } from "./parallel/limit.js";
export { mapTasks } from "./parallel/map-tasks.js";
export type { Block, Memory, Scope, TypedArray } from "./parallel/memory.js";
export type { KernelCall, Pool } from "./parallel/pool.js";
export { type ThreadPoolOptions, threadPool } from "./parallel/thread-pool.js";
export { fromBytes, type LoadOptions } from "./persistence/from-bytes.js";
export type { EstimatorClass } from "./persistence/registry.js";
export { type SaveOptions, toBytes } from "./persistence/to-bytes.js";
export type { Categories } from "./preprocessing/categories.js";
export { LabelEncoder } from "./preprocessing/label-encoder.js";
export { MinMaxScaler, type MinMaxScalerParams, type MinMaxScalerState } from "./preprocessing/min-max-scaler.js";
export { OneHotEncoder, type OneHotEncoderParams, type OneHotState } from "./preprocessing/one-hot-encoder.js";
export { OrdinalEncoder, type OrdinalEncoderParams, type OrdinalState } from "./preprocessing/ordinal-encoder.js";
export { SimpleImputer, type SimpleImputerParams, type SimpleImputerState } from "./preprocessing/simple-imputer.js";
export {
  StandardScaler,
  type StandardScalerParams,
  type StandardScalerState,
} from "./preprocessing/standard-scaler.js";
export type { CvLike, IndexPair } from "./split/check-cv.js";
export { KFold, type KFoldOptions } from "./split/k-fold.js";
export { ShuffleSplit, type ShuffleSplitOptions } from "./split/shuffle-split.js";
export type { Split, Splitter } from "./split/splitter.js";
export { StratifiedKFold, type StratifiedKFoldOptions } from "./split/stratified-k-fold.js";
export { StratifiedShuffleSplit } from "./split/stratified-shuffle-split.js";
export {
  type Rowed,
  type RowTaker,
  type Side,
  type TrainTestSplitOptions,
  trainTestSplit,
} from "./split/train-test-split.js";
export type { StackingModel, StackMembers } from "./stacking/stacking.js";
export { StackingClassifier, type StackingClassifierParams } from "./stacking/stacking-classifier.js";
export type { StackingParams, StackMethod } from "./stacking/stacking-params.js";
export { StackingRegressor, type StackingRegressorParams } from "./stacking/stacking-regressor.js";
export type { KernelOfTables, KernelParams } from "./svm/kernel-params.js";
export { SVC, type SVCParams } from "./svm/svc.js";
export type { SvmModel } from "./svm/svm-model.js";
export { SVR, type SVRParams } from "./svm/svr.js";
export {
  DecisionTreeClassifier,
  type DecisionTreeClassifierParams,
  DecisionTreeRegressor,
  type DecisionTreeRegressorParams,
} from "./tree/decision-tree.js";
export type { TreeModel } from "./tree/tree-model.js";
export type { TreeParams } from "./tree/tree-params.js";
export type { FrozenTrial, Json, TrialState } from "./tune/frozen-trial.js";
export type { Pruner, PrunerVerdict } from "./tune/pruner.js";
export type { Direction, Draw, Sampler, StudyView } from "./tune/sampler.js";
export { TpeTuner, type TpeTunerParams } from "./tune/tpe-tuner.js";
