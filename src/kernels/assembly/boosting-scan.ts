// The best split of a node.

import { NONE, gradientScale, hessianScale, isPlain, lambda, minHessian } from "./boosting-job";
import { directionOf, splitScore } from "./boosting-gain";
import { BLOCK_BYTES } from "./boosting-histogram";

/** A little less than 1: what is sieved by products may be off by a few roundings, and no better split may fall through. */
const NEARLY: f64 = 1 - 1e-12;

// The node that is being looked at, and its best split so far.
let nodeG: f64 = 0;
let nodeH: f64 = 0;
let lower: f64 = 0;
let upper: f64 = 0;
let least: f64 = 0;
let lambdaSteps: f64 = 0;
/** Scores in steps of the fixed point are so many times those in units. */
let unit: f64 = 1;
export let bestScore: f64 = 0;
export let bestFeature: u32 = 0;
export let bestBin: u32 = 0;
export let bestDefaultLeft: u32 = 0;
export let bestG: f64 = 0;
export let bestH: f64 = 0;

/** A child's least sum of hessians, in steps: at least one. */
export function leastHessian(): f64 {
  return max(minHessian * hessianScale, 1);
}

export function beginScan(g: f64, h: f64, low: f64, high: f64): void {
  nodeG = g;
  nodeH = h;
  lower = low;
  upper = high;
  least = leastHessian();
  lambdaSteps = lambda * hessianScale;
  unit = (gradientScale * gradientScale) / hessianScale;
}

/** Goes on with a node whose best split so far was found before, in other features. */
export function resumeScan(score: f64, feature: u32, bin: u32, defaultLeft: u32, g: f64, h: f64): void {
  bestScore = score;
  bestFeature = feature;
  bestBin = bin;
  bestDefaultLeft = defaultLeft;
  bestG = g;
  bestH = h;
}

/**
 * Looks at the splits of a feature: its bins begin at `bins`, the summaries of their blocks at `blocks`, and rows whose
 * value is missing, if any, are in the bin after the values'. Of equal splits XGBoost's is kept: the lowest feature; missing
 * values right, and then the lowest bin, before missing values left, and then the highest.
 */
export function scan(feature: u32, bins: u32, valueBins: u32, hasMissing: bool, blocks: u32): void {
  if (valueBins == 0) return;
  const end = bins + (valueBins << 4);
  const missing = hasMissing ? v128.load(end) : f64x2.splat(0);
  const isMissed = f64x2.extract_lane(missing, 1) > 0;
  // Missing rows go right; the last split parts them from all others.
  scanFrom(feature, bins, isMissed ? end : end - 16, f64x2.splat(0), 0, blocks);
  if (!isMissed) return;
  // Alone on the left they are judged too: to a monotone constraint that is not the same as alone on the right.
  judge(feature, NONE, 1, missing);
  scanFrom(feature, bins, end - 16, missing, 1, blocks);
}

function scanFrom(feature: u32, bins: u32, end: u32, start: v128, defaultLeft: u32, blocks: u32): void {
  if (!isPlain) {
    scanEach(feature, bins, bins, end, start, defaultLeft);
    return;
  }
  let left = start;
  let block = blocks;
  for (let at = bins; at < end; at += BLOCK_BYTES, block += 32) {
    const sum = v128.load(block);
    if (mayHoldBetter(left, sum, v128.load(block, 16))) {
      scanBlock(feature, bins, at, min(at + BLOCK_BYTES, end), left, defaultLeft);
    }
    left = f64x2.add(left, sum);
  }
}

/**
 * Whether a split within a block of bins may be better than the best. Left of any such split the sum of gradients lies
 * between that before the block less all its negative bins and that plus all its positive ones, and the score is convex in
 * it; hessians lie between those at the block's ends.
 */
@inline
function mayHoldBetter(left: v128, sum: v128, positive: v128): bool {
  const before = f64x2.extract_lane(left, 1);
  const after = before + f64x2.extract_lane(sum, 1);
  if (after < least || nodeH - before < least) return false;
  const denL = max(before, least) + lambdaSteps;
  const denR = max(nodeH - after, least) + lambdaSteps;
  const high = f64x2.extract_lane(left, 0) + f64x2.extract_lane(positive, 0);
  const low = high - 2 * f64x2.extract_lane(positive, 0) + f64x2.extract_lane(sum, 0);
  const bound = bestScore * unit * NEARLY * denL * denR;
  const restHigh = nodeG - high;
  const restLow = nodeG - low;
  return high * high * denR + restHigh * restHigh * denL > bound || low * low * denR + restLow * restLow * denL > bound;
}

/**
 * Two splits at a time. score > best, with score = num / den and den > 0, is num > best * den: no division but for the few
 * that pass, which are then judged one by one. Sums stay in steps of the fixed point, as powers of two do not matter.
 */
function scanBlock(feature: u32, bins: u32, begin: u32, end: u32, start: v128, defaultLeft: u32): void {
  let left = start;
  let at = begin;
  const gs = f64x2.splat(nodeG);
  const hs = f64x2.splat(nodeH);
  const leasts = f64x2.splat(least);
  const lambdas = f64x2.splat(lambdaSteps);
  let best = f64x2.splat(bestScore * unit * NEARLY);
  for (; at + 32 <= end; at += 32) {
    const first = v128.load(at);
    const one = f64x2.add(left, first);
    left = f64x2.add(left, f64x2.add(first, v128.load(at, 16)));
    const leftG = v128.shuffle<f64>(one, left, 0, 2);
    const leftH = v128.shuffle<f64>(one, left, 1, 3);
    const rightG = f64x2.sub(gs, leftG);
    const rightH = f64x2.sub(hs, leftH);
    const denL = f64x2.add(leftH, lambdas);
    const denR = f64x2.add(rightH, lambdas);
    const num = f64x2.add(f64x2.mul(f64x2.mul(leftG, leftG), denR), f64x2.mul(f64x2.mul(rightG, rightG), denL));
    const isBetter = v128.and(
      f64x2.gt(num, f64x2.mul(best, f64x2.mul(denL, denR))),
      f64x2.ge(f64x2.pmin(leftH, rightH), leasts),
    );
    if (v128.any_true(isBetter)) {
      judge(feature, u32(at - bins) >> 4, defaultLeft, one);
      judge(feature, (u32(at - bins) >> 4) + 1, defaultLeft, left);
      best = f64x2.splat(bestScore * unit * NEARLY);
    }
  }
  scanEach(feature, bins, at, end, left, defaultLeft);
}

function scanEach(feature: u32, bins: u32, begin: u32, end: u32, start: v128, defaultLeft: u32): void {
  let left = start;
  for (let at = begin; at < end; at += 16) {
    left = f64x2.add(left, v128.load(at));
    judge(feature, u32(at - bins) >> 4, defaultLeft, left);
  }
}

function judge(feature: u32, bin: u32, defaultLeft: u32, left: v128): void {
  const leftG = f64x2.extract_lane(left, 0);
  const leftH = f64x2.extract_lane(left, 1);
  const rightG = nodeG - leftG;
  const rightH = nodeH - leftH;
  if (!(leftH >= least && rightH >= least)) return;
  const score = splitScore(leftG, leftH, rightG, rightH, lower, upper, directionOf(feature));
  // With missing values on the left XGBoost comes from the other end.
  const isLater = score == bestScore && defaultLeft != 0 && bestDefaultLeft != 0 && bestFeature == feature;
  if (!(score > bestScore || isLater)) return;
  bestScore = score;
  bestFeature = feature;
  bestBin = bin;
  bestDefaultLeft = defaultLeft;
  bestG = leftG;
  bestH = leftH;
}
