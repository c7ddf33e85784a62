// exp and logarithms from + - * / alone, so that every engine gets the same bits. Polynomials are summed in two chains, since
// what takes time is waiting for the term before.

const INVERSE_LN2: f64 = 1.4426950408889634;
/** ln(2) in two parts: products of the first with integers up to 2^20 are exact. */
const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** 1.5 * 2^52: added to a small number, it leaves the nearest integer in the lowest bits. */
const ROUNDER: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline
function next(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient));
}

/** exp of two x, which are cut to -708 .. 709: Taylor's series to degree 13 after |r| <= ln(2) / 2 was split off. */
export function exps(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, f64x2.splat(709)), f64x2.splat(-708));
  const rounded = f64x2.add(f64x2.mul(x, f64x2.splat(INVERSE_LN2)), f64x2.splat(ROUNDER));
  const k = f64x2.sub(rounded, f64x2.splat(ROUNDER));
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(LN2_LOW)));
  const square = f64x2.mul(r, r);
  let odd = next(f64x2.splat(1.0 / 6227020800.0), square, 1.0 / 39916800.0);
  let even = next(f64x2.splat(1.0 / 479001600.0), square, 1.0 / 3628800.0);
  odd = next(odd, square, 1.0 / 362880.0);
  even = next(even, square, 1.0 / 40320.0);
  odd = next(odd, square, 1.0 / 5040.0);
  even = next(even, square, 1.0 / 720.0);
  odd = next(odd, square, 1.0 / 120.0);
  even = next(even, square, 1.0 / 24.0);
  odd = next(odd, square, 1.0 / 6.0);
  even = next(even, square, 0.5);
  odd = next(odd, square, 1);
  even = next(even, square, 1);
  const sum = f64x2.add(even, f64x2.mul(odd, r));
  return f64x2.mul(sum, i64x2.shl(i64x2.add(rounded, i64x2.splat(1023)), 52));
}

/** exp of one x. */
export function exp(x: f64): f64 {
  return f64x2.extract_lane(exps(f64x2.splat(x)), 0);
}

/**
 * Natural logarithm of a positive normal number: x = 2^k (1 + f), log(1 + f) by s = f / (2 + f) and a Remez polynomial in s^2,
 * whose coefficients are those of FreeBSD's e_log.c (https://www.netlib.org/fdlibm/e_log.c), where the error is derived.
 */
export function ln(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let k = f64(i32(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m >= 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd =
    z * (6.666666666666735130e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + odd + even) + k * LN2_LOW) - f);
}

/** ln(1 + x), x > -1; what 1 + x loses of x is made good by the derivative. */
export function log1p(x: f64): f64 {
  const sum = 1 + x;
  return ln(sum) + (x - (sum - 1)) / sum;
}
