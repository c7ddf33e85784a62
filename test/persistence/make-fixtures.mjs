// Writes the models of test/persistence/fixtures that are not there yet, with what they answer beside them: after `npm run build`,
// node test/persistence/make-fixtures.mjs. What is there is never written again: files of every version load for ever.
import { existsSync, writeFileSync } from "node:fs";
import {
  CalibratedClassifierCV,
  ColumnTransformer,
  choice,
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
  int,
  KerasStyleClassifier,
  KerasStyleRegressor,
  KFold,
  KNeighborsClassifier,
  KNeighborsRegressor,
  LinearRegression,
  LinearSVC,
  LogisticRegression,
  Matrix,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  PCA,
  Pipeline,
  RandomForestClassifier,
  RandomForestRegressor,
  RandomizedSearchCV,
  Ridge,
  Rng,
  SimpleImputer,
  StackingClassifier,
  StackingRegressor,
  StandardScaler,
  SVC,
  SVR,
  TpeTuner,
  threadPool,
  toBytes,
  VotingClassifier,
} from "trellis-learn";

const folder = new URL("fixtures/format-1/", import.meta.url);
const rng = new Rng(0);
const X = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => rng.next()));
const labels = X.map(([a, b]) => ["low", "middle", "high"][Number(a > 0.4) + Number(b > 0.6)]);
const numbers = X.map(([a, b, c]) => a - 2 * b + Math.sin(3 * c));
const words = X.map(([a, b, c]) => [["red", "green", "blue"][Math.floor(3 * a)], b > 0.5, Math.floor(4 * c)]);
const asked = { numbers: X.slice(0, 12).map((row) => row.map((value) => value + 0.01)), words: words.slice(0, 12) };

const tree = () => new DecisionTreeClassifier({ maxDepth: 3, randomState: 1 });
const members = () => [
  ["tree", tree()],
  ["logistic", new LogisticRegression()],
];
const steps = (last) => [
  ["scale", new StandardScaler()],
  ["last", last],
];

/** By the name of the file: the class's name, and what is special about it. */
const fixtures = {
  "CalibratedClassifierCV-isotonic": [
    new CalibratedClassifierCV({ estimator: tree(), method: "isotonic", cv: 3 }),
    labels,
  ],
  "CalibratedClassifierCV-sigmoid": [
    new CalibratedClassifierCV({ estimator: new LogisticRegression(), cv: 3, ensemble: false }),
    labels,
  ],
  ColumnTransformer: [
    new ColumnTransformer({
      transformers: [
        ["words", new OneHotEncoder(), [0]],
        ["truth", new OrdinalEncoder(), { from: 1, to: 2 }],
      ],
      remainder: "passthrough",
    }),
    undefined,
    "words",
  ],
  DecisionTreeClassifier: [tree(), labels],
  DecisionTreeRegressor: [new DecisionTreeRegressor({ maxDepth: 4, randomState: 1 }), numbers],
  "DummyClassifier-stratified": [new DummyClassifier({ strategy: "stratified", randomState: 1 }), labels],
  ExtraTreesClassifier: [new ExtraTreesClassifier({ nEstimators: 5, randomState: 1 }), labels],
  ExtraTreesRegressor: [new ExtraTreesRegressor({ nEstimators: 4, randomState: 1 }), numbers],
  GaussianNB: [new GaussianNB(), labels],
  GradientBoostingClassifier: [new GradientBoostingClassifier({ nEstimators: 4, maxDepth: 3, randomState: 1 }), labels],
  GradientBoostingRegressor: [new GradientBoostingRegressor({ nEstimators: 6, maxDepth: 3, randomState: 1 }), numbers],
  GridSearchCV: [
    new GridSearchCV({ estimator: tree(), paramGrid: { maxDepth: [1, 3] }, cv: new KFold({ nSplits: 3 }) }),
    labels,
  ],
  "GridSearchCV-of-a-pipeline": [
    new GridSearchCV({
      estimator: new Pipeline({ steps: steps(new SVR()) }),
      paramGrid: { last__C: [1, 10] },
      cv: 3,
      scoring: ["r2", "neg_mean_squared_error"],
      refit: "r2",
      returnTrainScore: true,
    }),
    numbers,
  ],
  HalvingGridSearchCV: [
    new HalvingGridSearchCV({
      estimator: tree(),
      paramGrid: { maxDepth: [1, 2, 3] },
      cv: 3,
      minResources: "smallest",
      randomState: 1,
    }),
    labels,
  ],
  KerasStyleClassifier: [new KerasStyleClassifier({ epochs: 5, randomState: 1 }), labels],
  "KerasStyleClassifier-of-images": [
    new KerasStyleClassifier({
      inputShape: [2, 2, 1],
      layers: [
        conv2d({ filters: 3, kernelSize: 2, activation: "relu" }),
        flatten(),
        dense({ units: 3, activation: "softmax" }),
      ],
      epochs: 3,
      randomState: 1,
    }),
    labels,
  ],
  KerasStyleRegressor: [new KerasStyleRegressor({ epochs: 5, randomState: 1 }), numbers],
  KNeighborsClassifier: [new KNeighborsClassifier({ weights: "distance" }), labels],
  KNeighborsRegressor: [new KNeighborsRegressor({ nNeighbors: 3, metric: "manhattan" }), numbers],
  LinearRegression: [new LinearRegression(), numbers],
  LinearSVC: [new LinearSVC({ C: 0.1, randomState: 1 }), labels],
  LogisticRegression: [new LogisticRegression(), labels],
  MinMaxScaler: [new MinMaxScaler({ clip: true })],
  OneHotEncoder: [new OneHotEncoder({ handleUnknown: "ignore" }), undefined, "words"],
  OrdinalEncoder: [new OrdinalEncoder(), undefined, "words"],
  PCA: [new PCA({ nComponents: 3, whiten: true })],
  Pipeline: [new Pipeline({ steps: steps(new LogisticRegression()) }), labels],
  RandomForestClassifier: [new RandomForestClassifier({ nEstimators: 5, randomState: 1 }), labels],
  "RandomForestClassifier-out-of-bag": [
    new RandomForestClassifier({ nEstimators: 20, oobScore: true, criterion: "entropy", randomState: 1 }),
    labels,
  ],
  RandomForestRegressor: [new RandomForestRegressor({ nEstimators: 4, randomState: 1 }), numbers],
  RandomizedSearchCV: [
    new RandomizedSearchCV({
      estimator: tree(),
      paramDistributions: { maxDepth: int(1, 4), criterion: ["gini", "entropy"] },
      nIter: 3,
      cv: 3,
      randomState: 1,
    }),
    labels,
  ],
  StackingClassifier: [new StackingClassifier({ estimators: members(), cv: 3 }), labels],
  StackingRegressor: [new StackingRegressor({ estimators: [["svr", new SVR()]], passthrough: true, cv: 3 }), numbers],
  Ridge: [new Ridge({ alpha: 0.5 }), numbers],
  SimpleImputer: [new SimpleImputer({ strategy: "median" })],
  StandardScaler: [new StandardScaler()],
  SVC: [new SVC(), labels],
  "SVC-with-probabilities": [new SVC({ kernel: "poly", degree: 2, probability: true, randomState: 1 }), labels],
  SVR: [new SVR({ C: 10 }), numbers],
  TpeTuner: [
    new TpeTuner({
      estimator: tree(),
      space: { maxDepth: int(1, 4), criterion: choice(["gini", "entropy"]) },
      nTrials: 4,
      nStartupTrials: 2,
      cv: 3,
      randomState: 1,
    }),
    labels,
  ],
  "VotingClassifier-hard": [new VotingClassifier({ estimators: members() }), labels],
  "VotingClassifier-soft": [new VotingClassifier({ estimators: members(), voting: "soft", weights: [1, 2] }), labels],
};

// The same bits on every machine.
const pool = threadPool({ workers: 0, kernels: "portable" });
for (const [name, [estimator, y, kind = "numbers"]] of Object.entries(fixtures)) {
  const file = new URL(`${name}.trellis`, folder);
  if (existsSync(file)) continue;
  await estimator.fit(kind === "words" ? words : X, y, { pool });
  const answers = {};
  for (const method of estimator.methods) {
    const output = await estimator[method](asked[kind], { pool });
    answers[method] = Array.from(output instanceof Matrix ? output.data : output);
  }
  writeFileSync(file, await toBytes(estimator));
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ asked: asked[kind], answers })}\n`);
  console.log(`made ${name}`);
}
await pool.close();
