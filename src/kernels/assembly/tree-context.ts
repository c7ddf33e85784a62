// The tree being grown, as the globals of one call: addresses from the arguments, and the node's progress, which
// `save` and `restore` keep in scratch between calls.

export const GINI: u32 = 0;
export const ENTROPY: u32 = 1;
export const SQUARED_ERROR: u32 = 2;

// Arguments and addresses, set by every call.
export let columns: u32 = 0;
export let table: u32 = 0;
export let criterion: u32 = 0;
export let nClasses: u32 = 0;
export let minLeaf: u32 = 0;
/** Counts as weights (exact integers), or f64 weights. */
export let exact: bool = false;
/** Samples in the tree's order, u64: row of the parent | payload << 32; payload = class, or class | count << classBits. */
export let samples: u32 = 0;
export let classBits: u32 = 0;
/** f64 mode: the samples' weights, and weight * target. */
export let weightOf: u32 = 0;
export let momentOf: u32 = 0;
export let keys: u32 = 0;
export let spare: u32 = 0;
export let buckets: u32 = 0;
/** Per class 8 bytes: the node's totals, and the running split. */
export let totals: u32 = 0;
export let running: u32 = 0;
/** f64 mode, per class: the run of equal codes, the run of the most frequent code, and both sides' terms of the criterion. */
export let runOf: u32 = 0;
export let baseRunOf: u32 = 0;
export let termsOf: u32 = 0;
/** f64 mode, u32 each: the classes of the node, ascending, and those of the run. */
export let present: u32 = 0;
export let touched: u32 = 0;
export let histogram: u32 = 0;

export function setArguments(columns_: u32, table_: u32, criterion_: u32, nClasses_: u32, minLeaf_: u32, exact_: bool): void {
  columns = columns_;
  table = table_;
  criterion = criterion_;
  nClasses = nClasses_;
  minLeaf = minLeaf_;
  exact = exact_;
  classBits = nClasses_ > 1 ? 32 - u32(clz(nClasses_ - 1)) : 0;
}

@inline
function words(count: u32): u32 {
  return ((count + 1) & ~1) << 2;
}

/** Lays out scratch from `at` on; `growTreeLayout` in grow-tree.ts says the same sizes. */
export function layOut(at: u32, n: u32, inBag: u32): u32 {
  keys = at;
  at += (n + 2) << 3;
  spare = at;
  at += (n + 2) << 3;
  samples = at;
  at += inBag << 3;
  if (!exact) {
    weightOf = at;
    at += inBag << 3;
    if (!nClasses) {
      momentOf = at;
      at += inBag << 3;
    }
  }
  totals = at;
  at += nClasses << 3;
  running = at;
  at += runningBytes();
  if (!exact) {
    runOf = at;
    at += nClasses << 3;
    baseRunOf = at;
    at += nClasses << 3;
    termsOf = at;
    at += nClasses << 4;
    present = at;
    at += words(nClasses);
    touched = at;
    at += words(nClasses + 1);
  }
  buckets = at;
  at += words(2048);
  histogram = at;
  at += histogramBytes();
  return at;
}

/** The running counts have slots for a multiple of four classes, so that they can be summed four by four. */
export function runningBytes(): u32 {
  return (exact ? (nClasses + 3) & ~3 : nClasses) << 3;
}

/** A byte column's histogram is kept for up to 64 classes. */
export const HISTOGRAM_CLASSES: u32 = 64;
export function histogramBytes(): u32 {
  if (!exact || nClasses > HISTOGRAM_CLASSES) return 0;
  return words(256) + (u32(256) << (classBits + 2));
}

/**
 * The block: a small node's codes, copied column by column [feature][index in the block], so that its descendants
 * gather from the cache. Inside it a sample's row is its index in the block.
 */
export let block: u32 = 0;
export let blockRows: u32 = 0;
export let blockStart: u32 = 0;
export let blockEnd: u32 = 0;
/** Bytes of a block: about a core's share of the last cache. */
const BLOCK_BYTES: u32 = 1 << 22;
/** Wider matrices have too few of their columns looked at to be worth a block. */
const MIN_BLOCK_ROWS: u32 = 512;
/** Smaller matrices stay in the cache as they are. */
const MIN_BLOCKED_BYTES: f64 = 16777216;

export function layOutBlock(at: u32, n: u32, nFeatures: u32): u32 {
  block = at;
  const fits = BLOCK_BYTES / nFeatures;
  // An odd multiple of 16 spreads the columns over the sets of a cache.
  const stride = (((fits >> 4) - 1) | 1) << 4;
  blockRows = fits >= MIN_BLOCK_ROWS && f64(n) * f64(nFeatures) >= MIN_BLOCKED_BYTES ? stride : 0;
  return at + ((blockRows * nFeatures + 7) & ~7);
}

export function setBlock(from: u32, to: u32): void {
  blockStart = from;
  blockEnd = to;
}

/** Address of a feature's codes for the current node, what they are less than, and whether they are bytes. */
@inline
export function codesOf(feature: u32): u32 {
  return start < blockEnd && start >= blockStart ? block + feature * blockRows : load<u32>(columns + (feature << 4));
}
@inline
export function codeLimit(feature: u32): u32 {
  return load<u32>(columns + (feature << 4), 8);
}
@inline
export function areBytes(feature: u32): bool {
  return codeLimit(feature) <= 256;
}

// The node's progress.
export let start: u32 = 0;
export let count: u32 = 0;
/** The node's weight, as count and as f64; sums over its classes for the criterion. */
export let weight: u32 = 0;
export let weightF: f64 = 0;
export let score: i64 = 0;
export let momentF: f64 = 0;
/** f64 mode: how many classes are present. */
export let presentCount: u32 = 0;
export let bestScore: i64 = 0;
export let bestGain: f64 = 0;
export let bestFeature: i32 = -1;
export let bestLow: u32 = 0;
export let bestHigh: u32 = 0;
/** Of a random split, whose threshold is not that of its codes. */
export let bestThreshold: f64 = 0;

export function setNode(start_: u32, count_: u32, weight_: u32, weightF_: f64, score_: i64, momentF_: f64): void {
  start = start_;
  count = count_;
  weight = weight_;
  weightF = weightF_;
  score = score_;
  momentF = momentF_;
  bestScore = i64.MIN_VALUE;
  bestGain = -Infinity;
  bestFeature = -1;
}

export function setPresentCount(classes: u32): void {
  presentCount = classes;
}

@inline
export function acceptScore(score: i64, feature: u32, low: u32, high: u32): void {
  bestScore = score;
  bestFeature = feature;
  bestLow = low;
  bestHigh = high;
}

@inline
export function acceptGain(gain: f64, feature: u32, low: u32, high: u32): void {
  bestGain = gain;
  bestFeature = feature;
  bestLow = low;
  bestHigh = high;
}

export function setThreshold(threshold: f64): void {
  bestThreshold = threshold;
}

export function save(at: u32): void {
  store<u32>(at, start);
  store<u32>(at, count, 4);
  store<u32>(at, weight, 8);
  store<i32>(at, bestFeature, 12);
  store<u32>(at, bestLow, 16);
  store<u32>(at, bestHigh, 20);
  store<f64>(at, weightF, 24);
  store<i64>(at, score, 32);
  store<f64>(at, momentF, 40);
  store<i64>(at, bestScore, 48);
  store<f64>(at, bestGain, 56);
  store<u32>(at, presentCount, 64);
  store<f64>(at, bestThreshold, 72);
}

export function restore(at: u32): void {
  start = load<u32>(at);
  count = load<u32>(at, 4);
  weight = load<u32>(at, 8);
  bestFeature = load<i32>(at, 12);
  bestLow = load<u32>(at, 16);
  bestHigh = load<u32>(at, 20);
  weightF = load<f64>(at, 24);
  score = load<i64>(at, 32);
  momentF = load<f64>(at, 40);
  bestScore = load<i64>(at, 48);
  bestGain = load<f64>(at, 56);
  presentCount = load<u32>(at, 64);
  bestThreshold = load<f64>(at, 72);
}
