/** What the family "svm" must compute as kernel values, bit for bit: one pair of rows after the other, every cell visited. */

export type KernelName = "linear" | "poly" | "rbf" | "sigmoid";

export interface KernelParams {
  readonly kernel: KernelName;
  readonly gamma: number;
  readonly degree: number;
  readonly coef0: number;
}

type Row = readonly number[];

/** Added and taken away again, it rounds a small number to an integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** The kernels' own exponential: Cody and Waite's reduction by ln 2, then Taylor's series to degree 10 by Horner's rule. */
export function exp(x: number): number {
  const clamped = Math.min(Math.max(x, -708), 709);
  const k = clamped * Math.LOG2E + ROUNDER - ROUNDER;
  const r = clamped - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1 / factorial(10);
  for (let n = 9; n >= 0; n--) sum = sum * r + 1 / factorial(n);
  return sum * powerOfTwo(k);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** Exact, as no engine's `**` promises to be. */
const powerOfTwo = (k: number): number => (k > 0 ? 2 * powerOfTwo(k - 1) : k < 0 ? powerOfTwo(k + 1) / 2 : 1);

const DIVISORS = [1, 100, 255, 256];

/**
 * The row in steps of 1 / q, where each of its values is a multiple k / q (rounded to f32 unless `isF64`) with |k| <= 32767,
 * and the sum of all k^2 is below 2^29; else null.
 */
export function codesOf(row: Row, q: number, isF64: boolean): readonly number[] | null {
  const codes = row.map((x) => Math.round(x * q));
  const fits = codes.every((k, j) => Math.abs(k) <= 32767 && (isF64 ? k / q : Math.fround(k / q)) === row[j]);
  return fits && codes.reduce((sum, k) => sum + k * k, 0) < 2 ** 29 ? codes : null;
}

/** The first divisor q of 1, 100, 255, 256 on whose grid all rows are; null where there is none. */
export function gridOf(rows: readonly Row[], isF64: boolean): number | null {
  return DIVISORS.find((q) => rows.every((row) => codesOf(row, q, isF64) !== null)) ?? null;
}

/** The dot product N of two rows in steps of 1 / q^2, or in f64 where q is null. */
export function dot(a: Row, b: Row, q: number | null): number {
  let sum = 0;
  a.forEach((x, j) => {
    sum += q === null ? x * b[j]! : Math.round(x * q) * Math.round(b[j]! * q);
  });
  return sum;
}

/** The kernel's value for two rows, in f64. */
export function kernelValue(a: Row, b: Row, q: number | null, params: KernelParams): number {
  return valueOfDots(dot(a, b, q), dot(a, a, q), dot(b, b, q), q, params);
}

/** The kernel's value of the dot product of two rows and of those of each with itself. */
export function valueOfDots(ab: number, aa: number, bb: number, q: number | null, params: KernelParams): number {
  const { kernel, gamma, degree, coef0 } = params;
  const scale = q === null ? 1 : 1 / (q * q);
  switch (kernel) {
    case "linear":
      return ab * scale;
    case "poly":
      return powi(gamma * (ab * scale) + coef0, degree);
    case "rbf":
      return exp(Math.max(0, aa + bb - 2 * ab) * -(gamma * scale));
    case "sigmoid":
      return tanh(gamma * (ab * scale) + coef0);
  }
}

/** LIBSVM's powi. */
function powi(base: number, times: number): number {
  let power = base;
  let product = 1;
  for (let t = times; t > 0; t = Math.floor(t / 2)) {
    if (t % 2 === 1) product *= power;
    power *= power;
  }
  return product;
}

function tanh(z: number): number {
  const e = exp(-2 * Math.abs(z));
  const size = (1 - e) / (1 + e);
  return z < 0 ? -size : size;
}

/** The Gram matrix as training sees it: values rounded to f32. */
export function gram(rows: readonly Row[], q: number | null, params: KernelParams): Float32Array[] {
  return rows.map((a) => Float32Array.from(rows, (b) => kernelValue(a, b, q, params)));
}
