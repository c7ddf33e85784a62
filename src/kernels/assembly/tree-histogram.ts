// A large node and a column of bytes: counts by code and class, instead of sorting. Same definition as tree-count.
import {
  acceptGain, acceptScore, bestGain, bestScore, classBits, codeLimit, count, criterion, ENTROPY, histogram,
  HISTOGRAM_CLASSES, keys, minLeaf, nClasses, running, score, table, weight,
} from "./tree-context";
import { reset, t } from "./tree-sums";

/** Whether n keys are enough for counting codes below `limit` to be faster than sorting. */
@inline
export function worthHistogram(n: u32, limit: u32): bool {
  return nClasses <= HISTOGRAM_CLASSES && n << 3 >= limit * (4 + nClasses);
}

/** Samples of each code u32[256], then weights u32[256 << classBits]; all zero between features. */
@inline
function fillHistogram(n: u32): void {
  const shift = classBits;
  const mask: u32 = (1 << shift) - 1;
  const samplesOf = histogram;
  const weights = histogram + 1024;
  const end = keys + (n << 3);
  for (let p = keys; p < end; p += 8) {
    const payload = load<u32>(p);
    const code = load<u32>(p, 4);
    const at = weights + (((code << shift) + (payload & mask)) << 2);
    store<u32>(at, load<u32>(at) + (payload >> shift));
    const c = samplesOf + (code << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
}

/** `sweep` over the histogram's codes [from, pivot), which it clears; answers how many samples were moved. */
function sweepHistogram(feature: u32, from: u32, pivot: u32, step: i32, entropy: bool): u32 {
  const shift = classBits;
  const T = table;
  const total = weight;
  const end = running + (nClasses << 3);
  let scoreNow: i64 = entropy ? score : 0;
  let rest = score;
  let moved: u32 = 0;
  let movedSamples: u32 = 0;
  let before: u32 = 0;
  let found = false;
  for (let code = from; ; code += step) {
    const c = code == pivot ? 1 : load<u32>(histogram + (code << 2));
    if (c == 0) continue;
    if (movedSamples > 0 && movedSamples >= minLeaf && count - movedSamples >= minLeaf) {
      const low = step > 0 ? before : code;
      const high = step > 0 ? code : before;
      if (entropy) {
        const s = scoreNow - t(T, moved) - t(T, total - moved);
        if (s > bestScore || (step < 0 && found && s == bestScore)) {
          acceptScore(s, feature, low, high);
          found = true;
        }
      } else {
        const g = f64(scoreNow) / f64(moved) + f64(rest) / f64(total - moved);
        if (g > bestGain || (step < 0 && found && g == bestGain)) {
          acceptGain(g, feature, low, high);
          found = true;
        }
      }
    }
    if (code == pivot) break;
    store<u32>(histogram + (code << 2), 0);
    let h = histogram + 1024 + (code << (shift + 2));
    for (let at = running; at < end; at += 8, h += 4) {
      const w = load<u32>(h);
      if (w == 0) continue;
      store<u32>(h, 0);
      const pair = load<u64>(at);
      const a = u32(pair);
      const b = u32(pair >> 32);
      store<u64>(at, pair + u64(w) - (u64(w) << 32));
      moved += w;
      if (entropy) {
        scoreNow += t(T, a + w) - t(T, a) + t(T, b - w) - t(T, b);
      } else {
        const square = i64(w) * i64(w);
        scoreNow += (i64(a) * i64(w) << 1) + square;
        rest += square - (i64(b) * i64(w) << 1);
      }
    }
    movedSamples += c;
    before = code;
  }
  return movedSamples;
}

/** Up to this weight the sums of squares fit into 32 bits. */
const NARROW: u32 = 65535;

/** `sweepHistogram` for Gini and 3 classes or more, of a node whose sums are narrow: the same integers, four classes at a time. */
function sweepNarrow(feature: u32, from: u32, pivot: u32, step: i32): u32 {
  const shift = classBits;
  const total = weight;
  const end = running + (nClasses << 3);
  let moved: u32 = 0;
  let movedSquares: u32 = 0;
  let restSquares: u32 = 0;
  let movedSamples: u32 = 0;
  let before: u32 = 0;
  let found = false;
  for (let code = from; ; code += step) {
    const c = code == pivot ? 1 : load<u32>(histogram + (code << 2));
    if (c == 0) continue;
    if (movedSamples > 0 && movedSamples >= minLeaf && count - movedSamples >= minLeaf) {
      const g = f64(movedSquares) / f64(moved) + f64(restSquares) / f64(total - moved);
      if (g > bestGain || (step < 0 && found && g == bestGain)) {
        acceptGain(g, feature, step > 0 ? before : code, step > 0 ? code : before);
        found = true;
      }
    }
    if (code == pivot) break;
    store<u32>(histogram + (code << 2), 0);
    let h = histogram + 1024 + (code << (shift + 2));
    let sums = i32x4.splat(0);
    let squares = i32x4.splat(0);
    for (let at = running; at < end; at += 32, h += 16) {
      const w = v128.load(h);
      v128.store(h, i32x4.splat(0));
      const minus = i32x4.neg(w);
      const low = i32x4.add(v128.load(at), v128.shuffle<i32>(w, minus, 0, 4, 1, 5));
      const high = i32x4.add(v128.load(at, 16), v128.shuffle<i32>(w, minus, 2, 6, 3, 7));
      v128.store(at, low);
      v128.store(at, high, 16);
      sums = i32x4.add(sums, i32x4.add(low, high));
      squares = i32x4.add(squares, i32x4.add(i32x4.mul(low, low), i32x4.mul(high, high)));
    }
    moved = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 2);
    movedSquares = i32x4.extract_lane(squares, 0) + i32x4.extract_lane(squares, 2);
    restSquares = i32x4.extract_lane(squares, 1) + i32x4.extract_lane(squares, 3);
    movedSamples += c;
    before = code;
  }
  return movedSamples;
}

/** Splits by the histogram of n keys other than `base`; false if there is one code alone. */
export function histogramSplit(feature: u32, n: u32, base: u32): bool {
  fillHistogram(n);
  const entropy = criterion == ENTROPY;
  const narrow = !entropy && nClasses > 2 && weight <= NARROW;
  const last = codeLimit(feature) - 1;
  // Classes that the node lacks are summed too, so they must count 0.
  if (narrow) reset(0, nClasses);
  if (n < count) {
    if (base > 0 && sweepOver(feature, 0, base, 1, entropy, narrow)) reset(0, nClasses);
    if (base < last) sweepOver(feature, last, base, -1, entropy, narrow);
    reset(0, nClasses);
    return true;
  }
  let pivot = last;
  while (load<u32>(histogram + (pivot << 2)) == 0) pivot--;
  const moved = sweepOver(feature, 0, pivot, 1, entropy, narrow);
  reset(0, nClasses);
  store<u32>(histogram + (pivot << 2), 0);
  const from = histogram + 1024 + (pivot << (classBits + 2));
  for (let c: u32 = 0; c < nClasses; c++) store<u32>(from + (c << 2), 0);
  return moved > 0;
}

function sweepOver(feature: u32, from: u32, pivot: u32, step: i32, entropy: bool, narrow: bool): u32 {
  return narrow ? sweepNarrow(feature, from, pivot, step) : sweepHistogram(feature, from, pivot, step, entropy);
}
