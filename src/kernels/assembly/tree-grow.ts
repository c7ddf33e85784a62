// Grows one decision tree; the problem is stated in grow-tree.ts.
import { bootstrap } from "./tree-bootstrap";
import {
  ENTROPY, areBytes, bestFeature, bestGain, bestHigh, bestLow, bestScore, blockEnd, blockRows, blockStart, classBits, codesOf,
  columns, count, criterion, exact, fillBlock, histogram, histogramBytes, keys, layOut, layOutBlock, momentF, momentOf,
  nClasses, restore, samples, save, score, setArguments, setBlock, setPresentCount, present, runOf, baseRunOf, setNode, spare, start, totals, weight, weightF, weightOf,
} from "./tree-context";
import { clearClasses, countClasses, countSplit, nodeScore, nodeWeight } from "./tree-count";
import { xlog2 } from "./tree-entropy";
import { momentSplit, weightSplit } from "./tree-measure";
import { bounded, leftKey, rightKey, rootKey, seedStream, stream } from "./tree-random";

const DONE: i32 = 0;
const MORE: i32 = 1;
const REFUSED: i32 = 2;

// Scratch begins with a header: the state word, which the caller zeroes, then what a call leaves to the next.
const NEW: u32 = 0;
const BETWEEN_NODES: u32 = 1;
const IN_NODE: u32 = 2;
const FINISHED: u32 = 3;
const HEADER: u32 = 192;
const EPSILON: f64 = 2.220446049250313e-16;
const BALANCED: u32 = 1;
/** Smaller nodes have too few descendants to be worth a block. */
const MIN_BLOCK: u32 = 16;

// The output's sections.
let thresholdAt: u32 = 0;
let weightAt: u32 = 0;
let impurityAt: u32 = 0;
let meanAt: u32 = 0;
let featureAt: u32 = 0;
let rightAt: u32 = 0;
let startAt: u32 = 0;
let countAt: u32 = 0;
let order: u32 = 0;

let permutation: u32 = 0;
let swaps: u32 = 0;
let constants: u32 = 0;
let constant: u32 = 0;
let stack: u32 = 0;

let remaining: i64 = 0;

function layOutTree(out: u32, inBag: u32): void {
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
}

/** Bags the rows: fills samples (and weights) and the order, ascending by position; answers how many, or -1 if refused. */
function bag(rows: u32, n: u32, targets: u32, weights: u32, classWeights: u32, draws: u32, seedLo: u32, seedHi: u32): i32 {
  const counts = spare;
  if (draws) bootstrap(counts, n, draws, seedLo, seedHi, weights, keys);
  const drawnOf = totals;
  let present: u32 = 0;
  if (classWeights == BALANCED) {
    for (let c: u32 = 0; c < nClasses; c++) store<u64>(drawnOf + (c << 3), 0);
    for (let i: u32 = 0; i < n; i++) {
      const at = drawnOf + (load<u32>(targets + (load<u32>(rows + (i << 2)) << 2)) << 3);
      const drawn = load<u64>(at);
      const more = draws ? load<u32>(counts + (i << 2)) : 1;
      if (drawn == 0 && more > 0) present++;
      store<u64>(at, drawn + u64(more));
    }
  }
  let m: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + (i << 2));
    const drawn = draws ? load<u32>(counts + (i << 2)) : 1;
    if (drawn == 0) continue;
    let payload: u32 = 0;
    if (nClasses) payload = load<u32>(targets + (row << 2));
    if (exact) {
      if (classBits && drawn >> (32 - classBits)) return -1;
      payload |= drawn << classBits;
    } else {
      let w = draws ? f64(drawn) : weights ? load<f64>(weights + (i << 3)) : 1;
      if (classWeights == BALANCED) {
        w *= f64(draws ? draws : n) / (f64(present) * f64(load<u64>(drawnOf + (payload << 3))));
      } else if (classWeights) {
        w *= load<f64>(classWeights + (payload << 3));
      }
      if (!(w > 0)) continue;
      store<f64>(weightOf + (m << 3), w);
      if (!nClasses) store<f64>(momentOf + (m << 3), w * load<f64>(targets + (row << 3)));
    }
    store<u64>(samples + (m << 3), u64(row) | (u64(payload) << 32));
    store<u32>(order + (m << 2), i);
    m++;
  }
  for (let c: u32 = 0; c < nClasses; c++) store<u64>(totals + (c << 3), 0);
  return m;
}

/** Writes the facts of node `id` and makes it the current one; answers whether it is pure. */
function enter(id: u32, from: u32, n: u32, targets: u32): bool {
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
    if (criterion == ENTROPY) impurity = f64(load<i64>(tableAt + (sum << 3)) - s) / (1073741824.0 * w);
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

let tableAt: u32 = 0;

/** Whether both sides of the best split are pure. */
function perfect(targets: u32): bool {
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
function partition(): u32 {
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
function midpoint(): f64 {
  const values = load<u32>(columns + (bestFeature << 4), 4);
  const low = load<f64>(values + (bestLow << 3));
  const high = load<f64>(values + (bestHigh << 3));
  const middle = (low + high) / 2;
  return middle >= low && middle < high ? middle : low;
}

@inline
function evaluate(feature: u32): bool {
  if (exact) return countSplit(feature);
  return nClasses ? weightSplit(feature) : momentSplit(feature);
}

export function growTree(
  budget: f64, scratch: u32, out: u32, columnsAt: u32, nFeatures: u32, rows: u32, n: u32, targets: u32, classes: u32,
  weights: u32, classWeights: u32, draws: u32, seedLo: u32, seedHi: u32, criterionOf: u32, entropyTableAt: u32,
  maxDepth: u32, minSamplesSplit: u32, minSamplesLeaf: u32, maxFeatures: u32, data: u32,
): i32 {
  const counted = classes != 0 && classWeights == 0 && (draws != 0 || weights == 0);
  const inBag = draws != 0 && draws < n ? draws : n;
  tableAt = entropyTableAt;
  setArguments(columnsAt, entropyTableAt, criterionOf, classes, minSamplesLeaf, counted);
  let at = layOut(scratch + HEADER, n, inBag);
  permutation = at;
  at += ((nFeatures + 1) & ~1) << 2;
  swaps = at;
  at += ((nFeatures + 1) & ~1) << 2;
  constants = at;
  at += ((nFeatures + 1) & ~1) << 2;
  constant = at;
  at += (nFeatures + 7) & ~7;
  const blocks = data != 0 && classes != 0;
  if (blocks) at = layOutBlock(at, n, nFeatures);
  stack = at;
  layOutTree(out, inBag);
  remaining = max<i64>(1, i64(budget));

  // Stack of nodes to grow, 32 bytes each: start, count, depth, parent + 1 of a right child, key, known constants.
  let top: u32 = 0;
  let nodes: u32 = 0;
  let id: u32 = 0;
  let depth: u32 = 0;
  let known: u32 = 0;
  let key: u64 = 0;
  let visited: u32 = 0;
  let varied: u32 = 0;
  let pureSides = false;

  const state = load<u32>(scratch);
  if (state == FINISHED) return DONE;
  if (state == NEW) {
    const m = bag(rows, n, targets, weights, classWeights, draws, seedLo, seedHi);
    if (m < 0) return REFUSED;
    memory.fill(histogram, 0, histogramBytes());
    if (!exact) {
      memory.fill(runOf, 0, classes << 3);
      memory.fill(baseRunOf, 0, classes << 3);
    }
    store<u32>(out, 0);
    store<u32>(out, u32(m), 4);
    for (let f: u32 = 0; f < nFeatures; f++) {
      store<u32>(permutation + (f << 2), f);
      store<u8>(constant + f, 0);
    }
    setBlock(0, 0);
    push(0, 0, u32(m), 0, 0, rootKey((u64(seedHi) << 32) | u64(seedLo)), 0);
    top = m ? 1 : 0;
    remaining -= i64(n + draws);
  } else {
    top = load<u32>(scratch, 4);
    nodes = load<u32>(scratch, 8);
    id = load<u32>(scratch, 12);
    depth = load<u32>(scratch, 16);
    known = load<u32>(scratch, 20);
    visited = load<u32>(scratch, 24);
    varied = load<u32>(scratch, 28);
    key = load<u64>(scratch, 32);
    seedStream(load<u64>(scratch, 40));
    setBlock(load<u32>(scratch, 48), load<u32>(scratch, 52));
    pureSides = load<u32>(scratch, 56) != 0;
    restore(scratch + 64);
  }

  let inNode = state == IN_NODE;
  while (inNode || top > 0) {
    if (remaining <= 0) {
      store<u32>(scratch, inNode ? IN_NODE : BETWEEN_NODES);
      store<u32>(scratch, top, 4);
      store<u32>(scratch, nodes, 8);
      store<u32>(scratch, id, 12);
      store<u32>(scratch, depth, 16);
      store<u32>(scratch, known, 20);
      store<u32>(scratch, visited, 24);
      store<u32>(scratch, varied, 28);
      store<u64>(scratch, key, 32);
      store<u64>(scratch, stream, 40);
      store<u32>(scratch, u32(pureSides), 56);
      store<u32>(scratch, blockStart, 48);
      store<u32>(scratch, blockEnd, 52);
      save(scratch + 64);
      return MORE;
    }
    if (!inNode) {
      top--;
      const entry = stack + (top << 5);
      const from = load<u32>(entry);
      const size = load<u32>(entry, 4);
      depth = load<u32>(entry, 8);
      const parent = load<u32>(entry, 12);
      key = load<u64>(entry, 16);
      const keep = load<u32>(entry, 24);
      while (known > keep) store<u8>(constant + load<u32>(constants + (--known << 2)), 0);
      id = nodes++;
      if (parent) store<u32>(rightAt + ((parent - 1) << 2), id);
      remaining -= i64(size);
      const pure = enter(id, from, size, targets);
      if (pure || depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) {
        if (exact && !pure) clearClasses(from, size);
        continue;
      }
      if (blocks && size <= blockRows && size >= MIN_BLOCK && (from < blockStart || from >= blockEnd)) {
        fillBlock(data, nFeatures, from, size);
        remaining -= i64(size) * i64(nFeatures >> 3);
      }
      seedStream(key);
      visited = 0;
      varied = 0;
      pureSides = false;
      inNode = true;
    }
    // Draw and evaluate features without replacement; constants count as visited, but one that varies must be seen.
    // Where all are looked at nothing is left to chance: the first of equal features wins.
    while (visited < nFeatures && (visited < maxFeatures || varied == 0) && remaining > 0 && !pureSides) {
      const place = permutation + (visited << 2);
      const drawn = maxFeatures == nFeatures ? visited : visited + bounded(nFeatures - visited);
      const other = permutation + (drawn << 2);
      const feature = load<u32>(other);
      store<u32>(other, load<u32>(place));
      store<u32>(place, feature);
      store<u32>(swaps + (visited << 2), drawn);
      visited++;
      remaining--;
      if (load<u8>(constant + feature)) continue;
      remaining -= i64(count);
      if (evaluate(feature)) {
        varied++;
        if (bestFeature == i32(feature)) pureSides = perfect(targets);
      } else {
        store<u8>(constant + feature, 1);
        store<u32>(constants + (known << 2), feature);
        known++;
      }
    }
    if (visited < nFeatures && (visited < maxFeatures || varied == 0) && !pureSides) continue;
    inNode = false;
    while (visited > 0) {
      visited--;
      const place = permutation + (visited << 2);
      const other = permutation + (load<u32>(swaps + (visited << 2)) << 2);
      const feature = load<u32>(place);
      store<u32>(place, load<u32>(other));
      store<u32>(other, feature);
    }
    if (exact) clearClasses(start, count);
    if (bestFeature < 0) continue;
    const nLeft = partition();
    store<i32>(featureAt + (id << 2), bestFeature);
    store<f64>(thresholdAt + (id << 3), midpoint());
    push(top++, start + nLeft, count - nLeft, depth + 1, id + 1, rightKey(key), known);
    push(top++, start, nLeft, depth + 1, 0, leftKey(key), known);
  }
  store<u32>(scratch, FINISHED);
  store<u32>(out, nodes);
  return DONE;
}

function push(top: u32, from: u32, size: u32, depth: u32, parent: u32, key: u64, known: u32): void {
  const entry = stack + (top << 5);
  store<u32>(entry, from);
  store<u32>(entry, size, 4);
  store<u32>(entry, depth, 8);
  store<u32>(entry, parent, 12);
  store<u64>(entry, key, 16);
  store<u32>(entry, known, 24);
}
