// Gradients and hessians of the objectives of gradient boosting, four rows at a time. See ../boosting-gradients.ts.

const ROUNDER: f64 = 6755399441055744; // 1.5 * 2^52: a number below 2^51 added to it is rounded to an integer

/** exp of two f64 in [-150, 130] by 2^k e^r with |r| <= ln(2) / 2 and the series of e^r up to r^9 (7e-12 is left out). */
// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(ROUNDER));
  const k = f64x2.sub(shifted, f64x2.splat(ROUNDER));
  const r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471805599453)));
  let e = f64x2.add(f64x2.mul(r, f64x2.splat(1.0 / 362880.0)), f64x2.splat(1.0 / 40320.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 5040.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 720.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 120.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 24.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 6.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(0.5));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1));
  // The low bits of `shifted` are k: they go to the exponent.
  return i64x2.add(e, i64x2.shl(shifted, 52));
}

/** The upper two of four f32, as the lower two. */
// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 3, 2, 3);
}

/** exp of four f32, computed in f64 and rounded once: as good as always the f32 nearest to the truth. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  // exp is 0 in f32 below the one end and infinite above the other.
  const held = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-150)), f32x4.splat(130));
  const low = f32x4.demote_f64x2_zero(exp2(f64x2.promote_low_f32x4(held)));
  const high = f32x4.demote_f64x2_zero(exp2(f64x2.promote_low_f32x4(upper(held))));
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}

/** The first n of four f32 at `at`; zeros for the rest, which is not read. */
// @ts-ignore: decorator
@inline
function take(at: usize, n: i32): v128 {
  if (n >= 4) return v128.load(at);
  let v = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (n > 1) v = f32x4.replace_lane(v, 1, load<f32>(at, 4));
  if (n > 2) v = f32x4.replace_lane(v, 2, load<f32>(at, 8));
  return v;
}

/** Writes the first n of four f32. */
// @ts-ignore: decorator
@inline
function put(at: usize, n: i32, v: v128): void {
  if (n >= 4) {
    v128.store(at, v);
    return;
  }
  store<f32>(at, f32x4.extract_lane(v, 0));
  if (n > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
  if (n > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
}

/** Weights of n rows from `row` on. Lanes past them weigh nothing, so that they cannot be the largest. */
// @ts-ignore: decorator
@inline
function weightsOf(weights: usize, row: i32, n: i32): v128 {
  if (weights != 0) return take(weights + (<usize>row << 2), n);
  if (n >= 4) return f32x4.splat(1);
  return f32x4(1, n > 1 ? 1 : 0, n > 2 ? 1 : 0, 0);
}

/** Writes n pairs of gradient and hessian, and raises `extremes` by them. */
// @ts-ignore: decorator
@inline
function emit(gh: usize, n: i32, g: v128, h: v128, extremes: usize): void {
  const first = v128.shuffle<f32>(g, h, 0, 4, 1, 5);
  const second = v128.shuffle<f32>(g, h, 2, 6, 3, 7);
  if (n >= 4) {
    v128.store(gh, first);
    v128.store(gh, second, 16);
  } else {
    v128.store_lane<u64>(gh, first, 0);
    if (n > 1) v128.store_lane<u64>(gh, first, 1, 8);
    if (n > 2) v128.store_lane<u64>(gh, second, 0, 16);
  }
  const both = f32x4.pmax(f32x4.abs(first), f32x4.abs(second));
  const highest = f32x4.pmax(f32x4.pmax(both, upper(both)), v128.load64_zero(extremes));
  v128.store_lane<u64>(extremes, highest, 0);
}

export function softprobGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, rows: i32, outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, _own: f32,
): i32 {
  const column = <usize>rows << 2;
  memory.fill(extremes, 0, <usize>outputs << 3);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const from = margins + (<usize>row << 2);
    const to = gh + (<usize>row << 3);
    // XGBoost begins the maximum at the smallest positive float.
    let highest = f32x4.splat(1.17549435e-38);
    for (let k: usize = 0; k < <usize>outputs; k++) highest = f32x4.pmax(highest, take(from + k * column, n));
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const e = exp4(f32x4.sub(take(from + k * column, n), highest));
      low = f64x2.add(low, f64x2.promote_low_f32x4(e));
      high = f64x2.add(high, f64x2.promote_low_f32x4(upper(e)));
      put(to + ((k * column) << 1), n, e); // kept where its gradient will be
    }
    const sum = v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    const target = take(targets + (<usize>row << 2), n);
    const weight = weightsOf(weights, row, n);
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const at = to + ((k * column) << 1);
      const p = f32x4.div(take(at, n), sum);
      const rest = f32x4.sub(f32x4.splat(1), p);
      const h = f32x4.mul(f32x4.mul(f32x4.add(p, p), rest), weight);
      const hit = v128.and(f32x4.eq(target, f32x4.splat(<f32>k)), f32x4.splat(1));
      emit(at, n, f32x4.mul(f32x4.sub(p, hit), weight), f32x4.pmax(h, f32x4.splat(1e-16)), extremes + (k << 3));
    }
  }
  return 0;
}

export function logisticGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, _rows: i32, _outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, scalePosWeight: f32,
): i32 {
  const one = f32x4.splat(1);
  store<u64>(extremes, 0);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const target = take(targets + (<usize>row << 2), n);
    const given = weightsOf(weights, row, n);
    const weight = v128.bitselect(f32x4.mul(given, f32x4.splat(scalePosWeight)), given, f32x4.eq(target, one));
    const z = take(margins + (<usize>row << 2), n);
    const p = f32x4.div(one, f32x4.add(exp4(f32x4.pmin(f32x4.neg(z), f32x4.splat(88.7))), one));
    const h = f32x4.pmax(f32x4.mul(p, f32x4.sub(one, p)), f32x4.splat(1e-16));
    emit(gh + (<usize>row << 3), n, f32x4.mul(f32x4.sub(p, target), weight), f32x4.mul(h, weight), extremes);
  }
  return 0;
}

export function squaredErrorGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, _rows: i32, _outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, _own: f32,
): i32 {
  store<u64>(extremes, 0);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const at = <usize>row << 2;
    const weight = weightsOf(weights, row, n);
    const error = f32x4.sub(take(margins + at, n), take(targets + at, n));
    emit(gh + (<usize>row << 3), n, f32x4.mul(error, weight), weight, extremes);
  }
  return 0;
}

/** sqrt(x^2 + y^2) of four f32, computed in f64 and rounded once. */
// @ts-ignore: decorator
@inline
function hypotenuse(x: v128, y: v128): v128 {
  const low = f32x4.demote_f64x2_zero(hypotenuse2(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y)));
  const high = f32x4.demote_f64x2_zero(
    hypotenuse2(f64x2.promote_low_f32x4(upper(x)), f64x2.promote_low_f32x4(upper(y))),
  );
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline
function hypotenuse2(x: v128, y: v128): v128 {
  return f64x2.sqrt(f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y)));
}

export function absoluteErrorScale(margins: usize, targets: usize, weights: usize, rows: i32, out: usize): i32 {
  let sum: f64 = 0;
  let total: f64 = 0;
  for (let row: usize = 0; row < <usize>rows; row++) {
    const at = row << 2;
    const weight = weights != 0 ? load<f32>(weights + at) : 1;
    sum += <f64>(weight * sqrt<f32>(abs<f32>(load<f32>(margins + at) - load<f32>(targets + at))));
    total += weight;
  }
  const mean = sum / total;
  store<f32>(out, <f32>(mean * mean));
  return 0;
}

export function absoluteErrorGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, _rows: i32, _outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, scale: f32,
): i32 {
  const scales = f32x4.splat(scale);
  store<u64>(extremes, 0);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const at = <usize>row << 2;
    const weight = weightsOf(weights, row, n);
    const error = f32x4.sub(take(margins + at, n), take(targets + at, n));
    const norm = hypotenuse(scales, error);
    const some = f32x4.gt(norm, f32x4.splat(0));
    const curvature = v128.bitselect(f32x4.div(scales, norm), f32x4.splat(1), some);
    const g = f32x4.mul(f32x4.mul(weight, error), curvature);
    emit(gh + (<usize>row << 3), n, g, f32x4.mul(weight, curvature), extremes);
  }
  return 0;
}

export function pseudoHuberGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, _rows: i32, _outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, huberSlope: f32,
): i32 {
  const square = f32x4.splat(huberSlope * huberSlope);
  store<u64>(extremes, 0);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const at = <usize>row << 2;
    const weight = weightsOf(weights, row, n);
    const z = f32x4.sub(take(margins + at, n), take(targets + at, n));
    const zz = f32x4.mul(z, z);
    const root = f32x4.sqrt(f32x4.add(f32x4.splat(1), f32x4.div(zz, square)));
    const h = f32x4.div(square, f32x4.mul(f32x4.add(square, zz), root));
    emit(gh + (<usize>row << 3), n, f32x4.mul(f32x4.div(z, root), weight), f32x4.mul(h, weight), extremes);
  }
  return 0;
}

export function poissonGradients(
  margins: usize, targets: usize, weights: usize, gh: usize, _rows: i32, _outputs: i32, rowBegin: i32, rowEnd: i32,
  extremes: usize, maxDeltaStep: f32,
): i32 {
  store<u64>(extremes, 0);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    const n = rowEnd - row;
    const at = <usize>row << 2;
    const weight = weightsOf(weights, row, n);
    const z = take(margins + at, n);
    const g = f32x4.mul(f32x4.sub(exp4(z), take(targets + at, n)), weight);
    const h = f32x4.mul(exp4(f32x4.add(z, f32x4.splat(maxDeltaStep))), weight);
    emit(gh + (<usize>row << 3), n, g, h, extremes);
  }
  return 0;
}
