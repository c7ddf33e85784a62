/**
 * Kernel matrices.
 *
 * Problem: K(x, y) for all pairs of n rows, for a kernel function of the dot product x y and the squared norms. With s the square of
 * 1 / q on a grid (see svm-vectors.ts) and 1 off it: linear: s x y. Polynomial: (gamma s x y + coef0)^degree, by LIBSVM's
 * repeated squaring. RBF: exp(max(0, |x|^2 + |y|^2 - 2 x y) * -(gamma s)). Sigmoid: tanh(gamma s x y + coef0) as
 * sign (1 - e) / (1 + e), e = exp(-2 |z|). Everything is computed in f64; matrices hold f32, as LIBSVM's do.
 *
 * exp(x), x being cut to -708 .. 709: k = the nearest integer to x log2(e), r = (x - k high) - k low with ln 2 = high + low
 * (fdlibm's), Taylor's series in r to degree 10 by Horner's scheme, times 2^k.
 */

import type { Kernel } from "./kernel.js";
import { svm } from "./modules.js";
import { LINE_BYTES, panelBytes } from "./svm-vectors.js";

/**
 * gramPanels(scratch, vectors, order, n, from, to, fn, out, stride) -> DONE: the columns of the panels from .. to of the matrix
 * of the n rows order u32[n], at and below the diagonal, and what mirrors them. Where fn is 0 it holds dot products
 * as they are (i32 or f64), else kernel values. Rows of out are `stride` bytes apart.
 */
export const gramPanels: Kernel = { module: svm, name: "gramPanels" };

/** kernelFromDots(scratch, vectors, order, n, from, to, fn, out, stride, dots, dotsStride) -> DONE: the same, from dot products of all rows. */
export const kernelFromDots: Kernel = { module: svm, name: "kernelFromDots" };

/** kernelDiagonal(scratch, vectors, order, n, fn, out) -> DONE: K(x, x) of n rows, f32. Scratch as for `gramPanels`. */
export const kernelDiagonal: Kernel = { module: svm, name: "kernelDiagonal" };

export const KERNEL_TYPES = { linear: 0, poly: 1, rbf: 2, sigmoid: 3 } as const;

/** A kernel function with all its parameters. */
export interface KernelFunction {
  readonly type: keyof typeof KERNEL_TYPES;
  readonly degree: number;
  readonly gamma: number;
  readonly coef0: number;
}

/** A function's descriptor, f64[4]; `step` is 1 / q on a grid and 1 off it. */
export function functionDescriptor({ type, degree, gamma, coef0 }: KernelFunction, divisor: number): Float64Array {
  const descriptor = new Float64Array(4);
  new Uint32Array(descriptor.buffer).set([KERNEL_TYPES[type], degree]);
  descriptor.set([1 / (divisor * divisor), gamma, coef0], 1);
  return descriptor;
}

/** Bytes of scratch of one call. */
export const gramScratchBytes = (lines: number): number => 11 * LINE_BYTES + panelBytes(lines);

/** Bytes between the rows of a square matrix of n rows of values of so many bytes: room for whole panels, and no power of two. */
export const strideOf = (n: number, bytes: 4 | 8): number => Math.ceil(n / 24) * 24 * bytes + 64;
