/** Quantiles of the standard normal cut to an interval, by logarithms throughout. */
import { erfcx } from "../../../src/tune/erfcx.js";
import { logGaussMass } from "../../../src/tune/truncated-normal.js";

/** Logarithm of the standard normal's cumulative distribution function, in full precision in both tails. */
export function logNdtr(x: number): number {
  return x <= 0 ? -0.5 * x * x + Math.log(0.5 * erfcx(-x * Math.SQRT1_2)) : Math.log1p(-Math.exp(logNdtr(-x)));
}

/**
 * The point of the standard normal truncated to [a, b] below which a share q of it lies: the inverse of its cumulative
 * distribution function, by logarithms, so that an interval far out in a tail is no worse than one in the middle.
 */
export function truncatedNormalPpf(q: number, a: number, b: number): number {
  if (q <= 0) return a;
  if (q >= 1) return b;
  const logMass = logGaussMass(a, b);
  const x =
    a < 0
      ? logNdtri(logAdd(logNdtr(a), Math.log(q) + logMass))
      : -logNdtri(logAdd(logNdtr(-b), Math.log1p(-q) + logMass));
  return Math.min(b, Math.max(a, x));
}

/** log(exp(p) + exp(q)) */
function logAdd(p: number, q: number): number {
  return Math.max(p, q) + Math.log1p(Math.exp(-Math.abs(p - q)));
}

const ROOT_HALF_PI = Math.sqrt(Math.PI / 2);

/** The inverse of logNdtr. */
function logNdtri(y: number): number {
  return y > -Math.LN2 ? -leftLogNdtri(Math.log(-Math.expm1(Math.min(y, 0)))) : leftLogNdtri(y);
}

/**
 * The same for a result <= 0, by Newton's method. Since Phi(x) <= exp(-x^2 / 2) / 2 there (Chernoff), the start lies left
 * of the root, and as logNdtr is concave every step from there leads nearer to the root without passing it.
 */
function leftLogNdtri(y: number): number {
  if (y === -Infinity) return -Infinity;
  let x = -Math.sqrt(Math.max(0, -2 * (y + Math.LN2)));
  for (;;) {
    const scaled = erfcx(-x * Math.SQRT1_2);
    const step = (y + 0.5 * x * x - Math.log(0.5 * scaled)) * scaled * ROOT_HALF_PI;
    x = Math.min(0, x + step);
    // Convergence is quadratic: what is left after a step of 1e-8 is about 1e-16.
    if (!(step > 1e-8 * (1 - x))) return x;
  }
}
