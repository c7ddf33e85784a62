import type { GrownTree } from "../kernels/grow-tree.js";
import type { TreeModel } from "./tree-model.js";

/** Limits that cut a grown tree back; what they leave is what growing under them would have made. */
export interface Limits {
  readonly maxDepth: number | null;
  readonly minSamplesSplit: number;
  readonly maxLeafNodes: number | null;
  readonly minImpurityDecrease: number;
}

/** Limits that are checked while a tree grows. */
export type GrowthLimits = Pick<Limits, "maxDepth" | "minSamplesSplit">;

/** The tightest limits under which everything grows that grows under any of these. */
export function widest(limits: readonly GrowthLimits[]): GrowthLimits {
  const depths = limits.map(({ maxDepth }) => maxDepth ?? Number.POSITIVE_INFINITY);
  const deepest = Math.max(...depths);
  return {
    maxDepth: deepest === Number.POSITIVE_INFINITY ? null : deepest,
    minSamplesSplit: Math.min(...limits.map(({ minSamplesSplit }) => minSamplesSplit)),
  };
}

/** Values of nodes that may become leaves: writes those of `node` to `out` at `at`. */
export type WriteValue = (node: number, out: Float64Array, at: number) => void;

/** Allowance for rounding where a decrease is compared, as scikit-learn has it. */
const EPSILON = Number.EPSILON;

/** Where the nodes of a tree stand. */
interface Shape {
  readonly depth: Uint32Array;
  /** The node after a node's subtree. */
  readonly end: Uint32Array;
}

/** A grown tree, to be cut back in several ways. */
export class Prunable {
  readonly tree: GrownTree;
  /** Limits that it was grown under; the same again cut nothing off. */
  readonly #grownUnder: GrowthLimits;
  #shape: Shape | undefined;

  constructor(tree: GrownTree, grownUnder: GrowthLimits) {
    this.tree = tree;
    this.#grownUnder = grownUnder;
  }

  /** The tree within the limits, as a model with `outputs` numbers in each leaf. */
  prune(limits: Limits, outputs: number, writeValue: WriteValue): TreeModel {
    if (this.#cutsNothing(limits)) return this.#whole(outputs, writeValue);
    const { tree } = this;
    const { depth, end } = (this.#shape ??= shapeOf(tree));
    const splits = keptSplits(tree, depth, limits);
    const places = new Uint32Array(tree.feature.length);
    let size = 0;
    let leaves = 0;
    for (let node = 0; node < places.length; ) {
      places[node] = size++;
      if (splits[node] === 1) node++;
      else {
        leaves++;
        node = end[node]!;
      }
    }
    if (size === places.length) return this.#whole(outputs, writeValue);
    const model = {
      feature: new Int32Array(size),
      threshold: new Float64Array(size),
      right: new Uint32Array(size),
      value: new Float64Array(leaves * outputs),
      samples: new Uint32Array(size),
      weight: new Float64Array(size),
      impurity: new Float64Array(size),
    };
    for (let node = 0, i = 0, leaf = 0; i < size; i++) {
      model.samples[i] = tree.count[node]!;
      model.weight[i] = tree.weight[node]!;
      model.impurity[i] = tree.impurity[node]!;
      if (splits[node] === 1) {
        model.feature[i] = tree.feature[node]!;
        model.threshold[i] = tree.threshold[node]!;
        model.right[i] = places[tree.right[node]!]!;
        node++;
      } else {
        model.feature[i] = -1;
        model.right[i] = leaf;
        writeValue(node, model.value, leaf++ * outputs);
        node = end[node]!;
      }
    }
    return model;
  }

  /** The tree as it has grown: its arrays serve as they are. */
  #whole(outputs: number, writeValue: WriteValue): TreeModel {
    const { feature, threshold, right: rightOfGrown, count, weight, impurity } = this.tree;
    const right = rightOfGrown.slice();
    const leaves = (feature.length + 1) / 2; // Every split has two children.
    const value = new Float64Array(leaves * outputs);
    for (let node = 0, leaf = 0; node < right.length; node++) {
      if (feature[node]! >= 0) continue;
      right[node] = leaf;
      writeValue(node, value, leaf++ * outputs);
    }
    return { feature, threshold, right, value, samples: count, weight, impurity };
  }

  #cutsNothing({ maxDepth, minSamplesSplit, minImpurityDecrease, maxLeafNodes }: Limits): boolean {
    const { maxDepth: depth, minSamplesSplit: least } = this.#grownUnder;
    return maxDepth === depth && minSamplesSplit === least && minImpurityDecrease === 0 && maxLeafNodes === null;
  }
}

function shapeOf({ feature, right }: GrownTree): Shape {
  const depth = new Uint32Array(feature.length);
  const end = new Uint32Array(feature.length);
  end[0] = feature.length;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) continue;
    depth[node + 1] = depth[right[node]!] = depth[node]! + 1;
    end[node + 1] = right[node]!;
    end[right[node]!] = end[node]!;
  }
  return { depth, end };
}

/** Flags of the nodes that keep their split, were they reached. */
function keptSplits(tree: GrownTree, depth: Uint32Array, limits: Limits): Uint8Array {
  const { feature, count } = tree;
  const { maxDepth, minSamplesSplit, minImpurityDecrease, maxLeafNodes } = limits;
  const deepest = maxDepth ?? Number.POSITIVE_INFINITY;
  const kept = new Uint8Array(feature.length);
  for (let node = 0; node < kept.length; node++) {
    if (feature[node]! < 0 || depth[node]! >= deepest || count[node]! < minSamplesSplit) continue;
    if (minImpurityDecrease > 0 && decrease(tree, node) + EPSILON < minImpurityDecrease) continue;
    kept[node] = 1;
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
