import { afterAll, describe, it } from "vitest";
import { CalibratedClassifierCV } from "../../src/calibration/calibrated-classifier-cv.js";
import { ColumnTransformer } from "../../src/compose/column-transformer.js";
import { Pipeline } from "../../src/compose/pipeline.js";
import { PCA } from "../../src/decomposition/pca.js";
import { DummyClassifier } from "../../src/dummy/dummy-classifier.js";
import { ExtraTreesClassifier, ExtraTreesRegressor } from "../../src/ensemble/extra-trees.js";
import { GradientBoostingClassifier } from "../../src/ensemble/gradient-boosting-classifier.js";
import { GradientBoostingRegressor } from "../../src/ensemble/gradient-boosting-regressor.js";
import { RandomForestClassifier, RandomForestRegressor } from "../../src/ensemble/random-forest.js";
import { VotingClassifier } from "../../src/ensemble/voting.js";
import { LinearRegression } from "../../src/linear/linear-regression.js";
import { LinearSVC } from "../../src/linear/linear-svc.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { Ridge } from "../../src/linear/ridge.js";
import { int } from "../../src/model-selection/distributions.js";
import { GridSearchCV } from "../../src/model-selection/grid-search-cv.js";
import { HalvingGridSearchCV } from "../../src/model-selection/halving-grid-search-cv.js";
import { RandomizedSearchCV } from "../../src/model-selection/randomized-search-cv.js";
import { GaussianNB } from "../../src/naive-bayes/gaussian-nb.js";
import { KNeighborsClassifier } from "../../src/neighbors/k-neighbors-classifier.js";
import { KNeighborsRegressor } from "../../src/neighbors/k-neighbors-regressor.js";
import { KerasStyleClassifier } from "../../src/neural/keras-style-classifier.js";
import { KerasStyleRegressor } from "../../src/neural/keras-style-regressor.js";
import { MinMaxScaler } from "../../src/preprocessing/min-max-scaler.js";
import { OneHotEncoder } from "../../src/preprocessing/one-hot-encoder.js";
import { OrdinalEncoder } from "../../src/preprocessing/ordinal-encoder.js";
import { SimpleImputer } from "../../src/preprocessing/simple-imputer.js";
import { StandardScaler } from "../../src/preprocessing/standard-scaler.js";
import { StackingClassifier } from "../../src/stacking/stacking-classifier.js";
import { StackingRegressor } from "../../src/stacking/stacking-regressor.js";
import { SVC } from "../../src/svm/svc.js";
import { SVR } from "../../src/svm/svr.js";
import { CheckPools, type EstimatorChecksOptions, estimatorChecks, type MakeEstimator } from "../../src/testing.js";
import { DecisionTreeClassifier, DecisionTreeRegressor } from "../../src/tree/decision-tree.js";
import { TpeTuner } from "../../src/tune/tpe-tuner.js";

const DRAWS_BY_ROW = "the drawn labels follow each other in the order of the rows, as scikit-learn's do";

/** Gamma "scale" is made of the rows as they are, whatever they weigh. */
const EXACT = { gamma: 0.5, tol: 1e-9 };

/** Every estimator, small, with what the suite must know of it besides what it declares. */
const estimators: Readonly<Record<string, readonly [make: MakeEstimator, options?: EstimatorChecksOptions]>> = {
  DummyClassifier: [() => new DummyClassifier(), { learns: null }],
  "DummyClassifier, stratified": [
    () => new DummyClassifier({ strategy: "stratified", randomState: 0 }),
    {
      learns: null,
      expectedFailures: {
        "rows asked in batches, or one by one, are answered as all at once": DRAWS_BY_ROW,
        "rows asked in another order are answered the same": DRAWS_BY_ROW,
        "a row that comes often is answered the same each time": DRAWS_BY_ROW,
      },
    },
  ],
  DecisionTreeClassifier: [() => new DecisionTreeClassifier()],
  DecisionTreeRegressor: [() => new DecisionTreeRegressor()],
  RandomForestClassifier: [
    () => new RandomForestClassifier({ nEstimators: 5 }),
    { weightsAsRepeats: { bootstrap: false, maxFeatures: null } },
  ],
  RandomForestRegressor: [
    () => new RandomForestRegressor({ nEstimators: 5 }),
    { weightsAsRepeats: { bootstrap: false, maxFeatures: null } },
  ],
  ExtraTreesClassifier: [
    () => new ExtraTreesClassifier({ nEstimators: 5 }),
    { weightsAsRepeats: { maxFeatures: null } },
  ],
  ExtraTreesRegressor: [() => new ExtraTreesRegressor({ nEstimators: 5 }), { weightsAsRepeats: { maxFeatures: null } }],
  GradientBoostingClassifier: [() => new GradientBoostingClassifier({ nEstimators: 5 })],
  GradientBoostingRegressor: [() => new GradientBoostingRegressor({ nEstimators: 5 })],
  GaussianNB: [() => new GaussianNB(), { weightsAsRepeats: { varSmoothing: 0 } }],
  "GridSearchCV of a classifier": [
    () =>
      new GridSearchCV({
        estimator: new DecisionTreeClassifier(),
        paramGrid: { maxDepth: [1, 3] },
        cv: 3,
        errorScore: "raise",
      }),
    { weightsAsRepeats: null },
  ],
  "GridSearchCV of a regressor": [
    () =>
      new GridSearchCV({
        estimator: new DecisionTreeRegressor(),
        paramGrid: { maxDepth: [2, 5] },
        cv: 3,
        errorScore: "raise",
      }),
    { weightsAsRepeats: null },
  ],
  HalvingGridSearchCV: [
    () =>
      new HalvingGridSearchCV({
        estimator: new DecisionTreeClassifier(),
        paramGrid: { maxDepth: [1, 2, 3] },
        cv: 3,
        minResources: "smallest",
        errorScore: "raise",
      }),
    { weightsAsRepeats: null },
  ],
  RandomizedSearchCV: [
    () =>
      new RandomizedSearchCV({
        estimator: new DecisionTreeClassifier(),
        paramDistributions: { maxDepth: int(1, 4), criterion: ["gini", "entropy"] },
        nIter: 3,
        cv: 3,
        errorScore: "raise",
      }),
    { weightsAsRepeats: null },
  ],
  TpeTuner: [
    () =>
      new TpeTuner({
        estimator: new DecisionTreeClassifier(),
        space: { maxDepth: int(1, 4), minSamplesSplit: int(2, 6) },
        nTrials: 4,
        nStartupTrials: 2,
        cv: 3,
        errorScore: "raise",
      }),
    { weightsAsRepeats: null },
  ],
  LinearRegression: [() => new LinearRegression()],
  LinearSVC: [() => new LinearSVC({ C: 0.01 }), { tolerance: 1e-3 }],
  LogisticRegression: [() => new LogisticRegression(), { tolerance: 1e-3 }],
  Ridge: [() => new Ridge()],
  SVC: [() => new SVC(), { weightsAsRepeats: EXACT, tolerance: 1e-4 }],
  "SVC with probabilities": [() => new SVC({ probability: true }), { weightsAsRepeats: null }],
  SVR: [() => new SVR(), { weightsAsRepeats: EXACT, tolerance: 1e-4 }],
  KerasStyleClassifier: [
    () => new KerasStyleClassifier({ epochs: 30, learningRate: 0.01 }),
    { weightsAsRepeats: null, tolerance: 1e-4 },
  ],
  KerasStyleRegressor: [
    () => new KerasStyleRegressor({ epochs: 60, learningRate: 0.01 }),
    {
      weightsAsRepeats: null,
      tolerance: 1e-4,
      expectedFailures: { "a constant y is predicted": "its epochs come near the constant, and no nearer" },
    },
  ],
  KNeighborsClassifier: [() => new KNeighborsClassifier({ nNeighbors: 3 })],
  "KNeighborsRegressor, by distance": [() => new KNeighborsRegressor({ nNeighbors: 2, weights: "distance" })],
  OneHotEncoder: [() => new OneHotEncoder()],
  OrdinalEncoder: [() => new OrdinalEncoder()],
  SimpleImputer: [() => new SimpleImputer()],
  "SimpleImputer, with indicators": [() => new SimpleImputer({ strategy: "most_frequent", addIndicator: true })],
  "VotingClassifier, hard": [() => new VotingClassifier({ estimators: voters() }), { weightsAsRepeats: null }],
  "VotingClassifier, soft": [
    () => new VotingClassifier({ estimators: voters(), voting: "soft" }),
    { weightsAsRepeats: null },
  ],
  CalibratedClassifierCV: [
    () => new CalibratedClassifierCV({ estimator: new DecisionTreeClassifier({ maxDepth: 2 }), cv: 2 }),
    { weightsAsRepeats: null },
  ],
  StackingClassifier: [
    () => new StackingClassifier({ estimators: voters(), finalEstimator: new DecisionTreeClassifier(), cv: 2 }),
    { weightsAsRepeats: null },
  ],
  StackingRegressor: [
    () => new StackingRegressor({ estimators: [["tree", new DecisionTreeRegressor({ maxDepth: 4 })]], cv: 2 }),
    { weightsAsRepeats: null },
  ],
  ColumnTransformer: [
    () =>
      new ColumnTransformer({
        transformers: [
          ["scale", new StandardScaler(), [2, 0]],
          ["keep", "passthrough", [1]],
          ["squeeze", new MinMaxScaler(), { from: 0, to: 2 }],
        ],
        remainder: "passthrough",
      }),
  ],
  PCA: [() => new PCA({ nComponents: 2 })],
  Pipeline: [
    () =>
      new Pipeline({
        steps: [
          ["scale", new StandardScaler()],
          ["tree", new DecisionTreeClassifier()],
        ],
      }),
  ],
  StandardScaler: [() => new StandardScaler()],
  MinMaxScaler: [() => new MinMaxScaler()],
};

function voters() {
  return [
    ["tree", new DecisionTreeClassifier({ maxDepth: 2 })],
    ["forest", new RandomForestClassifier({ nEstimators: 3 })],
  ] as const;
}

const pools = new CheckPools();
afterAll(() => pools.close());

for (const [title, [make, options]] of Object.entries(estimators)) {
  describe(title, () => {
    for (const { name, number, run } of estimatorChecks(make, { pools, ...options })) {
      it(number === undefined ? name : `${name} [${number}]`, run);
    }
  });
}
