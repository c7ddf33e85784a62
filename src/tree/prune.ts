import type { GrownTree } from "../kernels/grow-tree.js";
import type { TreeModel } from "./tree-model.js";

/** Limits that cut a grown tree back; what they leave is what growing under them would have made. */
export interface Limits {
  readonly maxDepth: number | null;
  readonly minSamplesSplit: number;
  readonly maxLeafNodes: number | null;
  readonly minImpurityDecrease: number;
}

/** Values of nodes that may become leaves: writes those of `node` to `out` at `at`. */
export type WriteValue = (node: number, out: Float64Array, at: number) => void;

/** Allowance for rounding where a decrease is compared, as scikit-learn has it. */
const EPSILON = Number.EPSILON;

/** The tree within the limits, as a model with `outputs` numbers in each leaf. */
export function prune(tree: GrownTree, limits: Limits, outputs: number, writeValue: WriteValue): TreeModel {
  const splits = keptSplits(tree, limits);
  const { nodes, parents } = keptNodes(tree, splits);
  const size = nodes.length;
  const feature = new Int32Array(size).fill(-1);
  const threshold = new Float64Array(size);
  const right = new Uint32Array(size);
  const leaves = nodes.reduce((count, node) => count + (splits[node] === 1 ? 0 : 1), 0);
  const value = new Float64Array(leaves * outputs);
  let leaf = 0;
  for (let i = 0; i < size; i++) {
    const node = nodes[i]!;
    if (parents[i] !== undefined) right[parents[i]!] = i;
    if (splits[node] === 1) {
      feature[i] = tree.feature[node]!;
      threshold[i] = tree.threshold[node]!;
    } else {
      right[i] = leaf;
      writeValue(node, value, leaf++ * outputs);
    }
  }
  return {
    feature,
    threshold,
    right,
    value,
    samples: Uint32Array.from(nodes, (node) => tree.count[node]!),
    weight: Float64Array.from(nodes, (node) => tree.weight[node]!),
    impurity: Float64Array.from(nodes, (node) => tree.impurity[node]!),
  };
}

/** Flags of the nodes that keep their split, were they reached. */
function keptSplits(tree: GrownTree, limits: Limits): Uint8Array {
  const { feature, right, count } = tree;
  const { maxDepth, minSamplesSplit, minImpurityDecrease, maxLeafNodes } = limits;
  const kept = new Uint8Array(feature.length);
  const depth = new Uint32Array(feature.length);
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) continue;
    depth[node + 1] = depth[right[node]!] = depth[node]! + 1;
    const isShallow = maxDepth === null || depth[node]! < maxDepth;
    const isWorth = minImpurityDecrease === 0 || decrease(tree, node) + EPSILON >= minImpurityDecrease;
    kept[node] = isShallow && count[node]! >= minSamplesSplit && isWorth ? 1 : 0;
  }
  return maxLeafNodes === null ? kept : bestFirst(tree, kept, maxLeafNodes);
}

/** Weighted impurity decrease of a split: N_t / N * (impurity - N_tR / N_t * right - N_tL / N_t * left). */
function decrease({ right, weight, impurity }: GrownTree, node: number): number {
  const [l, r] = [node + 1, right[node]!];
  const inside =
    impurity[node]! - (weight[r]! / weight[node]!) * impurity[r]! - (weight[l]! / weight[node]!) * impurity[l]!;
  return (weight[node]! / weight[0]!) * inside;
}

/** Of the splits, those that growing best-first makes until there are `maxLeaves` leaves (Shi 2007; scikit-learn). */
function bestFirst(tree: GrownTree, splits: Uint8Array, maxLeaves: number): Uint8Array {
  const chosen = new Uint8Array(splits.length);
  const frontier: { readonly node: number; readonly gain: number }[] = [];
  const offer = (node: number) => {
    if (splits[node] !== 1) return;
    const gain = decrease(tree, node);
    // Ascending by gain, so that the best is popped; among equals the node that comes first.
    let [low, high] = [0, frontier.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = frontier[middle]!;
      if (other.gain < gain || (other.gain === gain && other.node > node)) low = middle + 1;
      else high = middle;
    }
    frontier.splice(low, 0, { node, gain });
  };
  offer(0);
  for (let leaves = 1; leaves < maxLeaves; leaves++) {
    const best = frontier.pop();
    if (best === undefined) break;
    chosen[best.node] = 1;
    offer(best.node + 1);
    offer(tree.right[best.node]!);
  }
  return chosen;
}

/** The nodes that remain, depth first, and for each right child the place of its parent among them. */
function keptNodes(tree: GrownTree, splits: Uint8Array): { nodes: number[]; parents: (number | undefined)[] } {
  const nodes: number[] = [];
  const parents: (number | undefined)[] = [];
  const open: { node: number; parent: number | undefined }[] = [{ node: 0, parent: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = nodes.length;
    nodes.push(next.node);
    parents.push(next.parent);
    if (splits[next.node] !== 1) continue;
    open.push({ node: tree.right[next.node]!, parent: place }, { node: next.node + 1, parent: undefined });
  }
  return { nodes, parents };
}
