import { F64, I16, LINE, widthOf } from "./svm-dots";
import { exp4, tanh2Lanes } from "./svm-exp";

// A kernel function: u32 type, u32 degree, f64 square of the step of a grid (1 off it), f64 gamma, f64 coef0.
const LINEAR: u32 = 0;
const POLY: u32 = 1;
const RBF: u32 = 2;

/**
 * The kernel function of a row and each row of a panel, in f64, from their dot products (i32[24] or f64[12]), the row's
 * squared norm and the panel's.
 */
export function kernelValues(kind: u32, fn: u32, dots: u32, norm: u32, norms: u32, out: u32): void {
  const type = load<u32>(fn);
  if (type == RBF) {
    similarities<f64>(kind, fn, dots, norm, norms, out, widthOf(kind));
    return;
  }
  products(kind, load<f64>(fn, 8), dots, out);
  if (type == LINEAR) return;
  const gamma = f64x2.splat(load<f64>(fn, 16));
  const coef0 = f64x2.splat(load<f64>(fn, 24));
  const end = out + (widthOf(kind) << 3);
  for (let at = out; at < end; at += 16) {
    const z = f64x2.add(f64x2.mul(v128.load(at), gamma), coef0);
    v128.store(at, type == POLY ? power(z, load<u32>(fn, 4)) : tanh2Lanes(z));
  }
}

/** The same rounded to f32, as training keeps them, of the panel's first `count` rows, a multiple of 4; `wide` is room for them in f64. */
export function trainingValues(
  kind: u32, fn: u32, dots: u32, norm: u32, norms: u32, wide: u32, out: u32, count: u32,
): void {
  if (load<u32>(fn) == RBF) similarities<f32>(kind, fn, dots, norm, norms, out, count);
  else {
    kernelValues(kind, fn, dots, norm, norms, wide);
    narrow(wide, out, count);
  }
}

/** exp(-gamma |x - y|^2) of the first `count` rows, four at a time. */
// @ts-ignore: decorator
@inline
function similarities<T>(kind: u32, fn: u32, dots: u32, norm: u32, norms: u32, out: u32, count: u32): void {
  const factor = f64x2.splat(-(load<f64>(fn, 16) * load<f64>(fn, 8)));
  if (kind == I16) {
    const own = v128.load_splat<u32>(norm);
    for (let c: u32 = 0; c < count; c += 4) {
      const at = c << 2;
      const d = i32x4.sub(i32x4.add(own, v128.load(norms + at)), i32x4.shl(v128.load(dots + at), 1));
      const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(d, d, 2, 3, 2, 3));
      exp4<T>(f64x2.mul(f64x2.convert_low_i32x4_s(d), factor), f64x2.mul(high, factor), out + c * sizeof<T>());
    }
  } else {
    const own = v128.load_splat<f64>(norm);
    for (let c: u32 = 0; c < count; c += 4) {
      const at = c << 3;
      const low = squaredDistance(own, v128.load(norms + at), v128.load(dots + at));
      const high = squaredDistance(own, v128.load(norms + at, 16), v128.load(dots + at, 16));
      exp4<T>(f64x2.mul(low, factor), f64x2.mul(high, factor), out + c * sizeof<T>());
    }
  }
}

/** |x|^2 + |y|^2 - 2 x y, which rounding must not make negative. */
// @ts-ignore: decorator
@inline
function squaredDistance(own: v128, other: v128, n: v128): v128 {
  return f64x2.max(f64x2.sub(f64x2.add(own, other), f64x2.mul(n, f64x2.splat(2))), f64x2.splat(0));
}

/** base^times by squaring, as LIBSVM's powi. */
function power(base: v128, times: u32): v128 {
  let result = f64x2.splat(1);
  for (let t = times; t > 0; t >>= 1) {
    if (t & 1) result = f64x2.mul(result, base);
    base = f64x2.mul(base, base);
  }
  return result;
}

function products(kind: u32, square: f64, dots: u32, out: u32): void {
  const s = f64x2.splat(square);
  for (let at: u32 = 0; at < LINE; at += 16) {
    const n = v128.load(dots + at);
    if (kind == F64) v128.store(out + at, f64x2.mul(n, s));
    else storeWide(out + (at << 1), n, s);
  }
}

// @ts-ignore: decorator
@inline
function storeWide(at: u32, n: v128, s: v128): void {
  v128.store(at, f64x2.mul(f64x2.convert_low_i32x4_s(n), s));
  v128.store(at, f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(n, n, 2, 3, 2, 3)), s), 16);
}

/** f32 of f64, as many as `count`, a multiple of 4. */
function narrow(wide: u32, out: u32, count: u32): void {
  for (let k: u32 = 0; k < count; k += 4) {
    const low = f32x4.demote_f64x2_zero(v128.load(wide + (k << 3)));
    const high = f32x4.demote_f64x2_zero(v128.load(wide + (k << 3), 16));
    v128.store(out + (k << 2), v128.shuffle<i64>(low, high, 0, 2));
  }
}
