import { F64, I16, LINE, widthOf } from "./svm-dots";
import { exp2Lanes, tanh2Lanes } from "./svm-exp";

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
  if (type == RBF) distances(kind, load<f64>(fn, 8), dots, norm, norms, out);
  else products(kind, load<f64>(fn, 8), dots, out);
  if (type == LINEAR) return;
  const gamma = f64x2.splat(load<f64>(fn, 16));
  const coef0 = f64x2.splat(load<f64>(fn, 24));
  const end = out + (widthOf(kind) << 3);
  for (let at = out; at < end; at += 16) {
    const z = v128.load(at);
    if (type == RBF) v128.store(at, exp2Lanes(f64x2.neg(f64x2.mul(z, gamma))));
    else {
      const inner = f64x2.add(f64x2.mul(z, gamma), coef0);
      v128.store(at, type == POLY ? power(inner, load<u32>(fn, 4)) : tanh2Lanes(inner));
    }
  }
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

/** Squared Euclidean distances: |x|^2 + |y|^2 - 2 x y, which rounding must not make negative. */
function distances(kind: u32, square: f64, dots: u32, norm: u32, norms: u32, out: u32): void {
  const s = f64x2.splat(square);
  for (let at: u32 = 0; at < LINE; at += 16) {
    const n = v128.load(dots + at);
    const other = v128.load(norms + at);
    if (kind == I16) {
      storeWide(out + (at << 1), i32x4.sub(i32x4.add(v128.load_splat<u32>(norm), other), i32x4.shl(n, 1)), s);
    } else {
      const both = f64x2.add(v128.load_splat<f64>(norm), other);
      const d = f64x2.sub(both, f64x2.mul(n, f64x2.splat(2)));
      v128.store(out + at, f64x2.mul(f64x2.max(d, f64x2.splat(0)), s));
    }
  }
}

// @ts-ignore: decorator
@inline
function storeWide(at: u32, n: v128, s: v128): void {
  v128.store(at, f64x2.mul(f64x2.convert_low_i32x4_s(n), s));
  v128.store(at, f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(n, n, 2, 3, 2, 3)), s), 16);
}

/** f32 of f64, as many as `count`, a multiple of 4. */
export function narrow(wide: u32, out: u32, count: u32): void {
  for (let k: u32 = 0; k < count; k += 4) {
    const low = f32x4.demote_f64x2_zero(v128.load(wide + (k << 3)));
    const high = f32x4.demote_f64x2_zero(v128.load(wide + (k << 3), 16));
    v128.store(out + (k << 2), v128.shuffle<i64>(low, high, 0, 2));
  }
}
