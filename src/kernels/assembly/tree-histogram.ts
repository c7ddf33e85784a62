// A large node and a column of bytes: counts by code and class, instead of sorting. Same definition as tree-count.
import {
  acceptGain, acceptScore, bestGain, bestScore, classBits, count, histogram, HISTOGRAM_CLASSES, keys, minLeaf,
  nClasses, running, samples, score, table, weight,
} from "./tree-context";
import { reset, t } from "./tree-sums";

/** From how many keys of bytes on the histogram is faster than sorting. */
@inline
export function worthHistogram(n: u32): bool {
  return nClasses <= HISTOGRAM_CLASSES && n >= 128 + (nClasses << 5);
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
@inline
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

/** Splits by the histogram of n keys other than `base`; false if there is one code alone. */
export function histogramSplit(feature: u32, n: u32, base: u32, entropy: bool): bool {
  fillHistogram(n);
  if (n < count) {
    if (base > 0 && sweepHistogram(feature, 0, base, 1, entropy)) reset(0, nClasses);
    if (base < 255) sweepHistogram(feature, 255, base, -1, entropy);
    reset(0, nClasses);
    return true;
  }
  let pivot: u32 = 255;
  while (load<u32>(histogram + (pivot << 2)) == 0) pivot--;
  const moved = sweepHistogram(feature, 0, pivot, 1, entropy);
  reset(0, nClasses);
  store<u32>(histogram + (pivot << 2), 0);
  const from = histogram + 1024 + (pivot << (classBits + 2));
  for (let c: u32 = 0; c < nClasses; c++) store<u32>(from + (c << 2), 0);
  return moved > 0;
}
