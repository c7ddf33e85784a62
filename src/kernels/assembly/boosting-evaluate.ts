// The best splits of a node, or of two siblings. Only the sibling of fewer rows is counted; the other's histogram is the
// parent's less that. Features in which no split can be valid any more are left out for good: the side of a split without
// the most frequent bin has no more than the hessians of all other bins.

import {
  FEATURE_BINS, FEATURE_MISSING, FEATURE_FIRST_BIN, FEATURE_MODE, TILE_BEGIN, TILE_END, TILE_FIRST_BIN, TILE_BINS,
  TILE_ENTRIES, TILE_POINTERS, TILE_WIDTH, descriptorAt,
} from "./boosting-descriptors";
import {
  BEGIN, BUILT, COUNT, DERIVED, ELIGIBLE, G, H, LOWER, NONE, PARENT_SLOT, SLOT, UPPER,
  features, histogramAt, livingAt, livingCountAt, masks, nFeatures, nSlices, nSlots, nTiles, nodeAt, openJob, order, results,
  summaries, tiles,
} from "./boosting-job";
import { addBins, addDense, addSparse, addToBin, subtract, summarize } from "./boosting-histogram";
import { scoreOf } from "./boosting-gain";
import {
  beginScan, bestBin, bestDefaultLeft, bestFeature, bestG, bestH, bestScore, leastHessian, resumeScan, scan,
} from "./boosting-scan";

// A result is the best split that is known for the node that is built (0) or derived (1).
export const RESULT_BYTES: u32 = 40;
export const RESULT_SCORE: u32 = 0;
export const RESULT_G: u32 = 8;
export const RESULT_H: u32 = 16;
export const RESULT_FEATURE: u32 = 24;
export const RESULT_BIN: u32 = 28;
export const RESULT_DEFAULT_LEFT: u32 = 32;

/** Slots that nobody keeps, for the histograms of nodes that are not needed again: of the built and of the derived one. */
export const SCRATCH_SLOTS: u32 = 2;

// The features that are looked at: those from `list` on belong to tiles that have not been reached yet.
let list: u32 = 0;
let listEnd: u32 = 0;

/** Without a parent's histogram all of the tree's features are looked at; their list lies behind those of the slots. */
function openList(job: u32): void {
  const parent = load<u32>(job, PARENT_SLOT);
  const from = parent == NONE ? nSlots : parent;
  list = livingAt(from);
  listEnd = list + (load<u32>(livingCountAt(from)) << 2);
}

/** Passes the features of a tile; answers where they begin. */
function passTile(tile: u32): u32 {
  const begin = list;
  const featureEnd = load<u32>(tile, TILE_END);
  while (list < listEnd && load<u32>(list) < featureEnd) list += 4;
  return begin;
}

/** Evaluates what the job is waiting for; the built node may have been counted before, slice by slice. */
export function evaluate(job: u32, isCounted: bool): void {
  const built = load<u32>(job, BUILT);
  const derived = load<u32>(job, DERIVED);
  const isSubtracted = derived != NONE && load<u32>(job, PARENT_SLOT) != NONE;
  openList(job);
  beginNode(built, 0);
  if (derived != NONE) beginNode(derived, 1);
  for (let t: u32 = 0; t < nTiles; t++) {
    const tile = descriptorAt(tiles, t);
    const begin = passTile(tile);
    if (!isCounted) countNode(built, histogramAt(slotOf(built, 0)), tile, begin, 0, 1);
    search(built, 0, begin, NONE, isCounted ? nSlices : 1);
    if (derived == NONE) continue;
    if (!isSubtracted) countNode(derived, histogramAt(slotOf(derived, 1)), tile, begin, 0, 1);
    search(derived, 1, begin, isSubtracted ? slotOf(built, 0) : NONE, 1);
  }
}

/** Counts one slice of the rows of the node that waits to be built. The first slice is counted where all will be. */
export function count(job: u32, slice: u32): i32 {
  openJob(job);
  openList(job);
  const built = load<u32>(job, BUILT);
  const histogram = histogramAt(slice == 0 ? slotOf(built, 0) : nSlots + slice - 1);
  for (let t: u32 = 0; t < nTiles; t++) {
    const tile = descriptorAt(tiles, t);
    countNode(built, histogram, tile, passTile(tile), slice, nSlices);
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
  const result = results + which * RESULT_BYTES;
  const score = scoreOf(load<f64>(at, G), load<f64>(at, H), load<f64>(at, LOWER), load<f64>(at, UPPER));
  store<f64>(result, score, RESULT_SCORE);
  store<u32>(result, NONE, RESULT_FEATURE);
  store<u32>(livingCountAt(slotOf(node, which)), 0);
}

/** Counts a slice of the node's rows in those features of a tile that are listed from `begin` on. */
function countNode(node: u32, histogram: u32, tile: u32, begin: u32, slice: u32, slices: u32): void {
  if (begin == list) return;
  clear(histogram, begin);
  const at = nodeAt(node);
  const rows = u64(load<u32>(at, COUNT));
  const first = order + (load<u32>(at, BEGIN) << 2);
  const from = first + (u32((rows * slice) / slices) << 2);
  const to = first + (u32((rows * (slice + 1)) / slices) << 2);
  const bins = histogram + (load<u32>(tile, TILE_FIRST_BIN) << 4);
  const entries = load<u32>(tile, TILE_ENTRIES);
  const pointers = load<u32>(tile, TILE_POINTERS);
  if (pointers != 0) return addSparse(bins, from, to, entries, pointers);
  const stride = load<u32>(tile, TILE_END) - load<u32>(tile, TILE_BEGIN);
  // Pieces of four entries or more, with some 2048 bins: 32 KiB.
  const piece = max(4, ((2048 * stride) / load<u32>(tile, TILE_BINS)) & ~3);
  addDense(bins, from, to, entries, load<u32>(tile, TILE_WIDTH), stride, piece, results + (2 + slice) * RESULT_BYTES);
}

/** Clears the bins of the features listed from `begin` on: those that lie side by side at once, since each call costs. */
function clear(histogram: u32, begin: u32): void {
  let from: u32 = 0;
  let to: u32 = 0;
  for (let l = begin; l < list; l += 4) {
    const feature = descriptorAt(features, load<u32>(l));
    const first = load<u32>(feature, FEATURE_FIRST_BIN);
    if (first != to) {
      memory.fill(histogram + (from << 4), 0, (to - from) << 4);
      from = first;
    }
    to = first + binsOf(feature);
  }
  memory.fill(histogram + (from << 4), 0, (to - from) << 4);
}

/** Looks for the node's best split among the listed features, and lists those that its children may still use. */
function search(node: u32, which: u32, begin: u32, sibling: u32, slices: u32): void {
  const at = nodeAt(node);
  const slot = slotOf(node, which);
  const result = results + which * RESULT_BYTES;
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
  const blocks = summaries;
  let kept = livingAt(slot) + (load<u32>(livingCountAt(slot)) << 2);
  for (let l = begin; l < list; l += 4) {
    const feature = load<u32>(l);
    const record = descriptorAt(features, feature);
    const bins = load<u32>(record, FEATURE_FIRST_BIN) << 4;
    const mode = load<u32>(record, FEATURE_MODE);
    const first = histogram + bins;
    const valueBins = load<u32>(record, FEATURE_BINS);
    const hasMissing = load<u32>(record, FEATURE_MISSING) != 0;
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
      for (let slice: u32 = 1; slice < slices; slice++) {
        addBins(first, end + (u32(hasMissing) << 4), histogramAt(nSlots + slice - 1) + bins);
      }
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
  store<u32>(livingCountAt(slot), (kept - livingAt(slot)) >> 2);
  store<f64>(result, bestScore, RESULT_SCORE);
  store<f64>(result, bestG, RESULT_G);
  store<f64>(result, bestH, RESULT_H);
  store<u32>(result, bestFeature, RESULT_FEATURE);
  store<u32>(result, bestBin, RESULT_BIN);
  store<u32>(result, bestDefaultLeft, RESULT_DEFAULT_LEFT);
}

@inline
function binsOf(feature: u32): u32 {
  return load<u32>(feature, FEATURE_BINS) + load<u32>(feature, FEATURE_MISSING);
}
