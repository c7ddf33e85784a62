// exp and logarithms from + - * / alone, so that every engine gets the same bits.
import { log2 } from "./tree-entropy";

export const LN2: f64 = 0.6931471805599453;
/** ln(2) in two parts: products of the first with integers up to 2^20 are exact. */
const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/**
 * exp of x, which is cut to -708 .. 709, to the last digit or two: Taylor's series to degree 13 after |r| <= ln(2) / 2 was split
 * off. Differences of masses need more digits than sums of densities, for which `exp2Lanes` does.
 */
export function exp(x: f64): f64 {
  x = min<f64>(709, max<f64>(-708, x));
  const k = nearest(x / LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum: f64 = 1.0 / 6227020800.0;
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  return (sum * r + 1) * reinterpret<f64>(u64(i64(k) + 1023) << 52);
}

/** Natural logarithm of a positive normal number. */
export function ln(x: f64): f64 {
  return LN2 * log2(x);
}

/** ln(1 + x), x > -1; what 1 + x loses of x is made good by the derivative. */
export function log1p(x: f64): f64 {
  const sum = 1 + x;
  return ln(sum) + (x - (sum - 1)) / sum;
}
