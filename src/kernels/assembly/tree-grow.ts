// Grows one decision tree; the problem is stated in grow-tree.ts.
import { bag } from "./tree-bag";
import { fillBlock } from "./tree-block";
import {
  baseRunOf, bestFeature, bestThreshold, blockEnd, blockRows, blockStart, count, exact, histogram, histogramBytes,
  layOut, layOutBlock, nClasses, restore, runOf, running, runningBytes, save, setArguments, setBlock, start,
} from "./tree-context";
import { clearClasses, countSplit } from "./tree-count";
import { momentSplit, weightSplit } from "./tree-measure";
import { randomSplit } from "./tree-random-split";
import { bounded, leftKey, rightKey, rootKey, seedStream, stream } from "./tree-random";
import { enter, featureAt, layOutTree, midpoint, partition, perfect, rightAt, thresholdAt } from "./tree-nodes";

const DONE: i32 = 0;
const MORE: i32 = 1;
const REFUSED: i32 = 2;

// Scratch begins with a header: the state word, which the caller zeroes, then what a call leaves to the next.
const NEW: u32 = 0;
const BETWEEN_NODES: u32 = 1;
const IN_NODE: u32 = 2;
const FINISHED: u32 = 3;
const HEADER: u32 = 192;
/** Smaller nodes have too few descendants to be worth a block. */
const MIN_BLOCK: u32 = 16;
/** The splitter that judges one random threshold of each feature, instead of all boundaries. */
const RANDOM: u32 = 1;

let permutation: u32 = 0;
let swaps: u32 = 0;
let constants: u32 = 0;
let constant: u32 = 0;
let stack: u32 = 0;

let remaining: i64 = 0;

@inline
function evaluate(feature: u32, splitter: u32): bool {
  if (splitter == RANDOM) return randomSplit(feature);
  if (exact) return countSplit(feature);
  return nClasses ? weightSplit(feature) : momentSplit(feature);
}

export function growTree(
  budget: f64, scratch: u32, out: u32, columnsAt: u32, nFeatures: u32, rows: u32, n: u32, targets: u32, classes: u32,
  weights: u32, classWeights: u32, draws: u32, seedLo: u32, seedHi: u32, criterionOf: u32, entropyTableAt: u32,
  maxDepth: u32, minSamplesSplit: u32, minSamplesLeaf: u32, maxFeatures: u32, data: u32,
  splitter: u32,
): i32 {
  const counted = classes != 0 && classWeights == 0 && (draws != 0 || weights == 0);
  const inBag = draws != 0 && draws < n ? draws : n;
  setArguments(columnsAt, entropyTableAt, criterionOf, classes, minSamplesLeaf, counted);
  let at = layOut(scratch + HEADER, n, inBag);
  permutation = at;
  at += ((nFeatures + 1) & ~1) << 2;
  swaps = at;
  at += ((nFeatures + 1) & ~1) << 2;
  constants = at;
  at += ((nFeatures + 1) & ~1) << 2;
  constant = at;
  at += (nFeatures + 7) & ~7;
  const blocks = data != 0 && classes != 0;
  if (blocks) at = layOutBlock(at, n, nFeatures);
  stack = at;
  layOutTree(out, inBag);
  remaining = max<i64>(1, i64(budget));

  // Stack of nodes to grow, 32 bytes each: start, count, depth, parent + 1 of a right child, key, known constants.
  let top: u32 = 0;
  let nodes: u32 = 0;
  let id: u32 = 0;
  let depth: u32 = 0;
  let known: u32 = 0;
  let key: u64 = 0;
  let visited: u32 = 0;
  let varied: u32 = 0;
  let pureSides = false;

  const state = load<u32>(scratch);
  if (state == FINISHED) return DONE;
  if (state == NEW) {
    const m = bag(rows, n, targets, weights, classWeights, draws, seedLo, seedHi);
    if (m < 0) return REFUSED;
    memory.fill(histogram, 0, histogramBytes());
    memory.fill(running, 0, runningBytes());
    if (!exact) {
      memory.fill(runOf, 0, classes << 3);
      memory.fill(baseRunOf, 0, classes << 3);
    }
    store<u32>(out, 0);
    store<u32>(out, u32(m), 4);
    for (let f: u32 = 0; f < nFeatures; f++) {
      store<u32>(permutation + (f << 2), f);
      store<u8>(constant + f, 0);
    }
    setBlock(0, 0);
    push(0, 0, u32(m), 0, 0, rootKey((u64(seedHi) << 32) | u64(seedLo)), 0);
    top = m ? 1 : 0;
    remaining -= i64(n + draws);
  } else {
    top = load<u32>(scratch, 4);
    nodes = load<u32>(scratch, 8);
    id = load<u32>(scratch, 12);
    depth = load<u32>(scratch, 16);
    known = load<u32>(scratch, 20);
    visited = load<u32>(scratch, 24);
    varied = load<u32>(scratch, 28);
    key = load<u64>(scratch, 32);
    seedStream(load<u64>(scratch, 40));
    setBlock(load<u32>(scratch, 48), load<u32>(scratch, 52));
    restore(scratch + 64);
  }

  let inNode = state == IN_NODE;
  while (inNode || top > 0) {
    if (remaining <= 0) {
      store<u32>(scratch, inNode ? IN_NODE : BETWEEN_NODES);
      store<u32>(scratch, top, 4);
      store<u32>(scratch, nodes, 8);
      store<u32>(scratch, id, 12);
      store<u32>(scratch, depth, 16);
      store<u32>(scratch, known, 20);
      store<u32>(scratch, visited, 24);
      store<u32>(scratch, varied, 28);
      store<u64>(scratch, key, 32);
      store<u64>(scratch, stream, 40);
      store<u32>(scratch, blockStart, 48);
      store<u32>(scratch, blockEnd, 52);
      save(scratch + 64);
      return MORE;
    }
    if (!inNode) {
      top--;
      const entry = stack + (top << 5);
      const from = load<u32>(entry);
      const size = load<u32>(entry, 4);
      depth = load<u32>(entry, 8);
      const parent = load<u32>(entry, 12);
      key = load<u64>(entry, 16);
      const keep = load<u32>(entry, 24);
      while (known > keep) store<u8>(constant + load<u32>(constants + (--known << 2)), 0);
      id = nodes++;
      if (parent) store<u32>(rightAt + ((parent - 1) << 2), id);
      remaining -= i64(size);
      const pure = enter(id, from, size, targets);
      if (pure || depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) {
        if (exact && !pure) clearClasses(from, size);
        continue;
      }
      if (blocks && size <= blockRows && size >= MIN_BLOCK && (from < blockStart || from >= blockEnd)) {
        fillBlock(data, nFeatures, from, size);
        remaining -= i64(size) * i64(nFeatures >> 5);
      }
      seedStream(key);
      visited = 0;
      varied = 0;
      pureSides = false;
      inNode = true;
    }
    // Draw and evaluate features without replacement; constants count as visited, but one that varies must be seen.
    // Where all are looked at nothing is left to chance: the first of equal features wins.
    while (visited < nFeatures && (visited < maxFeatures || varied == 0) && remaining > 0 && !pureSides) {
      const place = permutation + (visited << 2);
      const drawn = maxFeatures == nFeatures ? visited : visited + bounded(nFeatures - visited);
      const other = permutation + (drawn << 2);
      const feature = load<u32>(other);
      store<u32>(other, load<u32>(place));
      store<u32>(place, feature);
      store<u32>(swaps + (visited << 2), drawn);
      visited++;
      remaining--;
      if (load<u8>(constant + feature)) continue;
      remaining -= i64(count);
      if (evaluate(feature, splitter)) {
        varied++;
        if (bestFeature == i32(feature)) pureSides = perfect(targets);
      } else {
        store<u8>(constant + feature, 1);
        store<u32>(constants + (known << 2), feature);
        known++;
      }
    }
    if (visited < nFeatures && (visited < maxFeatures || varied == 0) && !pureSides) continue;
    inNode = false;
    while (visited > 0) {
      visited--;
      const place = permutation + (visited << 2);
      const other = permutation + (load<u32>(swaps + (visited << 2)) << 2);
      const feature = load<u32>(place);
      store<u32>(place, load<u32>(other));
      store<u32>(other, feature);
    }
    if (exact) clearClasses(start, count);
    if (bestFeature < 0) continue;
    const nLeft = partition();
    store<i32>(featureAt + (id << 2), bestFeature);
    store<f64>(thresholdAt + (id << 3), splitter == RANDOM ? bestThreshold : midpoint());
    push(top++, start + nLeft, count - nLeft, depth + 1, id + 1, rightKey(key), known);
    push(top++, start, nLeft, depth + 1, 0, leftKey(key), known);
  }
  store<u32>(scratch, FINISHED);
  store<u32>(out, nodes);
  return DONE;
}

function push(top: u32, from: u32, size: u32, depth: u32, parent: u32, key: u64, known: u32): void {
  const entry = stack + (top << 5);
  store<u32>(entry, from);
  store<u32>(entry, size, 4);
  store<u32>(entry, depth, 8);
  store<u32>(entry, parent, 12);
  store<u64>(entry, key, 16);
  store<u32>(entry, known, 24);
}
