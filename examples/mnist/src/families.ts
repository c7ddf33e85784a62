import {
  conv2d,
  dense,
  dropout,
  flatten,
  GradientBoostingClassifier,
  GridSearchCV,
  KerasStyleClassifier,
  maxPooling2d,
  RandomForestClassifier,
  SVC,
} from "trellis-learn";

const common = { cv: 3, errorScore: "raise", returnTrainScore: true } as const;
const ofNets = { batchSize: [32, 64, 128], epochs: [5, 10], optimizer: ["adam", "rmsprop"] } as const;

/** The kinds of model to try, each with the grid that its best parameters are looked for in. One entry adds one. */
export const families = [
  {
    name: "fcnn",
    title: "Dense neural net",
    search: new GridSearchCV({
      ...common,
      estimator: new KerasStyleClassifier({
        randomState: 42,
        layers: [
          dense({ units: 128, activation: "relu" }),
          dropout(0.1),
          dense({ units: 128, activation: "relu" }),
          dropout(0.25),
          dense({ activation: "softmax" }),
        ],
      }),
      paramGrid: ofNets,
    }),
  },
  {
    name: "xgboost",
    title: "Gradient boosting",
    search: new GridSearchCV({
      ...common,
      estimator: new GradientBoostingClassifier({ randomState: 42 }),
      paramGrid: { maxDepth: [3, 6], learningRate: [0.1, 0.3], nEstimators: [50, 100] },
    }),
  },
  {
    name: "rf",
    title: "Random forest",
    search: new GridSearchCV({
      ...common,
      estimator: new RandomForestClassifier({ criterion: "entropy", randomState: 42 }),
      paramGrid: { nEstimators: [50, 75, 100], maxDepth: [null, 10, 20], minSamplesSplit: [2, 5, 10] },
    }),
  },
  {
    name: "svm",
    title: "Support vector machine",
    search: new GridSearchCV({
      ...common,
      estimator: new SVC({ kernel: "rbf", probability: true, randomState: 42 }),
      paramGrid: { C: [1, 10, 100], gamma: [0.1, 0.01] },
    }),
  },
  {
    name: "cnn",
    title: "Convolutional neural net",
    search: new GridSearchCV({
      ...common,
      estimator: new KerasStyleClassifier({
        randomState: 42,
        inputShape: [28, 28, 1],
        layers: [
          conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
          maxPooling2d(),
          dropout(0.25),
          conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
          maxPooling2d(),
          dropout(0.25),
          flatten(),
          dense({ units: 64, activation: "relu" }),
          dropout(0.5),
          dense({ activation: "softmax" }),
        ],
      }),
      paramGrid: ofNets,
    }),
  },
] as const;

export type Family = (typeof families)[number];
