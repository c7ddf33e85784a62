// The best splits of a node, or of two siblings, among the features of one part. Only the sibling of fewer rows is
// counted; the other's histogram is the parent's less that. Features in which no split can be valid any more are left out
// for good: the side of a split without the most frequent bin has no more than the hessians of all other bins.

import {
  BEGIN, BUILT, COUNT, DERIVED, ELIGIBLE, G, H, LOWER, NONE, PARENT_SLOT, SLOT, UPPER,
  features, histogramAt, livingAt, livingCountAt, masks, nFeatures, nSlots, nodeAt, openJob, order, parts, results, summaries, summaryBytes, tiles,
} from "./boosting-job";
import { addDense, addSparse, addToBin, subtract, summarize } from "./boosting-histogram";
import { scoreOf } from "./boosting-gain";
import {
  beginScan, bestBin, bestDefaultLeft, bestFeature, bestG, bestH, bestScore, leastHessian, resumeScan, scan,
} from "./boosting-scan";

// A result is the best split that a part knows for the node that is built (0) or derived (1).
const RESULT_BYTES: u32 = 40;
export const RESULT_SCORE: u32 = 0;
export const RESULT_G: u32 = 8;
export const RESULT_H: u32 = 16;
export const RESULT_FEATURE: u32 = 24;
export const RESULT_BIN: u32 = 28;
export const RESULT_DEFAULT_LEFT: u32 = 32;

export function resultAt(part: u32, which: u32): u32 {
  return results + ((part << 1) + which) * RESULT_BYTES;
}

/** Slots that nobody keeps, for the histograms of nodes that are not needed again: of the built and of the derived one. */
export const SCRATCH_SLOTS: u32 = 2;

// What is evaluated, and of which part.
let part: u32 = 0;
let partBegin: u32 = 0;
let partEnd: u32 = 0;
let list: u32 = 0;
let listEnd: u32 = 0;

/** Evaluates what the job is waiting for, among the features of a part: tiles [0, 4) and features [8, 12) of its record. */
export function evaluate(job: u32, which: u32): i32 {
  openJob(job);
  part = which;
  const record = parts + (part << 4);
  partBegin = load<u32>(record, 8);
  partEnd = load<u32>(record, 12);
  const built = load<u32>(job, BUILT);
  const derived = load<u32>(job, DERIVED);
  const parent = load<u32>(job, PARENT_SLOT);
  const isSubtracted = derived != NONE && parent != NONE;
  // Without a parent's histogram all of the tree's features are looked at; their list lies behind those of the slots.
  const from = parent == NONE ? nSlots : parent;
  list = livingAt(from, partBegin);
  listEnd = list + (load<u32>(livingCountAt(from, part)) << 2);
  if (built != NONE) beginNode(built, 0);
  if (derived != NONE) beginNode(derived, 1);
  const tilesEnd = load<u32>(record, 4);
  for (let t = load<u32>(record); t < tilesEnd; t++) {
    const tile = tiles + (t << 5);
    const begin = list;
    const featureEnd = min(load<u32>(tile, 4), partEnd);
    while (list < listEnd && load<u32>(list) < featureEnd) list += 4;
    if (built != NONE) {
      count(built, 0, tile, begin);
      search(built, 0, begin, NONE);
    }
    if (derived == NONE) continue;
    if (!isSubtracted) count(derived, 1, tile, begin);
    search(derived, 1, begin, isSubtracted ? slotOf(built, 0) : NONE);
  }
  return 0;
}

@inline
function slotOf(node: u32, which: u32): u32 {
  const slot = load<u32>(nodeAt(node), SLOT);
  return slot == NONE ? which : slot;
}

function beginNode(node: u32, which: u32): void {
  const at = nodeAt(node);
  const result = resultAt(part, which);
  const score = scoreOf(load<f64>(at, G), load<f64>(at, H), load<f64>(at, LOWER), load<f64>(at, UPPER));
  store<f64>(result, score, RESULT_SCORE);
  store<u32>(result, NONE, RESULT_FEATURE);
  store<u32>(livingCountAt(slotOf(node, which), part), 0);
}

/** Counts the node's rows in those features of a tile that are listed from `begin` on. */
function count(node: u32, which: u32, tile: u32, begin: u32): void {
  const at = nodeAt(node);
  const histogram = histogramAt(slotOf(node, which));
  for (let l = begin; l < list; l += 4) {
    const feature = featureAt(load<u32>(l));
    memory.fill(histogram + (load<u32>(feature, 16) << 4), 0, binsOf(feature) << 4);
  }
  if (begin == list) return;
  const bins = histogram + (load<u32>(tile, 8) << 4);
  const from = order + (load<u32>(at, BEGIN) << 2);
  const to = from + (load<u32>(at, COUNT) << 2);
  const entries = load<u32>(tile, 16);
  const pointers = load<u32>(tile, 20);
  if (pointers != 0) return addSparse(bins, from, to, entries, pointers);
  const first = load<u32>(tile);
  const end = load<u32>(tile, 4);
  const begins = max(first, partBegin);
  // Pieces of four entries or more, with some 2048 bins: 32 KiB.
  const piece = max(4, ((2048 * (end - first)) / load<u32>(tile, 12)) & ~3);
  addDense(bins, from, to, entries, end - first, begins - first, min(end, partEnd) - begins, piece);
}

/** Looks for the node's best split among the listed features, and lists those that its children may still use. */
function search(node: u32, which: u32, begin: u32, sibling: u32): void {
  const at = nodeAt(node);
  const slot = slotOf(node, which);
  const result = resultAt(part, which);
  const histogram = histogramAt(slot);
  const other = sibling == NONE ? 0 : histogramAt(sibling);
  const g = load<f64>(at, G);
  const h = load<f64>(at, H);
  const isEligible = load<u32>(at, ELIGIBLE) != 0;
  const mask = masks == 0 ? 0 : masks + which * nFeatures;
  beginScan(g, h, load<f64>(at, LOWER), load<f64>(at, UPPER));
  resumeScan(
    load<f64>(result, RESULT_SCORE), load<u32>(result, RESULT_FEATURE), load<u32>(result, RESULT_BIN),
    load<u32>(result, RESULT_DEFAULT_LEFT), load<f64>(result, RESULT_G), load<f64>(result, RESULT_H),
  );
  const least = leastHessian();
  const blocks = summaries + part * summaryBytes;
  let kept = livingAt(slot, partBegin) + (load<u32>(livingCountAt(slot, part)) << 2);
  for (let l = begin; l < list; l += 4) {
    const feature = load<u32>(l);
    const record = featureAt(feature);
    const bins = load<u32>(record, 16) << 4;
    const mode = load<u32>(record, 20);
    const first = histogram + bins;
    const valueBins = load<u32>(record, 8);
    const hasMissing = load<u32>(record, 12) != 0;
    const end = first + (valueBins << 4);
    if (other != 0) {
      const inOther = other + bins;
      if (mode != NONE) {
        const hessians = load<f64>(first + (mode << 4), 8) - load<f64>(inOther + (mode << 4), 8);
        if (h - hessians < least) continue;
      }
      subtract(first, end, inOther, blocks);
      if (hasMissing) v128.store(end, f64x2.sub(v128.load(end), v128.load(inOther + (valueBins << 4))));
    } else {
      let sum = summarize(first, end, blocks);
      if (hasMissing) sum = f64x2.add(sum, v128.load(end));
      if (mode != NONE) {
        const rest = f64x2.sub(f64x2(g, h), sum);
        if (mode < valueBins) addToBin(first, mode, blocks, rest);
        else v128.store(end, rest);
        if (h - f64x2.extract_lane(rest, 1) < least) continue;
      }
    }
    store<u32>(kept, feature);
    kept += 4;
    if (isEligible && (mask == 0 || load<u8>(mask + feature))) scan(feature, first, valueBins, hasMissing, blocks);
  }
  store<u32>(livingCountAt(slot, part), (kept - livingAt(slot, partBegin)) >> 2);
  store<f64>(result, bestScore, RESULT_SCORE);
  store<f64>(result, bestG, RESULT_G);
  store<f64>(result, bestH, RESULT_H);
  store<u32>(result, bestFeature, RESULT_FEATURE);
  store<u32>(result, bestBin, RESULT_BIN);
  store<u32>(result, bestDefaultLeft, RESULT_DEFAULT_LEFT);
}

/** Feature descriptors; see ../../boosting/binned-columns.ts. */
@inline
function featureAt(feature: u32): u32 {
  return features + (feature << 5);
}

@inline
function binsOf(feature: u32): u32 {
  return load<u32>(feature, 8) + load<u32>(feature, 12);
}
