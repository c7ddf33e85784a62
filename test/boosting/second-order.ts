import type { BoostedTree } from "../../src/boosting/boosted-tree.js";

/** Gradients and hessians of each output, for all rows. */
export interface Derivatives {
  readonly g: readonly Float32Array[];
  readonly h: readonly Float32Array[];
}

/** What the gain of a split and the value of a leaf depend on, besides the gradients. XGBoost's defaults where left out. */
export interface Regularisation {
  readonly learningRate?: number;
  readonly regLambda?: number;
  readonly regAlpha?: number;
  readonly maxDeltaStep?: number;
  readonly minChildWeight?: number;
  readonly monotoneConstraints?: readonly number[];
  readonly objective?: string;
}

export interface Loss {
  readonly objective: string;
  readonly scalePosWeight?: number;
  readonly huberSlope?: number;
  readonly maxDeltaStep?: number;
}

/**
 * First and second derivatives of the loss by the margins, in f64 and rounded once to the f32 that both libraries keep.
 * margins: one array an output; y: numbers or positions of classes.
 * @see https://github.com/dmlc/xgboost/tree/v3.4.1/src/objective
 */
export function derivatives(
  loss: Loss,
  margins: readonly Float32Array[],
  y: ArrayLike<number>,
  weights: ArrayLike<number> | null,
): Derivatives {
  const rows = margins[0]!.length;
  const [g, h] = [0, 1].map(() => margins.map(() => new Float32Array(rows))) as [Float32Array[], Float32Array[]];
  const scale = loss.objective === "reg:absoluteerror" ? absoluteErrorScale(margins[0]!, y, weights) : 0;
  for (let i = 0; i < rows; i++) {
    const w = Math.fround(weights?.[i] ?? 1);
    if (loss.objective === "multi:softprob") {
      const highest = Math.max(...margins.map((m) => m[i]!));
      const e = margins.map((m) => Math.exp(m[i]! - highest));
      const sum = e.reduce((a, b) => a + b, 0);
      for (const [k, part] of e.entries()) {
        const p = part / sum;
        g[k]![i] = (p - (y[i] === k ? 1 : 0)) * w;
        h[k]![i] = Math.max(2 * p * (1 - p) * w, 1e-16);
      }
      continue;
    }
    [g[0]![i], h[0]![i]] = pair(loss, margins[0]![i]!, Math.fround(y[i]!), scale).map((d) => d * w) as [number, number];
  }
  return { g, h };
}

function pair(loss: Loss, margin: number, y: number, scale: number): readonly [g: number, h: number] {
  const error = margin - y;
  switch (loss.objective) {
    case "binary:logistic": {
      const p = 1 / (1 + Math.exp(-margin));
      const weight = y === 1 ? (loss.scalePosWeight ?? 1) : 1;
      return [(p - y) * weight, Math.max(p * (1 - p), 1e-16) * weight];
    }
    case "reg:squarederror":
      return [error, 1];
    case "reg:absoluteerror": {
      // Majorises |error|: Hunter and Lange 2004, with a scale that follows the errors.
      const curvature = Math.hypot(scale, error) > 0 ? scale / Math.hypot(scale, error) : 1;
      return [error * curvature, curvature];
    }
    case "reg:pseudohubererror": {
      const slope = loss.huberSlope ?? 1;
      const root = Math.sqrt(1 + (error / slope) ** 2);
      return [error / root, 1 / root ** 3];
    }
    case "count:poisson":
      return [Math.exp(margin) - y, Math.exp(margin + (loss.maxDeltaStep ?? 0.7))];
    default:
      throw new Error(`no objective ${loss.objective}`);
  }
}

function absoluteErrorScale(margins: Float32Array, y: ArrayLike<number>, weights: ArrayLike<number> | null): number {
  let [sum, total] = [0, 0];
  for (const [i, margin] of margins.entries()) {
    const w = weights?.[i] ?? 1;
    sum += w * Math.sqrt(Math.abs(margin - Math.fround(y[i]!)));
    total += w;
  }
  return (sum / total) ** 2;
}

export interface Sums {
  readonly g: number;
  readonly h: number;
}

/** What a node's weight may be, by the monotone constraints above it. */
export type Bounds = readonly [lower: number, upper: number];
export const UNBOUNDED: Bounds = [-Infinity, Infinity];

export function sumsOf(rows: ArrayLike<number>, g: ArrayLike<number>, h: ArrayLike<number>): Sums {
  let [sumG, sumH] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    sumG += g[rows[i]!]!;
    sumH += h[rows[i]!]!;
  }
  return { g: sumG, h: sumH };
}

/** Chen and Guestrin 2016, equation 5, with an L1 penalty, a limit and bounds; the learning rate is not in it. */
export function weightOf({ g, h }: Sums, rules: Regularisation, [lower, upper]: Bounds = UNBOUNDED): number {
  if (h <= 0 || h < (rules.minChildWeight ?? 1)) return 0;
  const limit = limitOf(rules);
  let weight = -shrunk(g, rules.regAlpha ?? 0) / (h + (rules.regLambda ?? 1));
  if (limit > 0) weight = Math.min(limit, Math.max(-limit, weight));
  return Math.min(upper, Math.max(lower, weight));
}

/** XGBoost limits the leaves of counts to 0.7 unless told otherwise. */
function limitOf({ maxDeltaStep, objective }: Regularisation): number {
  return maxDeltaStep ?? (objective === "count:poisson" ? 0.7 : 0);
}

function shrunk(g: number, alpha: number): number {
  return g > alpha ? g - alpha : g < -alpha ? g + alpha : 0;
}

/** Twice how much the regularised loss is lower with these sums in a leaf of this weight. */
function gainGivenWeight({ g, h }: Sums, weight: number, rules: Regularisation): number {
  if (h <= 0) return 0;
  const lambda = rules.regLambda ?? 1;
  // The same as below for the best weight, with less to round; so does XGBoost.
  const isFree = limitOf(rules) === 0 && !rules.monotoneConstraints?.some((sign) => sign !== 0);
  if (isFree) return shrunk(g, rules.regAlpha ?? 0) ** 2 / (h + lambda);
  return -(2 * g * weight + (h + lambda) * weight ** 2 + 2 * (rules.regAlpha ?? 0) * Math.abs(weight));
}

export interface Split {
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** As XGBoost's loss_chg; -Infinity where a monotone constraint forbids the split. */
  readonly gain: number;
  /** The largest of the numbers that the gain is a difference of: f32 arithmetic is off by some 1e-7 of it. */
  readonly scale: number;
  readonly bounds: readonly [left: Bounds, right: Bounds];
}

/** A node's split, from scratch. X: f32 values row by row. */
export function splitOf(
  tree: BoostedTree,
  node: number,
  rows: readonly number[],
  X: { readonly data: ArrayLike<number>; readonly cols: number },
  { g, h }: { readonly g: Float32Array; readonly h: Float32Array },
  rules: Regularisation,
  bounds: Bounds,
): Split {
  const feature = tree.feature[node]!;
  const [left, right]: [number[], number[]] = [[], []];
  for (const i of rows) {
    const value = X.data[i * X.cols + feature]!;
    const goesLeft = Number.isNaN(value) ? tree.defaultLeft[node] === 1 : value < tree.threshold[node]!;
    (goesLeft ? left : right).push(i);
  }
  const [parent, a, b] = [rows, left, right].map((side) => sumsOf(side, g, h)) as [Sums, Sums, Sums];
  const sign = rules.monotoneConstraints?.[feature] ?? 0;
  const middle = (weightOf(a, rules, bounds) + weightOf(b, rules, bounds)) / 2;
  const [low, high]: [Bounds, Bounds] = [
    [bounds[0], middle],
    [middle, bounds[1]],
  ];
  return {
    left,
    right,
    ...gainOf(parent, a, b, sign, rules, bounds),
    bounds: sign === 0 ? [bounds, bounds] : sign > 0 ? [low, high] : [high, low],
  };
}

function gainOf(parent: Sums, a: Sums, b: Sums, sign: number, rules: Regularisation, bounds: Bounds) {
  const [w, wa, wb] = [parent, a, b].map((sums) => weightOf(sums, rules, bounds)) as [number, number, number];
  const parts = [gainGivenWeight(a, wa, rules), gainGivenWeight(b, wb, rules), gainGivenWeight(parent, w, rules)];
  const isForbidden = (sign > 0 && wa > wb) || (sign < 0 && wa < wb);
  return {
    gain: isForbidden ? -Infinity : parts[0]! + parts[1]! - parts[2]!,
    scale: Math.max(...parts.map(Math.abs)),
  };
}

/** For each feature the rows in ascending order of its values; then those where it is missing. */
export interface SortedColumns {
  readonly present: readonly (readonly number[])[];
  readonly missing: readonly (readonly number[])[];
}

export function sortedColumns({
  data,
  cols,
}: {
  readonly data: ArrayLike<number>;
  readonly cols: number;
}): SortedColumns {
  const rows = Array.from({ length: data.length / cols }, (_, i) => i);
  const columns = Array.from({ length: cols }, (_, feature) => {
    const column = rows.map((i) => data[i * cols + feature]!);
    const present = rows.filter((i) => !Number.isNaN(column[i]!)).sort((a, b) => column[a]! - column[b]!);
    return { present, missing: rows.filter((i) => Number.isNaN(column[i]!)) };
  });
  return { present: columns.map(({ present }) => present), missing: columns.map(({ missing }) => missing) };
}

/** The largest gain of all splits of a node, by looking at each: at every value, with the missing on either side. */
export function bestGain(
  sorted: SortedColumns,
  rows: readonly number[],
  X: { readonly data: ArrayLike<number>; readonly cols: number },
  { g, h }: { readonly g: Float32Array; readonly h: Float32Array },
  rules: Regularisation,
  bounds: Bounds,
): number {
  const parent = sumsOf(rows, g, h);
  const least = rules.minChildWeight ?? 1;
  const isHere = new Uint8Array(g.length);
  for (const i of rows) isHere[i] = 1;
  const here = (i: number) => isHere[i] === 1;
  let best = -Infinity;
  for (let feature = 0; feature < X.cols; feature++) {
    const at = (i: number) => X.data[i * X.cols + feature]!;
    const present = sorted.present[feature]!.filter(here);
    const missing = sumsOf(sorted.missing[feature]!.filter(here), g, h);
    const hasMissing = present.length < rows.length;
    const sign = rules.monotoneConstraints?.[feature] ?? 0;
    let below: Sums = { g: 0, h: 0 };
    for (let n = 0; n <= present.length; n++) {
      if (n > 0) below = { g: below.g + g[present[n - 1]!]!, h: below.h + h[present[n - 1]!]! };
      const isEnd = n === 0 || n === present.length;
      if (isEnd ? !hasMissing || present.length === 0 : at(present[n - 1]!) === at(present[n]!)) continue;
      for (const left of hasMissing ? [below, { g: below.g + missing.g, h: below.h + missing.h }] : [below]) {
        const right = { g: parent.g - left.g, h: parent.h - left.h };
        if (left.h < least || right.h < least || left.h <= 0 || right.h <= 0) continue;
        best = Math.max(best, gainOf(parent, left, right, sign, rules, bounds).gain);
      }
    }
  }
  return best;
}

/** Position of the leaf that a row falls in. */
export function leafOf(tree: BoostedTree, data: ArrayLike<number>, start: number): number {
  let node = 0;
  while (tree.feature[node]! >= 0) {
    const value = data[start + tree.feature[node]!]!;
    const goesLeft = Number.isNaN(value) ? tree.defaultLeft[node] === 1 : value < tree.threshold[node]!;
    node = goesLeft ? node + 1 : tree.right[node]!;
  }
  return node;
}

/** Adds a tree to the margins of all rows, in f32. */
export function addTree(
  tree: BoostedTree,
  X: { readonly data: ArrayLike<number>; readonly cols: number },
  margins: Float32Array,
): void {
  for (let i = 0; i < margins.length; i++) margins[i]! += tree.value[leafOf(tree, X.data, i * X.cols)]!;
}
