import { beginRows, endRows, fillRows, neededRow } from "./svm-rows";

// Sequential minimal optimisation with second-order working sets (Fan, Chen, Lin: "Working set selection using second order
// information for training SVM", JMLR 2005). What is solved, and which bits come out, is said in svm-solve.ts.
//
// Positions 0 .. m0 belong to the first segment and m0 .. m to the second; both are padded to multiples of four with
// variables whose bound is 0, so that they are never chosen, whatever stands in the matrix beside the segment.

/** Fields of a problem. */
const MATRIX: u32 = 0;
const STRIDE: u32 = 4;
const BEGIN: u32 = 8; // u32[2]: row of each segment's first position
const OFFSET: u32 = 16; // u32[2]: bytes from the begin of a row to each segment's first value
const M0: u32 = 24;
const M: u32 = 28;
const F_AT: u32 = 32; // f64: F
const UP: u32 = 36; // f64: 0, or -Infinity where F may not rise
const LOW: u32 = 40; // u32: all bits, or none where F may not fall
const DIAGONAL: u32 = 44; // f32
const ALPHA: u32 = 48; // f64
const BOUND: u32 = 52; // f64
const ROW_DIAGONAL: u32 = 56; // f32 by row
/** Rows that are made as they are needed, or 0 where the matrix is whole. */
const ROWS: u32 = 60;
const STATUS: u32 = 64;
const FIRST: u32 = 68;
const ROUNDS: u32 = 72;
const MOST_ROUNDS: u32 = 76;
const TOL: u32 = 80;
const F_FIRST: u32 = 88;
const RHO: u32 = 96;

const BEGUN: u32 = 1;
const CONVERGED: u32 = 2;
const STOPPED: u32 = 3;

const NOWHERE: u32 = 0xffffffff;
/** Positions between two looks at which part held the best; it is looked through once more at the end. */
const CHUNK: u32 = 128;
/** Stands in for curvatures that are not positive, as in LIBSVM. */
const TAU: f64 = 1e-12;

/** At most `rounds` rounds; answers MORE (1) where the problem is not solved by then. */
export function smo(problem: u32, rounds: u32): i32 {
  const rows = load<u32>(problem, ROWS);
  if (load<u32>(problem, STATUS) == 0) begin(problem);
  while (rounds > 0) {
    if (rows != 0) rounds = fillRows(rows, rounds);
    if (rounds == 0) break;
    rounds--;
    const status = round(problem);
    if (status == BEGUN) continue;
    store<u32>(problem, status, STATUS);
    store<f64>(problem, rhoOf(problem), RHO);
    if (rows != 0) endRows(rows);
    return 0;
  }
  return 1;
}

function rowAt(problem: u32, p: u32): u32 {
  const m0 = load<u32>(problem, M0);
  const row = p < m0 ? load<u32>(problem, BEGIN) + p : load<u32>(problem, BEGIN + 4) + (p - m0);
  const rows = load<u32>(problem, ROWS);
  return rows == 0 ? load<u32>(problem, MATRIX) + row * load<u32>(problem, STRIDE) : neededRow(rows, row);
}

/** Address in a row of the value of position p. */
// @ts-ignore: decorator
@inline
function valueAt(problem: u32, row: u32, p: u32): u32 {
  const m0 = load<u32>(problem, M0);
  return p < m0 ? row + load<u32>(problem, OFFSET) + (p << 2) : row + load<u32>(problem, OFFSET + 4) + ((p - m0) << 2);
}

function begin(problem: u32): void {
  const m0 = load<u32>(problem, M0);
  const m = load<u32>(problem, M);
  for (let p: u32 = 0; p < m; p++) {
    setMasks(problem, p);
    const bounded = load<f64>(load<u32>(problem, BOUND) + (p << 3)) == 0;
    const row = p < m0 ? load<u32>(problem, BEGIN) + p : load<u32>(problem, BEGIN + 4) + (p - m0);
    store<f32>(load<u32>(problem, DIAGONAL) + (p << 2), bounded ? 0 : load<f32>(load<u32>(problem, ROW_DIAGONAL) + (row << 2)));
  }
  store<u32>(problem, BEGUN, STATUS);
  if (load<u32>(problem, ROWS) != 0) beginRows(load<u32>(problem, ROWS));
  // Nothing moves yet: it only finds the first.
  const row = rowAt(problem, 0);
  move(problem, row, row, 0);
}

function setMasks(problem: u32, p: u32): void {
  const alpha = load<f64>(load<u32>(problem, ALPHA) + (p << 3));
  const below = alpha < load<f64>(load<u32>(problem, BOUND) + (p << 3));
  const isFirst = p < load<u32>(problem, M0);
  const up = isFirst ? below : alpha > 0;
  const low = isFirst ? alpha > 0 : below;
  store<f64>(load<u32>(problem, UP) + (p << 3), up ? 0 : -Infinity);
  store<u32>(load<u32>(problem, LOW) + (p << 2), low ? 0xffffffff : 0);
}

function round(problem: u32): u32 {
  const i = load<u32>(problem, FIRST);
  if (i == NOWHERE) return CONVERGED;
  const rowI = rowAt(problem, i);
  const j = second(problem, rowI, i);
  if (j == NOWHERE) return CONVERGED;
  const rounds = load<u32>(problem, ROUNDS);
  if (rounds == load<u32>(problem, MOST_ROUNDS)) return STOPPED;
  store<u32>(problem, rounds + 1, ROUNDS);

  const rowJ = rowAt(problem, j);
  const diagonal = load<u32>(problem, DIAGONAL);
  const f = load<u32>(problem, F_AT);
  const curvature = f64(load<f32>(diagonal + (i << 2))) + f64(load<f32>(diagonal + (j << 2)))
    - 2 * f64(load<f32>(valueAt(problem, rowI, j)));
  const wanted = (load<f64>(f + (i << 3)) - load<f64>(f + (j << 3))) / max(curvature, TAU);
  const roomI = room(problem, i, true);
  const roomJ = room(problem, j, false);
  const d = min(wanted, min(roomI, roomJ));
  shift(problem, i, d, d == roomI, true);
  shift(problem, j, d, d == roomJ, false);
  move(problem, rowI, rowJ, d);
  return BEGUN;
}

/** How far the variable can go so that its F falls (`down`) or rises. */
function room(problem: u32, p: u32, down: bool): f64 {
  const alpha = load<f64>(load<u32>(problem, ALPHA) + (p << 3));
  return p < load<u32>(problem, M0) == down ? load<f64>(load<u32>(problem, BOUND) + (p << 3)) - alpha : alpha;
}

function shift(problem: u32, p: u32, d: f64, toBound: bool, down: bool): void {
  const at = load<u32>(problem, ALPHA) + (p << 3);
  const bound = load<f64>(load<u32>(problem, BOUND) + (p << 3));
  if (p < load<u32>(problem, M0) == down) store<f64>(at, toBound ? bound : load<f64>(at) + d);
  else store<f64>(at, toBound ? 0 : load<f64>(at) - d);
  setMasks(problem, p);
}

/** K_i - K_j at two positions, in f64. */
// @ts-ignore: decorator
@inline
function difference(ki: u32, toJ: u32): v128 {
  const a = f64x2.promote_low_f32x4(v128.load64_zero(ki));
  return f64x2.sub(a, f64x2.promote_low_f32x4(v128.load64_zero(ki + toJ)));
}

/** F -= d (K_i - K_j); finds the first position of the largest F that may rise. */
function move(problem: u32, rowI: u32, rowJ: u32, d: f64): void {
  const m0 = load<u32>(problem, M0);
  const m = load<u32>(problem, M);
  const f = load<u32>(problem, F_AT);
  const up = load<u32>(problem, UP);
  const factor = f64x2.splat(d);
  let best: f64 = -Infinity;
  let where: u32 = NOWHERE;
  for (let p: u32 = 0; p < m; ) {
    const end = min(p < m0 ? m0 : m, p + CHUNK);
    let ki = valueAt(problem, rowI, p);
    const toJ = rowJ - rowI;
    const start = p;
    let top = f64x2.splat(-Infinity);
    let topHigh = top;
    for (; p < end; p += 4, ki += 16) {
      const at = f + (p << 3);
      const low = f64x2.sub(v128.load(at), f64x2.mul(factor, difference(ki, toJ)));
      const high = f64x2.sub(v128.load(at, 16), f64x2.mul(factor, difference(ki + 8, toJ)));
      v128.store(at, low);
      v128.store(at, high, 16);
      top = f64x2.pmax(top, f64x2.add(low, v128.load(up + (p << 3))));
      topHigh = f64x2.pmax(topHigh, f64x2.add(high, v128.load(up + (p << 3), 16)));
    }
    top = f64x2.pmax(top, topHigh);
    const largest = max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1));
    if (largest > best) {
      best = largest;
      where = start;
    }
  }
  if (where != NOWHERE) {
    let found: i32 = 0;
    for (; found == 0; where += 2) {
      const sum = f64x2.add(v128.load(f + (where << 3)), v128.load(up + (where << 3)));
      found = i64x2.bitmask(f64x2.eq(sum, f64x2.splat(best)));
    }
    where += ctz(found) - 2;
  }
  store<u32>(problem, where, FIRST);
  store<f64>(problem, best, F_FIRST);
}

/** max(0, F_i - F) of four positions that may fall, in f32. */
// @ts-ignore: decorator
@inline
function violations(f: u32, low: u32, p: u32, fi: v128): v128 {
  const a = f32x4.demote_f64x2_zero(f64x2.sub(fi, v128.load(f + (p << 3))));
  const b = f32x4.demote_f64x2_zero(f64x2.sub(fi, v128.load(f + (p << 3), 16)));
  const all = v128.and(v128.shuffle<i64>(a, b, 0, 2), v128.load(low + (p << 2)));
  return f32x4.pmax(f32x4.splat(0), all);
}

/** By how much, twice, the objective falls: violation^2 / curvature. */
// @ts-ignore: decorator
@inline
function gains(violation: v128, diagonal: u32, own: v128, k: v128, p: u32): v128 {
  const sum = f32x4.add(own, v128.load(diagonal + (p << 2)));
  const curvature = f32x4.pmax(f32x4.splat(f32(TAU)), f32x4.sub(sum, f32x4.add(k, k)));
  return f32x4.div(f32x4.mul(violation, violation), curvature);
}

/** The first position of the largest gain together with i; NOWHERE where no violation reaches the tolerance. */
function second(problem: u32, rowI: u32, i: u32): u32 {
  const m0 = load<u32>(problem, M0);
  const m = load<u32>(problem, M);
  const f = load<u32>(problem, F_AT);
  const low = load<u32>(problem, LOW);
  const diagonal = load<u32>(problem, DIAGONAL);
  const fi = f64x2.splat(load<f64>(problem, F_FIRST));
  const own = v128.load_splat<f32>(diagonal + (i << 2));
  let most = f32x4.splat(0);
  let best: f32 = 0;
  let where: u32 = NOWHERE;
  for (let p: u32 = 0; p < m; ) {
    const end = min(p < m0 ? m0 : m, p + CHUNK);
    let ki = valueAt(problem, rowI, p);
    const start = p;
    let top = f32x4.splat(0);
    for (; p < end; p += 4, ki += 16) {
      const violation = violations(f, low, p, fi);
      most = f32x4.pmax(most, violation);
      top = f32x4.pmax(top, gains(violation, diagonal, own, v128.load(ki), p));
    }
    const largest = max4(top);
    if (largest > best) {
      best = largest;
      where = start;
    }
  }
  if (where == NOWHERE || f64(max4(most)) < load<f64>(problem, TOL)) return NOWHERE;
  const wanted = f32x4.splat(best);
  let ki = valueAt(problem, rowI, where);
  let found: i32 = 0;
  while (found == 0) {
    found = i32x4.bitmask(f32x4.eq(gains(violations(f, low, where, fi), diagonal, own, v128.load(ki), where), wanted));
    where += 4;
    ki += 16;
  }
  return where - 4 + ctz(found);
}

function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** LIBSVM's calculate_rho, yG being -F. */
function rhoOf(problem: u32): f64 {
  const m0 = load<u32>(problem, M0);
  const m = load<u32>(problem, M);
  let free: f64 = 0;
  let sum: f64 = 0;
  let highest: f64 = Infinity;
  let lowest: f64 = -Infinity;
  for (let p: u32 = 0; p < m; p++) {
    const bound = load<f64>(load<u32>(problem, BOUND) + (p << 3));
    if (bound == 0) continue;
    const alpha = load<f64>(load<u32>(problem, ALPHA) + (p << 3));
    const yG = -load<f64>(load<u32>(problem, F_AT) + (p << 3));
    if (alpha > 0 && alpha < bound) {
      free += 1;
      sum += yG;
    } else if (alpha >= bound == p < m0) lowest = max(lowest, yG);
    else highest = min(highest, yG);
  }
  if (free > 0) return sum / free;
  if (highest == Infinity) return lowest == -Infinity ? 0 : lowest;
  return lowest == -Infinity ? highest : (highest + lowest) / 2;
}
