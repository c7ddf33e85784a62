// The nodes of the tree in growth: where they are written, and what entering, judging and splitting one does.
import {
  areBytes, bestFeature, bestGain, bestHigh, bestLow, bestScore, codesOf, columns, count, criterion, ENTROPY, exact,
  keys, momentOf, nClasses, present, samples, setNode, setPresentCount, spare, start, table, totals, weightF,
  weightOf,
} from "./tree-context";
import { clearClasses, countClasses, nodeScore, nodeWeight } from "./tree-count";
import { xlog2 } from "./tree-entropy";

const EPSILON: f64 = 2.220446049250313e-16;

// The output's sections.
export let thresholdAt: u32 = 0;
export let weightAt: u32 = 0;
export let impurityAt: u32 = 0;
export let meanAt: u32 = 0;
export let featureAt: u32 = 0;
export let rightAt: u32 = 0;
export let startAt: u32 = 0;
export let countAt: u32 = 0;
export let order: u32 = 0;
/** Bootstrap: how often each position was drawn. */
export let drawnAt: u32 = 0;

export function layOutTree(out: u32, inBag: u32): void {
  const nodes = inBag << 1;
  let at = out + 32;
  thresholdAt = at;
  at += nodes << 3;
  weightAt = at;
  at += nodes << 3;
  impurityAt = at;
  at += nodes << 3;
  meanAt = at;
  if (!nClasses) at += nodes << 3;
  featureAt = at;
  at += nodes << 2;
  rightAt = at;
  at += nodes << 2;
  startAt = at;
  at += nodes << 2;
  countAt = at;
  at += nodes << 2;
  order = at;
  drawnAt = at + (((inBag + 2) & ~1) << 2);
}

/** Writes the facts of node `id` and makes it the current one; answers whether it is pure. */
export function enter(id: u32, from: u32, n: u32, targets: u32): bool {
  store<i32>(featureAt + (id << 2), -1);
  store<u32>(rightAt + (id << 2), 0);
  store<u32>(startAt + (id << 2), from);
  store<u32>(countAt + (id << 2), n);
  store<f64>(thresholdAt + (id << 3), 0);
  let pure = true;
  let impurity: f64 = 0;
  let w: f64 = 0;
  if (exact) {
    pure = countClasses(from, n);
    const sum = nodeWeight(from, n);
    const s = nodeScore(from, n);
    w = f64(sum);
    if (criterion == ENTROPY) impurity = f64(load<i64>(table + (sum << 3)) - s) / (1073741824.0 * w);
    else impurity = 1 - f64(s) / (w * w);
    setNode(from, n, sum, w, s, 0);
    if (pure) clearClasses(from, n);
  } else if (nClasses) {
    const first = load<u32>(samples + (from << 3), 4);
    const end = nClasses << 3;
    for (let c: u32 = 0; c < end; c += 8) store<f64>(totals + c, 0);
    for (let i = from; i < from + n; i++) {
      const c = load<u32>(samples + (i << 3), 4);
      const wi = load<f64>(weightOf + (i << 3));
      w += wi;
      store<f64>(totals + (c << 3), load<f64>(totals + (c << 3)) + wi);
      pure = pure && c == first;
    }
    let sum: f64 = 0;
    let classes: u32 = 0;
    for (let c: u32 = 0; c < end; c += 8) {
      const x = load<f64>(totals + c);
      if (x == 0) continue;
      store<u32>(present + (classes << 2), c >> 3);
      classes++;
      sum += criterion == ENTROPY ? xlog2(x) : x * x;
    }
    impurity = criterion == ENTROPY ? (xlog2(w) - sum) / w : 1 - sum / (w * w);
    if (pure || impurity < 0) impurity = 0;
    setPresentCount(classes);
    setNode(from, n, 0, w, 0, 0);
  } else {
    let moment: f64 = 0;
    let squares: f64 = 0;
    const first = load<f64>(targets + (load<u32>(samples + (from << 3)) << 3));
    for (let i = from; i < from + n; i++) {
      const y = load<f64>(targets + (load<u32>(samples + (i << 3)) << 3));
      const m = load<f64>(momentOf + (i << 3));
      w += load<f64>(weightOf + (i << 3));
      moment += m;
      squares += m * y;
      pure = pure && y == first;
    }
    const mean = pure ? first : moment / w;
    impurity = squares / w - mean * mean;
    if (pure || impurity < 0) impurity = 0;
    store<f64>(meanAt + (id << 3), mean);
    setNode(from, n, 0, w, 0, moment);
  }
  store<f64>(weightAt + (id << 3), w);
  store<f64>(impurityAt + (id << 3), impurity);
  return pure || (!exact && impurity <= EPSILON);
}

/** Whether both sides of the best split are pure. */
export function perfect(targets: u32): bool {
  if (bestFeature < 0) return false;
  if (exact) return criterion == ENTROPY ? bestScore == 0 : bestGain == weightF;
  if (count == 2) return true;
  const codes = codesOf(bestFeature);
  const narrow = areBytes(bestFeature);
  let leftTarget: f64 = NaN;
  let rightTarget: f64 = NaN;
  const end = samples + ((start + count) << 3);
  for (let p = samples + (start << 3); p < end; p += 8) {
    const row = load<u32>(p);
    const target = nClasses ? f64(load<u32>(p, 4)) : load<f64>(targets + (row << 3));
    if ((narrow ? u32(load<u8>(codes + row)) : load<u32>(codes + (row << 2))) <= bestLow) {
      if (isNaN(leftTarget)) leftTarget = target;
      else if (target != leftTarget) return false;
    } else {
      if (isNaN(rightTarget)) rightTarget = target;
      else if (target != rightTarget) return false;
    }
  }
  return true;
}

/** Splits the node's range by code <= bestLow, stably; answers how many go left. */
export function partition(): u32 {
  const codes = codesOf(bestFeature);
  const narrow = areBytes(bestFeature);
  const low = bestLow;
  const from = samples + (start << 3);
  let left = from;
  let leftOrder = order + (start << 2);
  let right = keys;
  let rightOrder = spare;
  // The side of each sample, for the arrays beside the two.
  const sides = spare + (count << 2);
  for (let i: u32 = 0; i < count; i++) {
    const sample = load<u64>(from + (i << 3));
    const position = load<u32>(order + ((start + i) << 2));
    const row = u32(sample);
    const goesRight = u32((narrow ? u32(load<u8>(codes + row)) : load<u32>(codes + (row << 2))) > low);
    store<u64>(right, sample);
    store<u32>(rightOrder, position);
    store<u64>(left, sample);
    store<u32>(leftOrder, position);
    store<u8>(sides + i, u8(goesRight));
    right += goesRight << 3;
    rightOrder += goesRight << 2;
    left += (1 - goesRight) << 3;
    leftOrder += (1 - goesRight) << 2;
  }
  memory.copy(left, keys, right - keys);
  memory.copy(leftOrder, spare, rightOrder - spare);
  if (!exact) {
    partitionBeside(weightOf + (start << 3), sides);
    if (!nClasses) partitionBeside(momentOf + (start << 3), sides);
  }
  return (left - from) >> 3;
}

function partitionBeside(values: u32, sides: u32): void {
  let left = values;
  let right = keys;
  for (let i: u32 = 0; i < count; i++) {
    const v = load<u64>(values + (i << 3));
    const goesRight = u32(load<u8>(sides + i));
    store<u64>(right, v);
    store<u64>(left, v);
    right += goesRight << 3;
    left += (1 - goesRight) << 3;
  }
  memory.copy(left, keys, right - keys);
}

/** The midpoint of the two codes' values, or the lower one where rounding would not keep it below the upper one. */
export function midpoint(): f64 {
  const values = load<u32>(columns + (bestFeature << 4), 4);
  const low = load<f64>(values + (bestLow << 3));
  const high = load<f64>(values + (bestHigh << 3));
  const middle = (low + high) / 2;
  return middle >= low && middle < high ? middle : low;
}
