import { CalibratedClassifierCV } from "../calibration/calibrated-classifier-cv.js";
import { ColumnTransformer } from "../compose/column-transformer.js";
import { Pipeline } from "../compose/pipeline.js";
import type { AnyEstimator } from "../core/estimator.js";
import { PCA } from "../decomposition/pca.js";
import { DummyClassifier } from "../dummy/dummy-classifier.js";
import { ExtraTreesClassifier, ExtraTreesRegressor } from "../ensemble/extra-trees.js";
import { GradientBoostingClassifier } from "../ensemble/gradient-boosting-classifier.js";
import { GradientBoostingRegressor } from "../ensemble/gradient-boosting-regressor.js";
import { RandomForestClassifier, RandomForestRegressor } from "../ensemble/random-forest.js";
import { VotingClassifier } from "../ensemble/voting.js";
import { LinearRegression } from "../linear/linear-regression.js";
import { LinearSVC } from "../linear/linear-svc.js";
import { LogisticRegression } from "../linear/logistic-regression.js";
import { Ridge } from "../linear/ridge.js";
import { GridSearchCV } from "../model-selection/grid-search-cv.js";
import { HalvingGridSearchCV } from "../model-selection/halving-grid-search-cv.js";
import { RandomizedSearchCV } from "../model-selection/randomized-search-cv.js";
import { GaussianNB } from "../naive-bayes/gaussian-nb.js";
import { KNeighborsClassifier } from "../neighbors/k-neighbors-classifier.js";
import { KNeighborsRegressor } from "../neighbors/k-neighbors-regressor.js";
import { KerasStyleClassifier } from "../neural/keras-style-classifier.js";
import { KerasStyleRegressor } from "../neural/keras-style-regressor.js";
import { MinMaxScaler } from "../preprocessing/min-max-scaler.js";
import { OneHotEncoder } from "../preprocessing/one-hot-encoder.js";
import { OrdinalEncoder } from "../preprocessing/ordinal-encoder.js";
import { SimpleImputer } from "../preprocessing/simple-imputer.js";
import { StandardScaler } from "../preprocessing/standard-scaler.js";
import { StackingClassifier } from "../stacking/stacking-classifier.js";
import { StackingRegressor } from "../stacking/stacking-regressor.js";
import { SVC } from "../svm/svc.js";
import { SVR } from "../svm/svr.js";
import { DecisionTreeClassifier, DecisionTreeRegressor } from "../tree/decision-tree.js";
import { TpeTuner } from "../tune/tpe-tuner.js";
import { type Answer, unsupported, type Writer } from "./onnx-answers.js";
import { writeBoostingClassifier, writeBoostingRegressor } from "./onnx-boosting.js";
import { writeCalibrated } from "./onnx-calibration.js";
import { writeColumnTransformer, writePipeline, writeSearch, writeStacking, writeVoting } from "./onnx-composites.js";
import { writeDummyClassifier } from "./onnx-dummy.js";
import { writeOneHotEncoder, writeOrdinalEncoder } from "./onnx-encoders.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { writeLinearRegression, writeLinearSVC, writeLogisticRegression } from "./onnx-linear.js";
import { writeGaussianNB } from "./onnx-naive-bayes.js";
import { writeNeighborsClassifier, writeNeighborsRegressor } from "./onnx-neighbors.js";
import { writeNetworkClassifier, writeNetworkRegressor } from "./onnx-network.js";
import { writeMinMaxScaler, writePCA, writeSimpleImputer, writeStandardScaler } from "./onnx-preprocessing.js";
import { writeSVC, writeSVR } from "./onnx-svm.js";
import type { Table } from "./onnx-tables.js";
import { writeForestClassifier, writeForestRegressor, writeTreeClassifier, writeTreeRegressor } from "./onnx-trees.js";

/** A class and what writes its estimators; a writer of others does not compile. */
const entry = <E>(Class: new (params: never) => E, write: Writer<E & AnyEstimator>) =>
  [Class, write as Writer<AnyEstimator>] as const;

/** Who writes the estimators of which class. */
const WRITERS: ReadonlyMap<unknown, Writer<AnyEstimator>> = new Map<unknown, Writer<AnyEstimator>>([
  [CalibratedClassifierCV, writeCalibrated],
  entry(ColumnTransformer, writeColumnTransformer),
  entry(DecisionTreeClassifier, writeTreeClassifier),
  entry(DecisionTreeRegressor, writeTreeRegressor),
  entry(DummyClassifier, writeDummyClassifier),
  entry(ExtraTreesClassifier, writeForestClassifier),
  entry(ExtraTreesRegressor, writeForestRegressor),
  entry(GaussianNB, writeGaussianNB),
  entry(GradientBoostingClassifier, writeBoostingClassifier),
  entry(GradientBoostingRegressor, writeBoostingRegressor),
  entry(GridSearchCV, writeSearch),
  entry(HalvingGridSearchCV, writeSearch),
  entry(KerasStyleClassifier, writeNetworkClassifier),
  entry(KerasStyleRegressor, writeNetworkRegressor),
  entry(KNeighborsClassifier, writeNeighborsClassifier),
  entry(KNeighborsRegressor, writeNeighborsRegressor),
  entry(LinearRegression, writeLinearRegression),
  entry(LinearSVC, writeLinearSVC),
  entry(LogisticRegression, writeLogisticRegression),
  entry(MinMaxScaler, writeMinMaxScaler),
  entry(OneHotEncoder, writeOneHotEncoder),
  entry(OrdinalEncoder, writeOrdinalEncoder),
  entry(PCA, writePCA),
  entry(Pipeline, writePipeline),
  entry(RandomForestClassifier, writeForestClassifier),
  entry(RandomForestRegressor, writeForestRegressor),
  entry(RandomizedSearchCV, writeSearch),
  entry(Ridge, writeLinearRegression),
  entry(SimpleImputer, writeSimpleImputer),
  entry(StackingClassifier, writeStacking),
  entry(StackingRegressor, writeStacking),
  entry(StandardScaler, writeStandardScaler),
  entry(SVC, writeSVC),
  entry(SVR, writeSVR),
  entry(TpeTuner, writeSearch),
  entry(VotingClassifier, writeVoting),
]);

/**
 * Adds to a graph what a fitted estimator does to a table.
 * @throws InvalidModelError for what ONNX cannot say
 */
export function write(estimator: AnyEstimator, X: Table, graph: OnnxGraph): Answer {
  const writer = WRITERS.get(estimator.constructor);
  if (writer === undefined) throw unsupported(estimator, "it is not a class of this library's");
  return writer(estimator, X, graph, write);
}
