/** Models and their margins as xgboost 3.4.1 gives them; made by test/golden/make/boosted_margins.py. */
import { readFileSync } from "node:fs";
import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import { Matrix } from "../../src/core/matrix.js";

interface StoredTree {
  left_children: number[];
  right_children: number[];
  split_indices: number[];
  split_conditions: number[];
  default_left: number[];
  base_weights: number[];
  loss_changes: number[];
  sum_hessian: number[];
}

export type StoredKind = "gain" | "weight" | "cover" | "total_gain" | "total_cover";

interface StoredCase {
  name: string;
  scale: number | null;
  rounds: number;
  baseScore: string;
  objective: string;
  trees: StoredTree[];
  X: (number | null)[][];
  margins: number[] | number[][];
  marginsOfHalf: number[] | number[][];
  importances: Record<StoredKind, Record<string, number>>;
}

export interface Model {
  readonly name: string;
  readonly trees: readonly BoostedTree[];
  readonly baseMargin: Float32Array;
  /** Rows to predict, [row][output] margins of all rounds and of half of them. */
  readonly X: Matrix;
  readonly margins: readonly (readonly number[])[];
  readonly marginsOfHalf: readonly (readonly number[])[];
  /** By kind, one value a feature. */
  readonly importances: Record<StoredKind, readonly number[]>;
}

/** A stored tree, its nodes put into depth-first order. */
function treeOf(stored: StoredTree): BoostedTree {
  const order: number[] = [];
  const rights: number[] = [];
  const visit = (node: number): number => {
    const at = order.push(node) - 1;
    rights[at] = 0;
    if (stored.left_children[node]! >= 0) {
      visit(stored.left_children[node]!);
      rights[at] = visit(stored.right_children[node]!);
    }
    return at;
  };
  visit(0);
  const isLeaf = (node: number) => stored.left_children[node]! < 0;
  const inner = (values: readonly number[]) => order.map((node) => (isLeaf(node) ? 0 : values[node]!));
  return {
    feature: Int32Array.from(order, (node) => (isLeaf(node) ? -1 : stored.split_indices[node]!)),
    threshold: Float32Array.from(inner(stored.split_conditions)),
    defaultLeft: Uint8Array.from(inner(stored.default_left)),
    right: Uint32Array.from(rights),
    value: Float32Array.from(order, (node) => (isLeaf(node) ? stored.split_conditions : stored.base_weights)[node]!),
    gain: Float32Array.from(inner(stored.loss_changes)),
    cover: Float32Array.from(order, (node) => stored.sum_hessian[node]!),
  };
}

/** XGBoost stores the base score in the space of predictions. */
function baseMarginOf({ baseScore, objective }: StoredCase): Float32Array {
  const toMargin = (score: number) => {
    if (objective === "binary:logistic") return -Math.log(1 / score - 1);
    return objective === "count:poisson" ? Math.log(score) : score;
  };
  return Float32Array.from([JSON.parse(baseScore)].flat(), toMargin);
}

const byRow = (margins: number[] | number[][]) => margins.map((margin) => [margin].flat());

function modelOf(stored: StoredCase): Model {
  const { name, scale, X, importances } = stored;
  const cols = X[0]!.length;
  const cells = X.flat().map((value) => value ?? Number.NaN);
  const inOrder = (scores: Record<string, number>) => Array.from({ length: cols }, (_, j) => scores[`f${j}`] ?? 0);
  return {
    name,
    trees: stored.trees.map(treeOf),
    baseMargin: baseMarginOf(stored),
    X: new Matrix(scale === null ? Float64Array.from(cells) : Uint8Array.from(cells), X.length, cols, { scale }),
    margins: byRow(stored.margins),
    marginsOfHalf: byRow(stored.marginsOfHalf),
    importances: {
      gain: inOrder(importances.gain),
      weight: inOrder(importances.weight),
      cover: inOrder(importances.cover),
      total_gain: inOrder(importances.total_gain),
      total_cover: inOrder(importances.total_cover),
    },
  };
}

const golden: { cases: StoredCase[] } = JSON.parse(
  readFileSync(new URL("../golden/boosted-margins.json", import.meta.url), "utf8"),
);

export const models: readonly Model[] = golden.cases.map(modelOf);
