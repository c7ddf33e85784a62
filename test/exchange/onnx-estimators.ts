import type { AnyEstimator } from "../../src/core/estimator.js";
import {
  CalibratedClassifierCV,
  ColumnTransformer,
  conv2d,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  DummyClassifier,
  dense,
  ExtraTreesClassifier,
  ExtraTreesRegressor,
  flatten,
  GaussianNB,
  GradientBoostingClassifier,
  GradientBoostingRegressor,
  GridSearchCV,
  HalvingGridSearchCV,
  KerasStyleClassifier,
  KerasStyleRegressor,
  KNeighborsClassifier,
  KNeighborsRegressor,
  LinearRegression,
  LinearSVC,
  LogisticRegression,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  PCA,
  Pipeline,
  RandomForestClassifier,
  RandomForestRegressor,
  RandomizedSearchCV,
  Ridge,
  reshape,
  SimpleImputer,
  StackingClassifier,
  StackingRegressor,
  StandardScaler,
  SVC,
  SVR,
  TpeTuner,
  VotingClassifier,
} from "../../src/index.js";
import { int } from "../../src/tune.js";

const forest = (nEstimators = 8) => new RandomForestClassifier({ nEstimators, maxDepth: 4, randomState: 0 });
const tree = () => new DecisionTreeClassifier({ maxDepth: 3 });
const logistic = () => new LogisticRegression({ tol: 1e-2 });
const scaled = <E extends AnyEstimator>(estimator: E) =>
  new Pipeline({
    steps: [
      ["scale", new StandardScaler()],
      ["last", estimator],
    ],
  });

/** Classifiers of every kind, small ones. */
export const CLASSIFIERS: Readonly<Record<string, () => AnyEstimator>> = {
  "naive Bayes": () => new GaussianNB({ varSmoothing: 1e-3 }),
  "a tree": tree,
  "a forest of pure leaves": () => new RandomForestClassifier({ nEstimators: 10, randomState: 1 }),
  "a forest of few leaves": () => forest(),
  "extremely randomised trees": () => new ExtraTreesClassifier({ nEstimators: 8, maxDepth: 4, randomState: 0 }),
  boosting: () => new GradientBoostingClassifier({ nEstimators: 4, maxDepth: 3 }),
  "boosting by softmax": () => new GradientBoostingClassifier({ nEstimators: 3, objective: "multi:softprob" }),
  "SVC with probabilities": () => new SVC({ probability: true, randomState: 0 }),
  "SVC with a polynomial": () => new SVC({ kernel: "poly", coef0: 1 }),
  "SVC that breaks ties": () => scaled(new SVC({ kernel: "linear", breakTies: true })),
  "SVC with a sigmoid": () => scaled(new SVC({ kernel: "sigmoid" })),
  LinearSVC: () => scaled(new LinearSVC({ randomState: 0, tol: 1e-2 })),
  "logistic regression": () => scaled(logistic()),
  "a soft vote": () =>
    new VotingClassifier({
      estimators: [
        ["forest", forest()],
        ["scaled", scaled(logistic())],
        ["tree", tree()],
      ],
      voting: "soft",
      weights: [1, 0.3, 2],
    }),
  "a hard vote": () =>
    new VotingClassifier({
      estimators: [
        ["forest", forest()],
        ["svc", new SVC()],
        ["tree", tree()],
      ],
      weights: [1, 0.5, 0.5],
    }),
  "a calibrated forest": () => new CalibratedClassifierCV({ estimator: forest(), cv: 3 }),
  "a calibrated machine": () =>
    new CalibratedClassifierCV({ estimator: scaled(new LinearSVC({ randomState: 0 })), cv: 2 }),
  "an SVC on an isotonic curve": () =>
    new CalibratedClassifierCV({ estimator: new SVC(), method: "isotonic", cv: 3, ensemble: false }),
  "a stack of decision values": () =>
    new StackingClassifier({
      estimators: [
        ["svc", new SVC({ decisionFunctionShape: "ovo" })],
        ["boosting", new GradientBoostingClassifier({ nEstimators: 3 })],
        ["linear", scaled(logistic())],
      ],
      stackMethod: "decisionFunction",
      cv: 2,
    }),
  "a stack": () =>
    new StackingClassifier({
      estimators: [
        ["forest", forest()],
        ["scaled", scaled(logistic())],
      ],
      cv: 3,
    }),
  "a stack of predictions, X passed through": () =>
    new StackingClassifier({
      estimators: [
        ["svc", new SVC()],
        ["tree", tree()],
      ],
      finalEstimator: forest(),
      stackMethod: "predict",
      passthrough: true,
      cv: 3,
    }),
  "a pipeline of two scalers": () =>
    new Pipeline({
      steps: [
        ["scale", new StandardScaler()],
        ["range", new MinMaxScaler({ featureRange: [-1, 2], clip: true })],
        ["tree", tree()],
      ],
    }),
  "a grid search": () => new GridSearchCV({ estimator: tree(), paramGrid: { maxDepth: [3] }, cv: 2 }),
  "a halving search": () =>
    new HalvingGridSearchCV({ estimator: tree(), paramGrid: { maxDepth: [1, 3] }, cv: 2, randomState: 0 }),
  "a randomised search": () =>
    new RandomizedSearchCV({
      estimator: tree(),
      paramDistributions: { maxDepth: [1, 3] },
      nIter: 1,
      cv: 2,
      randomState: 0,
    }),
  "a tuner": () =>
    new TpeTuner({ estimator: tree(), space: { maxDepth: int(1, 3) }, nTrials: 1, cv: 2, randomState: 0 }),
  "nearest neighbours": () => new KNeighborsClassifier(),
  "nearest neighbours by distance": () =>
    new KNeighborsClassifier({ nNeighbors: 4, weights: "distance", metric: "manhattan" }),
  "a tree behind columns of their own": () =>
    new Pipeline({
      steps: [
        [
          "columns",
          new ColumnTransformer({
            transformers: [
              ["ranged", new MinMaxScaler(), [2, 0]],
              ["imputed", scaled(new SimpleImputer()), { from: 1, to: 3 }],
            ],
            remainder: "passthrough",
          }),
        ],
        ["tree", tree()],
      ],
    }),
  "a dummy that answers the shares": () => new DummyClassifier(),
  "a dummy that answers the most frequent class": () => new DummyClassifier({ strategy: "most_frequent" }),
  "a network": () => scaled(new KerasStyleClassifier({ epochs: 2, randomState: 0 })),
  "a convolutional network": () =>
    scaled(
      new KerasStyleClassifier({
        layers: [
          reshape([1, -1, 1]),
          conv2d({ filters: 3, kernelSize: [1, 3], padding: "same", activation: "relu" }),
          flatten(),
          dense({ activation: "softmax" }),
        ],
        epochs: 1,
        randomState: 0,
      }),
    ),
};

export const REGRESSORS: Readonly<Record<string, () => AnyEstimator>> = {
  "least squares": () => new LinearRegression(),
  "ridge regression": () => new Ridge({ alpha: 0.5 }),
  "a stack of regressors": () =>
    new StackingRegressor({
      estimators: [
        ["svr", new SVR()],
        ["tree", new DecisionTreeRegressor({ maxDepth: 3 })],
      ],
      finalEstimator: new SVR({ kernel: "linear" }),
      cv: 3,
    }),
  "nearest neighbours": () => new KNeighborsRegressor({ nNeighbors: 3 }),
  "nearest neighbours by distance": () => new KNeighborsRegressor({ weights: "distance" }),
  "a tree": () => new DecisionTreeRegressor({ maxDepth: 5 }),
  "a forest": () => new RandomForestRegressor({ nEstimators: 10, randomState: 0 }),
  "extremely randomised trees": () => new ExtraTreesRegressor({ nEstimators: 5, maxDepth: 5, randomState: 0 }),
  boosting: () => new GradientBoostingRegressor({ nEstimators: 6 }),
  "boosting of counts": () => new GradientBoostingRegressor({ nEstimators: 6, objective: "count:poisson" }),
  SVR: () => new SVR(),
  "SVR without support vectors": () => new SVR({ epsilon: 1e6 }),
  "a network": () => scaled(new KerasStyleRegressor({ epochs: 2, randomState: 0 })),
};

export const TRANSFORMERS: Readonly<Record<string, () => AnyEstimator>> = {
  "principal components": () => new PCA({ nComponents: 2 }),
  "whitened principal components": () => new PCA({ nComponents: 2, whiten: true }),
  "a scaler": () => new StandardScaler(),
  "a scaler that does nothing": () => new StandardScaler({ withMean: false, withStd: false }),
  "a scaler to a range": () => new MinMaxScaler({ featureRange: [-3, 0.1] }),
  "an imputer": () => new SimpleImputer({ addIndicator: true }),
  "an encoder of codes": () => new OrdinalEncoder({ handleUnknown: "use_encoded_value", unknownValue: -1 }),
  "an encoder": () => new OneHotEncoder({ drop: "first", handleUnknown: "ignore" }),
};

/** The names of all classes in these, members included. */
export function namesOf(estimator: AnyEstimator): string[] {
  const members = Object.values(estimator.members as Readonly<Record<string, AnyEstimator>>);
  return [estimator.definition.name, ...members.flatMap(namesOf)];
}
