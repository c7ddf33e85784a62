import { anyOf, integer, nullable, oneOf, type Rule, real, seed } from "../core/params.js";

/** What decision trees and forests have in common. */
export interface TreeParams {
  /** Most edges from the root to a leaf; null: until the leaves are pure. Default null. */
  readonly maxDepth: number | null;
  /** A node of fewer rows is not split; a fraction counts in rows of the training data. Default 2. */
  readonly minSamplesSplit: number;
  /** A split leaves at least so many rows on each side; a fraction counts in rows of the training data. Default 1. */
  readonly minSamplesLeaf: number;
  /** Features looked at for each split: a number, a fraction of all, "sqrt", "log2", or null for all. */
  readonly maxFeatures: number | "sqrt" | "log2" | null;
  /** Most leaves, the best splits first; null: no limit. Default null. */
  readonly maxLeafNodes: number | null;
  /** A split must lower the impurity, weighted by the share of rows that reach it, by so much. Default 0. */
  readonly minImpurityDecrease: number;
  /** Seed of the draws of features and rows; null: a new one each time. Default null. */
  readonly randomState: number | null;
}

/** A fraction, both ends left out. */
export const fraction = (byDefault: number): Rule<number> => ({
  ...real(byDefault, { min: 0, max: 1, open: true }),
  expected: "a fraction > 0 and < 1",
  samples: [],
});

export const treeRules = {
  maxDepth: nullable(integer(5, { min: 1 })),
  minSamplesSplit: anyOf<number>(2, integer(2, { min: 2 }), fraction(0.1)),
  minSamplesLeaf: anyOf<number>(1, integer(1, { min: 1 }), fraction(0.1)),
  maxLeafNodes: nullable(integer(8, { min: 2 })),
  minImpurityDecrease: real(0, { min: 0 }),
  randomState: seed(),
};

/** A number of features, a fraction of them, a rule, or null for all. */
export function maxFeaturesRule(byDefault: TreeParams["maxFeatures"]): Rule<TreeParams["maxFeatures"]> {
  const named = oneOf<"sqrt" | "log2">("sqrt", "sqrt", "log2");
  return {
    ...nullable(anyOf<number | "sqrt" | "log2">(1, integer(1, { min: 1 }), fraction(0.5), named)),
    default: byDefault,
  };
}

export const classificationCriterion = (): Rule<"gini" | "entropy" | "log_loss"> =>
  oneOf("gini", "gini", "entropy", "log_loss");

export const regressionCriterion = (): Rule<"squared_error"> => oneOf("squared_error", "squared_error");

/** A count, or a fraction of `all` rounded up and at least `least`, as scikit-learn reads it. */
export function countOf(value: number, all: number, least: number): number {
  return Number.isInteger(value) ? value : Math.max(least, Math.ceil(value * all));
}

/** How many features `maxFeatures` means. */
export function featuresOf(maxFeatures: TreeParams["maxFeatures"], nFeatures: number): number {
  if (maxFeatures === null) return nFeatures;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(nFeatures)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(nFeatures)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * nFeatures));
  return Math.min(maxFeatures, nFeatures);
}
