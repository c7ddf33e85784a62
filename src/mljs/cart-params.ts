import { integer, nullable } from "../core/params.js";

/** What the trees of ml-cart have in common. */
export interface CartParams {
  /** Most edges from the root to a leaf; null: no limit. ml.js: maxDepth, with Infinity for null. Default null. */
  readonly maxDepth: number | null;
  /** A node of fewer rows is not split, >= 2. ml.js: minNumSamples, one less. Default 4. */
  readonly minSamplesSplit: number;
}

export interface CartClassifierParams extends CartParams {
  /**
   * A split must lower the Gini impurity of its own node by more than that, whatever the share of rows that reach it. ml.js:
   * gainThreshold. Default 0.01.
   */
  readonly gainThreshold: number;
}

export const cartRules = {
  maxDepth: nullable(integer(5, { min: 1 })),
  minSamplesSplit: integer(4, { min: 2 }),
};

/** The options of ml-cart. */
export function cartOptions(params: Readonly<CartParams & Partial<CartClassifierParams>>) {
  const { maxDepth, minSamplesSplit, gainThreshold = 0 } = params;
  return { maxDepth: maxDepth ?? Number.POSITIVE_INFINITY, minNumSamples: minSamplesSplit - 1, gainThreshold };
}
