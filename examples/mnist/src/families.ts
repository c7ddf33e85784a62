import { GradientBoostingClassifier, GridSearchCV, RandomForestClassifier, SVC } from "trellis-learn";

const common = { cv: 3, errorScore: "raise", returnTrainScore: true } as const;

/** The kinds of model to try, each with the grid that its best parameters are looked for in. One entry adds one. */
export const families = [
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
] as const;

export type Family = (typeof families)[number];
