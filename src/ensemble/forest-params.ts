import { type ClassWeight, classWeightRule } from "../core/class-weight.js";
import type { Definition } from "../core/estimator.js";
import { anyOf, boolean, integer, jobs, nullable } from "../core/params.js";
import {
  classificationCriterion,
  fraction,
  maxFeaturesRule,
  regressionCriterion,
  type TreeParams,
  treeRules,
} from "../tree/tree-params.js";

export interface ForestParams extends TreeParams {
  /** Number of trees. Default 100. */
  readonly nEstimators: number;
  /** Each tree sees rows drawn with replacement; otherwise all rows. Default true in random forests, false in extremely randomised trees. */
  readonly bootstrap: boolean;
  /** Rows drawn for each tree: a number, a fraction, or null for as many as there are. Default null. */
  readonly maxSamples: number | null;
  /** Scores each row by the trees that did not see it; needs bootstrap. Default false. */
  readonly oobScore: boolean;
  /** Trees grown at once: null for as many as the pool is wide, -1 for all cores, or a number. Default null. */
  readonly nJobs: number | null;
}

export interface ForestClassifierParams extends ForestParams {
  /** What a split lowers: "gini", or "entropy" ("log_loss" is the same). Default "gini". */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** Weights of the classes; "balanced_subsample" balances each tree's own rows. Default null: 1 each. */
  readonly classWeight: ClassWeight | "balanced_subsample";
}

export interface ForestRegressorParams extends ForestParams {
  /** What a split lowers: the squared error. */
  readonly criterion: "squared_error";
}

const forestRules = (bootstrap: boolean) => ({
  ...treeRules,
  nEstimators: integer(100, { min: 1 }),
  bootstrap: boolean(bootstrap),
  maxSamples: nullable(anyOf<number>(1, integer(1, { min: 1 }), { ...fraction(0.5), samples: [0.5] })),
  oobScore: boolean(false),
  nJobs: jobs(),
});

const checkForest = (owner: string) => (params: Readonly<ForestParams>) => {
  if (params.oobScore && !params.bootstrap)
    return `oobScore of ${owner} must be false where bootstrap is false; got true`;
  if (params.maxSamples !== null && !params.bootstrap) {
    return `maxSamples of ${owner} must be null where bootstrap is false; got ${params.maxSamples}`;
  }
  return null;
};

/** What a forest for classes is by name, and whether it draws rows where it is not told. */
export const forestClassifier = (name: string, bootstrap: boolean): Definition<ForestClassifierParams> => ({
  name,
  usesSampleWeight: true,
  schema: {
    ...forestRules(bootstrap),
    criterion: classificationCriterion(),
    maxFeatures: maxFeaturesRule("sqrt"),
    classWeight: classWeightRule("balanced_subsample"),
  },
  check: checkForest(name),
});

/** What a forest for numbers is by name, and whether it draws rows where it is not told. */
export const forestRegressor = (name: string, bootstrap: boolean): Definition<ForestRegressorParams> => ({
  name,
  usesSampleWeight: true,
  schema: { ...forestRules(bootstrap), criterion: regressionCriterion(), maxFeatures: maxFeaturesRule(null) },
  check: checkForest(name),
});
