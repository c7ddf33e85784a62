// Dual coordinate descent for linear support vector machines: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate
// descent method for large-scale linear SVM", ICML 2008, algorithm 3, as LIBLINEAR's solve_l2r_l1l2_svc. See linear-dual.ts.
import { listCells } from "./linear-cells";
import { F64 } from "./table-cells";
import { bounded, seedStream, stream } from "./tree-random";

const MORE: i32 = 1;

/** Pairs of rows to visit in one call, a row counting as 16 more: a few milliseconds. */
const BUDGET: i64 = 1 << 20;

/** A pair: u32 offset of the weights of an even feature and the next, then their two values, in f64 where the table is of f64. */
// @ts-ignore: decorator
@inline
function pairBytes(kind: u32): u32 {
  return kind == F64 ? 20 : 12;
}

/**
 * For rows from .. to: without `pairs` the number of pairs of features of which one at least is not 0, to starts u32[row + 1];
 * else these pairs, beginning at the starts[row]-th, and the sums of squares, to norms f64[row]. Scratch has 16 bytes a
 * column, and 16.
 */
export function keepPairs(
  scratch: u32, data: u32, kind: u32, table: u32, cols: u32, from: u32, to: u32, starts: u32, pairs: u32, norms: u32,
): i32 {
  const size = pairBytes(kind);
  for (let row = from; row < to; row++) {
    const end = listCells(data, kind, table, cols, row, 8, scratch);
    const start = starts + (row << 2);
    let out = pairs + (pairs ? load<u32>(start) * size : 0) - size;
    let known: u32 = u32.MAX_VALUE;
    let count: u32 = 0;
    let norm: f64 = 0;
    for (let at = scratch; at < end; at += 16) {
      const offset = load<u32>(at);
      const isNew = (offset & ~15) != known;
      known = offset & ~15;
      count += u32(isNew);
      if (!pairs) continue;
      if (isNew) {
        out += size;
        memory.fill(out, 0, size);
        store<u32>(out, known);
      }
      const value = load<f64>(at, 8);
      norm += value * value;
      if (kind == F64) store<f64>(out + (offset & 8), value, 4);
      else store<f32>(out + ((offset & 8) >>> 1), f32(value), 4);
    }
    if (pairs) store<f64>(norms + (row << 3), norm);
    else store<u32>(start, count, 4);
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function valuesOf<T>(pair: u32): v128 {
  if (sizeof<T>() == 8) return v128.load(pair, 4);
  return f64x2.promote_low_f32x4(v128.load64_zero(pair, 4));
}

// @ts-ignore: decorator
@inline
function product<T>(pair: u32, weights: u32): v128 {
  return f64x2.mul(valuesOf<T>(pair), v128.load(weights + load<u32>(pair)));
}

/** Two pairs of sums, so that an addition need not wait for the one before. */
function dot<T>(at: u32, end: u32, weights: u32): f64 {
  const size: u32 = 4 + 2 * sizeof<T>();
  let a = f64x2.splat(0);
  let b = a;
  for (; end - at >= 2 * size; at += 2 * size) {
    a = f64x2.add(a, product<T>(at, weights));
    b = f64x2.add(b, product<T>(at + size, weights));
  }
  if (at < end) a = f64x2.add(a, product<T>(at, weights));
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

function add<T>(at: u32, end: u32, factor: f64, weights: u32): void {
  const factors = f64x2.splat(factor);
  for (; at < end; at += 4 + 2 * sizeof<T>()) {
    const w = weights + load<u32>(at);
    v128.store(w, f64x2.add(v128.load(w), f64x2.mul(factors, valuesOf<T>(at))));
  }
}

/** Writes the variables whose bound is not 0; answers their number. A variable: alpha, Q_ii, diagonal or bound, row, sign. */
function makeVariables(
  out: u32, norms: u32, rows: u32, n: u32, codes: u32, positive: u32, rowWeights: u32, cost: f64, positiveCost: f64,
  squared: bool, bias: f64,
): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const own = load<u32>(codes + (i << 2)) == positive;
    // An infinite one would make NaN of 0 * infinity.
    const bound = min(load<f64>(rowWeights + (i << 3)) * (own ? positiveCost : cost), f64.MAX_VALUE);
    if (bound == 0) continue;
    const limit = squared ? min(0.5 / bound, f64.MAX_VALUE) : bound;
    const row = load<u32>(rows + (i << 2));
    store<f64>(out, 0);
    store<f64>(out, load<f64>(norms + (row << 3)) + bias * bias + (squared ? limit : 0), 8);
    store<f64>(out, limit, 16);
    store<u32>(out, row, 24);
    store<i32>(out, own ? 1 : -1, 28);
    out += 32;
    count++;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function exchange(a: u32, b: u32): void {
  const value = load<u32>(a);
  store<u32>(a, load<u32>(b));
  store<u32>(b, value);
}

export function dualDescent(
  scratch: u32, weights: u32, pairs: u32, kind: u32, starts: u32, norms: u32, rows: u32, n: u32, cols: u32, codes: u32,
  positive: u32, rowWeights: u32, cost: f64, positiveCost: f64, squared: bool, bias: f64, tol: f64, maxIter: u32,
  seedLow: u32, seedHigh: u32,
): i32 {
  const size = pairBytes(kind);
  const variables = scratch + 64;
  const order = variables + (n << 5);
  const biasWeight = weights + ((cols + (cols & 1)) << 3);
  let round = load<u32>(scratch, 4);
  let count = load<u32>(scratch, 12);
  let active = load<u32>(scratch, 16);
  let at = load<u32>(scratch, 20);
  let oldMax = load<f64>(scratch, 32);
  let oldMin = load<f64>(scratch, 40);
  let newMax = load<f64>(scratch, 48);
  let newMin = load<f64>(scratch, 56);
  let begins = load<u32>(scratch) == 0;
  if (begins) {
    count = makeVariables(variables, norms, rows, n, codes, positive, rowWeights, cost, positiveCost, squared, bias);
    for (let i: u32 = 0; i < count; i++) store<u32>(order + (i << 2), i);
    memory.fill(weights, 0, biasWeight + 8 - weights);
    active = count;
    round = 0;
    oldMax = Infinity;
    oldMin = -Infinity;
    seedStream(u64(seedHigh) << 32 | u64(seedLow));
  } else seedStream(load<u64>(scratch, 24));

  let budget = BUDGET;
  let converged = false;
  while (true) {
    if (begins) {
      if (converged || round == maxIter) break;
      for (let i: u32 = 0; i < active; i++) exchange(order + (i << 2), order + ((i + bounded(active - i)) << 2));
      budget -= i64(active);
      at = 0;
      newMax = -Infinity;
      newMin = Infinity;
      begins = false;
    }
    while (at < active) {
      if (budget < 0) {
        store<u32>(scratch, 1);
        store<u32>(scratch, round, 4);
        store<u32>(scratch, count, 12);
        store<u32>(scratch, active, 16);
        store<u32>(scratch, at, 20);
        store<u64>(scratch, stream, 24);
        store<f64>(scratch, oldMax, 32);
        store<f64>(scratch, oldMin, 40);
        store<f64>(scratch, newMax, 48);
        store<f64>(scratch, newMin, 56);
        return MORE;
      }
      const variable = variables + (load<u32>(order + (at << 2)) << 5);
      const row = starts + (load<u32>(variable, 24) << 2);
      const list = pairs + load<u32>(row) * size;
      const end = pairs + load<u32>(row, 4) * size;
      budget -= i64(load<u32>(row, 4) - load<u32>(row)) + 16;
      const sign = f64(load<i32>(variable, 28));
      const alpha = load<f64>(variable);
      const limit = load<f64>(variable, 16);
      const bound = squared ? f64.MAX_VALUE : limit;
      const score = (kind == F64 ? dot<f64>(list, end, weights) : dot<f32>(list, end, weights)) + bias * load<f64>(biasWeight);
      const gradient = sign * score - 1 + (squared ? alpha * limit : 0);
      // At a bound only a gradient that leads away from it counts; one far on the other side puts the variable aside.
      const isLow = alpha == 0;
      const isHigh = alpha == bound;
      if ((isLow && gradient > oldMax) || (isHigh && gradient < oldMin)) {
        active--;
        exchange(order + (at << 2), order + (active << 2));
        continue;
      }
      at++;
      const projected = isLow ? min(gradient, 0) : isHigh ? max(gradient, 0) : gradient;
      newMax = max(newMax, projected);
      newMin = min(newMin, projected);
      if (abs(projected) <= 1e-12) continue;
      const moved = min(max(alpha - gradient / load<f64>(variable, 8), 0), bound);
      store<f64>(variable, moved);
      const factor = (moved - alpha) * sign;
      if (kind == F64) add<f64>(list, end, factor, weights);
      else add<f32>(list, end, factor, weights);
      store<f64>(biasWeight, load<f64>(biasWeight) + factor * bias);
    }
    round++;
    begins = true;
    // Two equal rows of different classes can violate alike, round after round, so the difference alone is not enough.
    if (newMax - newMin <= tol && newMax <= tol && newMin >= -tol) {
      converged = active == count;
      active = count;
      oldMax = Infinity;
      oldMin = -Infinity;
    } else {
      oldMax = newMax > 0 ? newMax : Infinity;
      oldMin = newMin < 0 ? newMin : -Infinity;
    }
  }
  store<u32>(scratch, round, 4);
  store<u32>(scratch, u32(converged), 8);
  store<u32>(scratch, count, 12);
  return 0;
}
