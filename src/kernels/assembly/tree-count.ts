// Splits of a node whose weights are counts: all sums are exact integers, so no order of evaluation can change a bit.
// Entropy: maximise sum T[l_c] + sum T[r_c] - T[L] - T[R], T[n] = n log2 n in fixed point. Gini: sum l_c^2/L + sum r_c^2/R.
import {
  acceptGain, acceptScore, areBytes, bestGain, bestScore, buckets, classBits, codeLimit, codesOf, columns, count, criterion,
  ENTROPY, exact, keys, minLeaf, running, samples, score, spare, start, table, totals, weight,
} from "./tree-context";
import { histogramSplit, worthHistogram } from "./tree-histogram";
import { sortKeys } from "./tree-sort";
import { reset, t } from "./tree-sums";

/** Counts the node's classes into totals and running; answers whether it is pure. Per class u64: moved | rest << 32. */
export function countClasses(from: u32, n: u32): bool {
  const shift = classBits;
  const mask: u32 = (1 << shift) - 1;
  const end = samples + ((from + n) << 3);
  for (let p = samples + (from << 3); p < end; p += 8) {
    const payload = load<u32>(p, 4);
    const at = totals + ((payload & mask) << 3);
    store<u64>(at, load<u64>(at) + (u64(payload >> shift) << 32));
  }
  let pure = true;
  let first: u32 = load<u32>(samples + (from << 3), 4) & mask;
  for (let p = samples + (from << 3); p < end; p += 8) {
    const at = (load<u32>(p, 4) & mask) << 3;
    pure = pure && (at >> 3) == first;
    store<u64>(running + at, load<u64>(totals + at));
  }
  return pure;
}

/** Sum of the weights, and of T[n_c] or n_c^2, over the node's classes. */
export function nodeWeight(from: u32, n: u32): u32 {
  const end = samples + ((from + n) << 3);
  let sum: u32 = 0;
  for (let p = samples + (from << 3); p < end; p += 8) sum += load<u32>(p, 4) >> classBits;
  return sum;
}
export function nodeScore(from: u32, n: u32): i64 {
  const mask: u32 = (1 << classBits) - 1;
  const end = samples + ((from + n) << 3);
  let sum: i64 = 0;
  // Each class is added at its first sample: its running count is taken away, and put back afterwards.
  for (let p = samples + (from << 3); p < end; p += 8) {
    const at = running + ((load<u32>(p, 4) & mask) << 3);
    const c = u32(load<u64>(at) >> 32);
    store<u64>(at, 0);
    if (c) sum += criterion == ENTROPY ? t(table, c) : i64(c) * i64(c);
  }
  for (let p = samples + (from << 3); p < end; p += 8) {
    const at = (load<u32>(p, 4) & mask) << 3;
    store<u64>(running + at, load<u64>(totals + at));
  }
  return sum;
}

/** Forgets the classes of the node. */
export function clearClasses(from: u32, n: u32): void {
  const mask: u32 = (1 << classBits) - 1;
  const end = samples + ((from + n) << 3);
  for (let p = samples + (from << 3); p < end; p += 8) store<u64>(totals + ((load<u32>(p, 4) & mask) << 3), 0);
}

/** Gathers (code, payload) of the node's samples, without the samples at the column's most frequent code. */
@inline
function gather<T>(codes: u32, base: u32): u32 {
  const end = samples + ((start + count) << 3);
  let to = keys;
  for (let p = samples + (start << 3); p < end; p += 8) {
    const sample = load<u64>(p);
    const code = u32(load<T>(codes + u32(sample) * sizeof<T>()));
    store<u64>(to, (u64(code) << 32) | (sample >> 32));
    to += u32(code != base) << 3;
  }
  return (to - keys) >> 3;
}

/**
 * Moves the samples of sorted keys [from, pivot) one by one, from the side of the pivot to the other, and looks at each
 * boundary between two codes. Going up (step 8) the moved side is the left one; going down the right one. Among equal
 * scores the lowest threshold wins: the first one going up, the last one going down.
 */
@inline
function sweep(feature: u32, from: u32, pivot: u32, step: i32, entropy: bool): void {
  const shift = classBits;
  const mask: u32 = (1 << shift) - 1;
  const perClass = running;
  const total = weight;
  const T = table;
  let scoreNow: i64 = entropy ? score : 0;
  let rest = score;
  let moved: u32 = 0;
  let best = bestScore;
  let gainBest = bestGain;
  let found = false;
  for (let p = from; p != pivot; p += step) {
    const payload = load<u32>(p);
    const w = payload >> shift;
    const at = perClass + ((payload & mask) << 3);
    const pair = load<u64>(at);
    const a = u32(pair);
    const b = u32(pair >> 32);
    store<u64>(at, pair + u64(w) - (u64(w) << 32));
    moved += w;
    if (entropy) {
      scoreNow += t(T, a + w) - t(T, a) + t(T, b - w) - t(T, b);
      const s = scoreNow - t(T, moved) - t(T, total - moved);
      if (s > best || (step < 0 && found && s == best)) {
        if (admissible(p, from, step)) {
          best = s;
          found = true;
          if (step > 0) acceptScore(s, feature, load<u32>(p, 4), load<u32>(p, 12));
          else acceptScore(s, feature, load<u32>(p - 8, 4), load<u32>(p, 4));
        }
      }
    } else {
      const square = i64(w) * i64(w);
      scoreNow += (i64(a) * i64(w) << 1) + square;
      rest += square - (i64(b) * i64(w) << 1);
      const g = f64(scoreNow) / f64(moved) + f64(rest) / f64(total - moved);
      if (g > gainBest || (step < 0 && found && g == gainBest)) {
        if (admissible(p, from, step)) {
          gainBest = g;
          found = true;
          if (step > 0) acceptGain(g, feature, load<u32>(p, 4), load<u32>(p, 12));
          else acceptGain(g, feature, load<u32>(p - 8, 4), load<u32>(p, 4));
        }
      }
    }
  }
}

/** A boundary between two codes that leaves both children samples enough. */
@inline
function admissible(p: u32, from: u32, step: i32): bool {
  if (load<u32>(p, 4) == load<u32>(p + step, 4)) return false;
  const moved = u32((i32(p - from) >> 3) * (step >> 3)) + 1;
  return moved >= minLeaf && count - moved >= minLeaf;
}

/** Looks for the best split of the node on a feature; false if the feature is constant there. */
export function countSplit(feature: u32): bool {
  const column = columns + (feature << 4);
  const codes = codesOf(feature);
  const base = load<u32>(column, 12);
  const narrow = areBytes(feature);
  let n = narrow ? gather<u8>(codes, base) : gather<u32>(codes, base);
  if (n == 0) return false;
  if (narrow && worthHistogram(n, codeLimit(feature))) return histogramSplit(feature, n, base);
  const pivotIsBase = n < count;
  if (pivotIsBase) {
    // Stands for all samples left out; it is never moved, so it needs no class and no weight.
    store<u64>(keys + (n << 3), u64(base) << 32);
    n++;
  }
  const sorted = sortKeys(keys, spare, n, buckets);
  const last = sorted + ((n - 1) << 3);
  if (load<u32>(sorted, 4) == load<u32>(last, 4)) return false;
  let pivot = last;
  if (pivotIsBase) {
    pivot = sorted;
    while (load<u32>(pivot, 4) != base) pivot += 8;
  }
  if (criterion == ENTROPY) {
    sweep(feature, sorted, pivot, 8, true);
    if (pivot != last) {
      if (pivot != sorted) reset(sorted, n);
      sweep(feature, last, pivot, -8, true);
    }
  } else {
    sweep(feature, sorted, pivot, 8, false);
    if (pivot != last) {
      if (pivot != sorted) reset(sorted, n);
      sweep(feature, last, pivot, -8, false);
    }
  }
  reset(sorted, n);
  return true;
}
