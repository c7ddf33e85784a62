import { InvalidModelError } from "../core/errors.js";
import type { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, type Shape } from "../core/model-shape.js";

/** What a walk down a tree reads of it. Nodes are depth first: the left child of a node is the next node. */
export interface TreeNodes {
  /** Column that a node splits on; -1 in leaves. */
  readonly feature: Int32Array;
  /** Rows with value <= threshold go left. 0 in leaves. */
  readonly threshold: Float64Array;
  /** Right child; in leaves the leaf's row in `value`, which several may share. */
  readonly right: Uint32Array;
  /** Rows x outputs: class proportions, or the mean. */
  readonly value: Float64Array;
}

/** One fitted tree: the state of decision trees and, many of them, of forests. */
export interface TreeModel extends TreeNodes {
  /** Distinct rows of the training data in each node. */
  readonly samples: Uint32Array;
  /** Sum of their weights. */
  readonly weight: Float64Array;
  /** Gini, entropy in bits, or variance. */
  readonly impurity: Float64Array;
}

/** Number of edges from the root to the deepest leaf. */
export function depthOf(tree: TreeModel): number {
  const depth = new Uint32Array(tree.feature.length);
  let deepest = 0;
  for (let node = 0; node < depth.length; node++) {
    deepest = Math.max(deepest, depth[node]!);
    if (tree.feature[node]! < 0) continue;
    depth[node + 1] = depth[tree.right[node]!] = depth[node]! + 1;
  }
  return deepest;
}

export function leavesOf(tree: TreeModel): number {
  return tree.feature.reduce((leaves, feature) => leaves + (feature < 0 ? 1 : 0), 0);
}

/**
 * Importance of each feature: the impurity that its splits take away, weighted by the rows that reach them, as shares
 * of the total (Breiman et al. 1984; scikit-learn's feature_importances_). All zero for a tree of one leaf.
 */
export function importancesOf(tree: TreeModel, nFeatures: number): Float64Array {
  const { feature, right, weight, impurity } = tree;
  const gains = new Float64Array(nFeatures);
  for (let node = 0; node < feature.length; node++) {
    const split = feature[node]!;
    if (split < 0) continue;
    const [l, r] = [node + 1, right[node]!];
    gains[split]! += weight[node]! * impurity[node]! - weight[l]! * impurity[l]! - weight[r]! * impurity[r]!;
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? gains.map((gain) => gain / total) : gains;
}

/** Mean of the trees' importances, those of one leaf left out, as shares that sum to 1. */
export function meanImportances(trees: readonly TreeModel[], nFeatures: number): Float64Array {
  const sum = new Float64Array(nFeatures);
  for (const tree of trees) {
    const importances = importancesOf(tree, nFeatures);
    for (let j = 0; j < nFeatures; j++) sum[j]! += importances[j]!;
  }
  const total = sum.reduce((a, b) => a + b, 0);
  return total > 0 ? sum.map((s) => s / total) : sum;
}

/** The leaf (its row in `value`) that a row of the table reaches. */
export function leafOf(tree: TreeNodes, X: Matrix, row: number): number {
  const { feature, threshold, right } = tree;
  let node = 0;
  for (let split = feature[0]!; split >= 0; split = feature[node]!) {
    node = X.at(row, split) <= threshold[node]! ? node + 1 : right[node]!;
  }
  return right[node]!;
}

const nodesShape = {
  feature: arrayOf(Int32Array),
  threshold: arrayOf(Float64Array),
  right: arrayOf(Uint32Array),
  value: arrayOf(Float64Array),
};

/** Which arrays a stored tree has. */
const treeShape: Shape = recordOf({
  ...nodesShape,
  samples: arrayOf(Uint32Array),
  weight: arrayOf(Float64Array),
  impurity: arrayOf(Float64Array),
});

const damaged = (what: string) => new InvalidModelError(`the stored tree is damaged: ${what}`);

/**
 * Refuses a tree that was tampered with.
 * @throws InvalidModelError
 */
export function validateTree(tree: TreeModel, nFeatures: number, outputs: number): void {
  requireShape("a tree", tree, treeShape);
  const { feature, threshold, right, value, samples, weight, impurity } = tree;
  if ([samples, weight, impurity].some(({ length }) => length !== feature.length)) {
    throw damaged("its arrays differ in length");
  }
  validateNodes({ feature, threshold, right, value }, nFeatures, outputs);
}

/**
 * Refuses nodes that were tampered with: they must be in depth-first order, with features that exist and finite values,
 * so that every walk ends in a leaf.
 * @throws InvalidModelError
 */
export function validateNodes(tree: TreeNodes, nFeatures: number, outputs: number): void {
  requireShape("a tree", tree, recordOf(nodesShape));
  const { feature, threshold, right, value } = tree;
  const nodes = feature.length;
  if (nodes === 0) throw damaged("it has no nodes");
  if (threshold.length !== nodes || right.length !== nodes) throw damaged("its arrays differ in length");
  /** Right children whose left siblings are being passed, innermost last: after a leaf the innermost must come. */
  const due: number[] = [];
  const rows = value.length / outputs;
  if (!Number.isInteger(rows)) throw damaged(`it has ${value.length} values for ${outputs} outputs`);
  for (let node = 0; node < nodes; node++) {
    const split = feature[node]!;
    const child = right[node]!;
    if (!Number.isFinite(threshold[node])) throw damaged(`the threshold of node ${node} is not finite`);
    if (split >= nFeatures) throw damaged(`node ${node} splits on feature ${split} of ${nFeatures}`);
    if (split >= 0) {
      if (child >= nodes) throw damaged(`node ${node} has its right child at ${child} of ${nodes} nodes`);
      due.push(child);
    } else {
      if (child >= rows) throw damaged(`leaf ${node} has its values in row ${child} of ${rows}`);
      if ((due.pop() ?? nodes) !== node + 1) throw damaged(`the node after leaf ${node} is not the one that is due`);
    }
  }
  if (due.length > 0) throw damaged("it ends before its last leaf");
  for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i])) throw damaged("a leaf's value is not finite");
}
