// One split at a random threshold, as extremely randomised trees make them; `splitter` in grow-tree.ts states it.
import {
  acceptGain, acceptScore, areBytes, bestGain, bestScore, classBits, codesOf, columns, count, criterion, ENTROPY, exact,
  keys, minLeaf, momentF, momentOf, nClasses, present, presentCount, running, samples, score, setThreshold, start, table,
  totals, weight, weightF, weightOf,
} from "./tree-context";
import { classGain, setTerms } from "./tree-measure";
import { uniform } from "./tree-random";
import { reset, t } from "./tree-sums";

/** Above all codes: no code is left out. */
const NO_BASE: u32 = 0xffffffff;
/** The node's least and greatest code. */
let low: u32 = 0;
let high: u32 = 0;

/** Gathers (code, payload), or (code, index in the node) in f64 mode, without the samples at code `base`. */
@inline
function gather<T>(codes: u32, base: u32): u32 {
  const from = samples + (start << 3);
  let to = keys;
  let least: u32 = u32.MAX_VALUE;
  let greatest: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const sample = load<u64>(from + (i << 3));
    const code = u32(load<T>(codes + u32(sample) * sizeof<T>()));
    least = min(least, code);
    greatest = max(greatest, code);
    store<u64>(to, (u64(code) << 32) | (exact ? sample >> 32 : u64(i)));
    to += u32(code != base) << 3;
  }
  low = least;
  high = greatest;
  return (to - keys) >> 3;
}

/** Draws a threshold between the values of the node's least and greatest code; never rounded onto the greatest. */
function drawThreshold(values: u32): f64 {
  const u = uniform();
  const least = load<f64>(values + (low << 3));
  const greatest = load<f64>(values + (high << 3));
  // Unlike least + u (greatest - least), this cannot overflow.
  const drawn = (1 - u) * least + u * greatest;
  return drawn >= least && drawn < greatest ? drawn : least;
}

/** The greatest code whose value is at most the threshold. */
function codeAt(values: u32, threshold: f64): u32 {
  let left = low;
  let right = high;
  while (right - left > 1) {
    const middle = left + ((right - left) >> 1);
    if (load<f64>(values + (middle << 3)) <= threshold) left = middle;
    else right = middle;
  }
  return left;
}

/** Sums exact integers. The samples at the most frequent code stay, and those of the other side are moved. */
function countAt(feature: u32, n: u32, base: u32, cut: u32): bool {
  const shift = classBits;
  const mask: u32 = (1 << shift) - 1;
  const entropy = criterion == ENTROPY;
  const staysLeft = n < count && base <= cut;
  const end = keys + (n << 3);
  let to = keys;
  let scoreNow: i64 = entropy ? score : 0;
  let rest = score;
  let moved: u32 = 0;
  for (let p = keys; p < end; p += 8) {
    const key = load<u64>(p);
    if ((u32(key >> 32) <= cut) == staysLeft) continue;
    store<u64>(to, key);
    to += 8;
    const w = u32(key) >> shift;
    const at = running + ((u32(key) & mask) << 3);
    const pair = load<u64>(at);
    const a = u32(pair);
    const b = u32(pair >> 32);
    store<u64>(at, pair + u64(w) - (u64(w) << 32));
    moved += w;
    if (entropy) {
      scoreNow += t(table, a + w) - t(table, a) + t(table, b - w) - t(table, b);
    } else {
      const square = i64(w) * i64(w);
      scoreNow += (i64(a) * i64(w) << 1) + square;
      rest += square - (i64(b) * i64(w) << 1);
    }
  }
  const movedSamples = (to - keys) >> 3;
  reset(keys, movedSamples);
  if (movedSamples < minLeaf || count - movedSamples < minLeaf) return false;
  if (entropy) {
    const s = scoreNow - t(table, moved) - t(table, weight - moved);
    if (s <= bestScore) return false;
    acceptScore(s, feature, cut, cut + 1);
  } else {
    const g = f64(scoreNow) / f64(moved) + f64(rest) / f64(weight - moved);
    if (g <= bestGain) return false;
    acceptGain(g, feature, cut, cut + 1);
  }
  return true;
}

/** Sums the left side's f64 weights, and their classes or moments, in the order of the samples. */
function weighAt(feature: u32, cut: u32): bool {
  const classes = samples + (start << 3);
  const w0 = weightOf + (start << 3);
  const m0 = momentOf + (start << 3);
  const endOfClasses = present + (presentCount << 2);
  const ofClasses = nClasses != 0;
  if (ofClasses) for (let p = present; p < endOfClasses; p += 4) store<f64>(running + (load<u32>(p) << 3), 0);
  let left: f64 = 0;
  let moment: f64 = 0;
  let moved: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(keys + (i << 3), 4) > cut) continue;
    const w = load<f64>(w0 + (i << 3));
    left += w;
    moved++;
    if (ofClasses) {
      const at = running + (load<u32>(classes + (i << 3), 4) << 3);
      store<f64>(at, load<f64>(at) + w);
    } else {
      moment += load<f64>(m0 + (i << 3));
    }
  }
  const right = weightF - left;
  if (moved < minLeaf || count - moved < minLeaf || right <= 0) return false;
  let gain: f64;
  if (ofClasses) {
    const entropy = criterion == ENTROPY;
    for (let p = present; p < endOfClasses; p += 4) {
      const c = load<u32>(p);
      const mine = load<f64>(running + (c << 3));
      setTerms(c, mine, load<f64>(totals + (c << 3)) - mine, entropy);
    }
    gain = classGain(left, right, entropy);
  } else {
    const rest = momentF - moment;
    gain = (moment * moment) / left + (rest * rest) / right;
  }
  if (!(gain > bestGain)) return false;
  acceptGain(gain, feature, cut, cut + 1);
  return true;
}

/** Judges one random threshold of a feature; false if the feature is constant in the node, which draws nothing. */
export function randomSplit(feature: u32): bool {
  const codes = codesOf(feature);
  const base = exact ? load<u32>(columns + (feature << 4), 12) : NO_BASE;
  const n = areBytes(feature) ? gather<u8>(codes, base) : gather<u32>(codes, base);
  if (low == high) return false;
  const values = load<u32>(columns + (feature << 4), 4);
  const threshold = drawThreshold(values);
  const cut = codeAt(values, threshold);
  if (exact ? countAt(feature, n, base, cut) : weighAt(feature, cut)) setThreshold(threshold);
  return true;
}
