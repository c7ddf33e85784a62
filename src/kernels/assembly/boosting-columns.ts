// Features drawn for a tree, a depth or a node, as XGBoost's colsample_*: each from those of the one before.

import { DEPTH, KEY, SAMPLE_COUNTS, SEED, livingAt, livingCountAt, masks, nFeatures, nSlots, nodeAt, spare } from "./boosting-job";
import { bounded, leftKey, mix, rightKey, rootKey, seedStream } from "./tree-random";

/** Key of the first draw of all: the tree's own features. */
const TREE: u64 = 0x2545f4914f6cdd1d;

export function keyOfRoot(job: u32): u64 {
  return rootKey(load<u64>(job, SEED));
}
export function keyOfChild(key: u64, isLeft: bool): u64 {
  return isLeft ? leftKey(key) : rightKey(key);
}

/** Keeps `wanted` of `count` u32s at `items`, in their order, drawn without replacement (Fan, Muller, Rezucha 1962). */
function draw(items: u32, count: u32, wanted: u32, key: u64): u32 {
  if (wanted >= count) return count;
  seedStream(key);
  let kept: u32 = 0;
  for (let i: u32 = 0; kept < wanted; i++) {
    if (bounded(count - i) >= wanted - kept) continue;
    store<u32>(items + (kept++ << 2), load<u32>(items + (i << 2)));
  }
  return wanted;
}

/** Lists the tree's features behind the lists of the slots. */
export function drawTreeFeatures(job: u32): void {
  const count = treeFeatures(job);
  memory.copy(livingAt(nSlots), spare, count << 2);
  store<u32>(livingCountAt(nSlots), count);
}

/** Lists the tree's features in `spare`. */
function treeFeatures(job: u32): u32 {
  for (let f: u32 = 0; f < nFeatures; f++) store<u32>(spare + (f << 2), f);
  return draw(spare, nFeatures, load<u32>(job, SAMPLE_COUNTS), mix(load<u64>(job, SEED) ^ TREE));
}

/** Marks the features that a node may be split on, where not all may; `which` as in its result. */
export function drawNodeFeatures(job: u32, node: u32, which: u32): void {
  if (masks == 0) return;
  const at = nodeAt(node);
  const ofTree = treeFeatures(job);
  const depthKey = mix(load<u64>(job, SEED) + u64(load<u32>(at, DEPTH) + 1) * TREE);
  const ofDepth = draw(spare, ofTree, load<u32>(job, SAMPLE_COUNTS + 4), depthKey);
  const ofNode = draw(spare, ofDepth, load<u32>(job, SAMPLE_COUNTS + 8), load<u64>(at, KEY));
  const mask = masks + which * nFeatures;
  memory.fill(mask, 0, nFeatures);
  for (let i: u32 = 0; i < ofNode; i++) store<u8>(mask + load<u32>(spare + (i << 2)), 1);
}
