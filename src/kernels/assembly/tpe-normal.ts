// The standard normal distribution, cut to an interval, in full precision however far out that lies.
import { erfcx } from "./tpe-erfcx";
import { exp, ln, log1p } from "./tpe-log";

/** So many deviations out a tail, 1e-19, is less than the last digit of what it is a part of. */
const FAR: f64 = 9;
/** Of an interval so narrow that its mass is lost in rounding, the mass is this: what 1 has no digits for. */
const LEAST: f64 = 1.1102230246251565e-16;
const ROOT_HALF: f64 = 0.7071067811865476;
const ROOT_HALF_PI: f64 = 1.2533141373155003;

/** Logarithm of the mass between a and b, a < b. What lies right of 0 is mirrored: only the left tail has small numbers. */
export function logMass(a: f64, b: f64): f64 {
  if (a > 0) return logMassMirrored(-b, -a);
  return logMassMirrored(a, b);
}

/** The same for a <= 0. */
export function logMassMirrored(a: f64, b: f64): f64 {
  if (a < -FAR && b > FAR) return 0;
  if (b > 0) return log1p(max(LEAST - 1, -leftTail(a) - leftTail(-b)));
  const nearer = erfcx(-b * ROOT_HALF);
  const farther = erfcx(-a * ROOT_HALF) * exp(0.5 * (b - a) * (b + a));
  return -0.5 * b * b + ln(0.5 * max(LEAST * nearer, nearer - farther));
}

/** The point between a and b, a < b, that has a share q, 0 <= q <= 1, of the mass between them on its left. */
export function quantile(q: f64, a: f64, b: f64): f64 {
  if (q <= 0) return a;
  if (q >= 1) return b;
  const x = a > 0 ? -quantileMirrored(1 - q, -b, -a) : quantileMirrored(q, a, b);
  return min(b, max(a, x));
}

/** The same for a <= 0, with 0 < q < 1. */
function quantileMirrored(q: f64, a: f64, b: f64): f64 {
  if (b <= 0) return logQuantile(logSum(logTail(a), ln(q) + logMassMirrored(a, b)));
  const left = leftTail(a);
  const right = leftTail(-b);
  const mass = 1 - left - right;
  const below = left + q * mass;
  return below <= 0.5 ? logQuantile(ln(below)) : -logQuantile(ln(right + (1 - q) * mass));
}

/** The mass left of x, x <= 0; next to nothing where x is far out. */
function leftTail(x: f64): f64 {
  if (x < -FAR) return 0;
  return 0.5 * exp(-0.5 * x * x) * erfcx(-x * ROOT_HALF);
}

/** Its logarithm. */
function logTail(x: f64): f64 {
  return -0.5 * x * x + ln(0.5 * erfcx(-x * ROOT_HALF));
}

/** log(exp(p) + exp(q)) */
function logSum(p: f64, q: f64): f64 {
  return max(p, q) + log1p(exp(-abs(p - q)));
}

/**
 * The x <= 0 whose logTail is y: two of Newton's steps from the start of M. Abramowitz and I. Stegun, Handbook of Mathematical
 * Functions (1964), 26.2.23. That is off by 4.5e-4 at most, and each step squares the error, as f''/f' of logTail is at most 1.
 */
function logQuantile(y: f64): f64 {
  const t = sqrt(max(0, -2 * y));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return nearer(nearer(min(0, above / below - t), y), y);
}

function nearer(x: f64, y: f64): f64 {
  const scaled = erfcx(-x * ROOT_HALF);
  return min(0, x + (y + 0.5 * x * x - ln(0.5 * scaled)) * scaled * ROOT_HALF_PI);
}
