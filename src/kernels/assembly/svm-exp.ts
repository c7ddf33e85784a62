// exp and tanh of two numbers at once, from + - * / alone, so that every engine gets the same bits.

const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** Added to a small number it leaves the nearest integer in the lowest bits. */
const ROUNDER: f64 = 6755399441055744; // 1.5 * 2^52

// @ts-ignore: decorator
@inline
function step(sum: v128, r: v128, term: f64): v128 {
  return f64x2.add(f64x2.mul(sum, r), f64x2.splat(term));
}

/** exp of x, which is cut to -708 .. 709; Taylor's series to degree 13 after |r| <= ln(2) / 2 was split off. */
export function exp2Lanes(x: v128): v128 {
  x = f64x2.max(f64x2.min(x, f64x2.splat(709)), f64x2.splat(-708));
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2E)), f64x2.splat(ROUNDER));
  const k = f64x2.sub(t, f64x2.splat(ROUNDER));
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(LN2_LOW)));
  let sum = f64x2.splat(1.0 / 6227020800.0);
  sum = step(sum, r, 1.0 / 479001600.0);
  sum = step(sum, r, 1.0 / 39916800.0);
  sum = step(sum, r, 1.0 / 3628800.0);
  sum = step(sum, r, 1.0 / 362880.0);
  sum = step(sum, r, 1.0 / 40320.0);
  sum = step(sum, r, 1.0 / 5040.0);
  sum = step(sum, r, 1.0 / 720.0);
  sum = step(sum, r, 1.0 / 120.0);
  sum = step(sum, r, 1.0 / 24.0);
  sum = step(sum, r, 1.0 / 6.0);
  sum = step(sum, r, 0.5);
  sum = step(sum, r, 1);
  sum = step(sum, r, 1);
  const power = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52);
  return f64x2.mul(sum, power);
}

/** tanh of z: sign(z) (1 - e) / (1 + e) with e = exp(-2 |z|). */
export function tanh2Lanes(z: v128): v128 {
  const one = f64x2.splat(1);
  const e = exp2Lanes(f64x2.mul(f64x2.abs(z), f64x2.splat(-2)));
  const size = f64x2.div(f64x2.sub(one, e), f64x2.add(one, e));
  const sign = v128.and(z, f64x2.splat(-0.0));
  return v128.or(size, sign);
}
