import { erfcx } from "./erfcx.js";

/** So many deviations out a tail, 1e-19, is less than the last digit of what it is a part of. */
const FAR = 9;

/**
 * Logarithm of the standard normal's mass between a and b, a < b. What lies right of 0 is mirrored, since only the left
 * tail has small numbers to tell apart.
 */
export function logGaussMass(a: number, b: number): number {
  if (a > 0) return logGaussMass(-b, -a);
  if (a < -FAR && b > FAR) return 0;
  if (b > 0) return Math.log1p(-leftTail(a) - leftTail(-b));
  const nearer = erfcx(-b * Math.SQRT1_2);
  const farther = erfcx(-a * Math.SQRT1_2) * Math.exp(0.5 * (b - a) * (b + a));
  return -0.5 * b * b + Math.log(0.5 * (nearer - farther));
}

/** The standard normal's mass left of x, x <= 0. */
function leftTail(x: number): number {
  return 0.5 * Math.exp(-0.5 * x * x) * erfcx(-x * Math.SQRT1_2);
}
