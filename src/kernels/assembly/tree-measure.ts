// Splits of a node with f64 weights: classes, or real targets. Sums are taken over each run of equal codes, in
// ascending sample order, and then added to the left side; bytes and ranks give the same bits.
import {
  acceptGain, areBytes, baseRunOf, bestGain, buckets, codesOf, columns, count, criterion, ENTROPY, keys, minLeaf, momentF,
  momentOf, nClasses, present, presentCount, running, runOf, samples, spare, start, termsOf, totals, touched, weightF,
  weightOf,
} from "./tree-context";
import { xlog2 } from "./tree-entropy";
import { sortKeys } from "./tree-sort";

/** Payload of the key that stands for the whole run of the column's most frequent code. */
const BASE: u32 = 0xffffffff;
let nKeys: u32 = 0;
let baseCount: u32 = 0;
let baseWeight: f64 = 0;
let baseMoment: f64 = 0;

@inline
function gather<T>(codes: u32, base: u32, ofClasses: bool): void {
  const from = samples + (start << 3);
  const w0 = weightOf + (start << 3);
  const m0 = momentOf + (start << 3);
  let to = keys;
  let weight: f64 = 0;
  let moment: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const sample = load<u64>(from + (i << 3));
    const code = u32(load<T>(codes + u32(sample) * sizeof<T>()));
    if (code != base) {
      store<u64>(to, (u64(code) << 32) | u64(i));
      to += 8;
      continue;
    }
    const w = load<f64>(w0 + (i << 3));
    weight += w;
    if (ofClasses) {
      const run = baseRunOf + (u32(sample >> 32) << 3);
      store<f64>(run, load<f64>(run) + w);
    } else {
      moment += load<f64>(m0 + (i << 3));
    }
  }
  nKeys = (to - keys) >> 3;
  baseCount = count - nKeys;
  baseWeight = weight;
  baseMoment = moment;
}

/** Gathers (code, index in the node), sums the run of the most frequent code, and sorts by code, then index. */
function sorted(feature: u32): u32 {
  const base = load<u32>(columns + (feature << 4), 12);
  const codes = codesOf(feature);
  if (areBytes(feature)) {
    if (nClasses) gather<u8>(codes, base, true);
    else gather<u8>(codes, base, false);
  } else {
    if (nClasses) gather<u32>(codes, base, true);
    else gather<u32>(codes, base, false);
  }
  if (baseCount) {
    store<u64>(keys + (nKeys << 3), (u64(base) << 32) | u64(BASE));
    nKeys++;
  }
  return sortKeys(keys, spare, nKeys, buckets);
}

/** Mean squared error: maximise (sum w y)^2 / sum w over both sides. */
export function momentSplit(feature: u32): bool {
  const at = sorted(feature);
  const last = at + ((nKeys - 1) << 3);
  if (load<u32>(at, 4) == load<u32>(last, 4)) return false;
  const w0 = weightOf + (start << 3);
  const m0 = momentOf + (start << 3);
  let left: f64 = 0;
  let moment: f64 = 0;
  let runWeight: f64 = 0;
  let runMoment: f64 = 0;
  let moved: u32 = 0;
  for (let p = at; p < last; p += 8) {
    const i = load<u32>(p);
    if (i == BASE) {
      runWeight = baseWeight;
      runMoment = baseMoment;
      moved += baseCount;
    } else {
      runWeight += load<f64>(w0 + (i << 3));
      runMoment += load<f64>(m0 + (i << 3));
      moved++;
    }
    if (load<u32>(p, 4) == load<u32>(p, 12)) continue;
    left += runWeight;
    moment += runMoment;
    runWeight = 0;
    runMoment = 0;
    const right = weightF - left;
    const rest = momentF - moment;
    const gain = (moment * moment) / left + (rest * rest) / right;
    if (gain > bestGain && right > 0 && moved >= minLeaf && count - moved >= minLeaf) {
      acceptGain(gain, feature, load<u32>(p, 4), load<u32>(p, 12));
    }
  }
  return true;
}

/** Sums both sides' terms over the classes of the node; with entropy those of the sides' totals are taken away. */
@inline
export function classGain(left: f64, right: f64, entropy: bool): f64 {
  const end = present + (presentCount << 2);
  let sums = f64x2.splat(0);
  for (let c = present; c < end; c += 4) sums = f64x2.add(sums, v128.load(termsOf + (load<u32>(c) << 4)));
  const l = f64x2.extract_lane(sums, 0);
  const r = f64x2.extract_lane(sums, 1);
  return entropy ? l - xlog2(left) + (r - xlog2(right)) : l / left + r / right;
}

@inline
export function setTerms(c: u32, left: f64, right: f64, entropy: bool): void {
  const at = termsOf + (c << 4);
  store<f64>(at, entropy ? xlog2(left) : left * left);
  store<f64>(at, entropy ? xlog2(right) : right * right, 8);
}

/** Adds weight to a class of the run. */
@inline
function touch(c: u32, w: f64, touchedCount: u32): u32 {
  const at = runOf + (c << 3);
  const before = load<f64>(at);
  store<f64>(at, before + w);
  store<u32>(touched + (touchedCount << 2), c);
  return touchedCount + u32(before == 0);
}

@inline
function sweep(feature: u32, at: u32, last: u32, entropy: bool): void {
  const from = samples + (start << 3);
  const w0 = weightOf + (start << 3);
  const end = present + (presentCount << 2);
  for (let p = present; p < end; p += 4) {
    const c = load<u32>(p);
    store<f64>(running + (c << 3), 0);
    setTerms(c, 0, load<f64>(totals + (c << 3)), entropy);
  }
  let left: f64 = 0;
  let run: f64 = 0;
  let moved: u32 = 0;
  let classes: u32 = 0;
  for (let p = at; p < last; p += 8) {
    const i = load<u32>(p);
    if (i == BASE) {
      for (let q = present; q < end; q += 4) {
        const c = load<u32>(q);
        const w = load<f64>(baseRunOf + (c << 3));
        if (w > 0) classes = touch(c, w, classes);
      }
      run = baseWeight;
      moved += baseCount;
    } else {
      const w = load<f64>(w0 + (i << 3));
      classes = touch(load<u32>(from + (i << 3), 4), w, classes);
      run += w;
      moved++;
    }
    if (load<u32>(p, 4) == load<u32>(p, 12)) continue;
    left += run;
    run = 0;
    while (classes > 0) {
      const c = load<u32>(touched + (--classes << 2));
      const mine = load<f64>(running + (c << 3)) + load<f64>(runOf + (c << 3));
      store<f64>(runOf + (c << 3), 0);
      store<f64>(running + (c << 3), mine);
      setTerms(c, mine, load<f64>(totals + (c << 3)) - mine, entropy);
    }
    const right = weightF - left;
    if (moved < minLeaf || count - moved < minLeaf || right <= 0) continue;
    const gain = classGain(left, right, entropy);
    if (gain > bestGain) acceptGain(gain, feature, load<u32>(p, 4), load<u32>(p, 12));
  }
  while (classes > 0) store<f64>(runOf + (load<u32>(touched + (--classes << 2)) << 3), 0);
}

/** Gini or entropy with f64 weights. */
export function weightSplit(feature: u32): bool {
  const at = sorted(feature);
  const last = at + ((nKeys - 1) << 3);
  const varies = load<u32>(at, 4) != load<u32>(last, 4);
  if (varies) {
    if (criterion == ENTROPY) sweep(feature, at, last, true);
    else sweep(feature, at, last, false);
  }
  const end = present + (presentCount << 2);
  if (baseCount) for (let p = present; p < end; p += 4) store<f64>(baseRunOf + (load<u32>(p) << 3), 0);
  return varies;
}
