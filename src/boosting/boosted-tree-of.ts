import {
  BEFORE_ALL,
  BIN,
  DEFAULT_LEFT,
  FEATURE,
  GAIN,
  type GrownBoostedTree,
  HESSIANS,
  LEFT,
  NODE_NUMBERS,
  NODE_WORDS,
  RIGHT,
  WEIGHT,
} from "../kernels/grow-boosted.js";
import type { BinnedColumns } from "./binned-columns.js";
import { BELOW_ALL, type BoostedTree } from "./boosted-tree.js";

/** A tree as the kernel has grown it, its nodes put depth first and its bins turned into thresholds. */
export function boostedTreeOf(
  { count, words, numbers, hessianScale }: GrownBoostedTree,
  { cuts, firstCut }: BinnedColumns,
  learningRate: number,
): BoostedTree {
  const tree = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float32Array(count),
    defaultLeft: new Uint8Array(count),
    right: new Uint32Array(count),
    value: new Float32Array(count),
    gain: new Float32Array(count),
    cover: new Float32Array(count),
  };
  const rate = Math.fround(learningRate);
  /** Nodes to be written, the next one last, each with the place of the parent whose right child it is, or -1. */
  const due: [node: number, parent: number][] = [[0, -1]];
  for (let at = 0; at < count; at++) {
    const [node, parent] = due.pop()!;
    if (parent >= 0) tree.right[parent] = at;
    const [w, n] = [node * NODE_WORDS, node * NODE_NUMBERS];
    tree.value[at] = numbers[n + WEIGHT]!;
    tree.cover[at] = Math.min(numbers[n + HESSIANS]! / hessianScale, -BELOW_ALL);
    const left = words[w + LEFT]!;
    if (left === 0) {
      tree.value[at]! *= rate;
      continue;
    }
    const feature = words[w + FEATURE]!;
    tree.feature[at] = feature;
    const bin = words[w + BIN]!;
    tree.threshold[at] = bin === BEFORE_ALL ? BELOW_ALL : cuts[firstCut[feature]! + bin]!;
    tree.defaultLeft[at] = words[w + DEFAULT_LEFT]!;
    tree.gain[at] = Math.min(numbers[n + GAIN]!, -BELOW_ALL);
    due.push([words[w + RIGHT]!, at], [left, -1]);
  }
  return tree;
}
