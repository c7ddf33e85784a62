/**
 * Linear support vector machines by dual coordinate descent.
 *
 * Problem: of rows x with labels y = +1 (one class) or -1 (the rest) and bounds C, find the w that minimises
 * 1/2 |w|^2 + sum_i C_i max(0, 1 - y_i w.x_i)  (hinge), or with the maximum squared (squared hinge), each row having been
 * lengthened by the constant `bias`. The dual: minimise 1/2 a'Qa - sum a, Q_ij = y_i y_j x_i.x_j + (i = j) D_i, subject to
 * 0 <= a_i <= U_i; hinge: D = 0, U = C; squared hinge: D = 1 / (2 C), U = none; w = sum_i a_i y_i x_i (Hsieh, Chang, Lin,
 * Keerthi, Sundararajan, "A dual coordinate descent method for large-scale linear SVM", ICML 2008; LIBLINEAR's solve_l2r_l1l2_svc).
 *
 * Which bits come out is defined so, all in f64: a round visits the active variables in a random order (Fisher and Yates from
 * the front, splitmix64 from the seed). A row's score takes the pairs of features (0, 1), (2, 3), .. of which one at least is
 * not 0, in order: the k-th adds its products to the k mod 2-th of two pairs of sums begun at +0, a last odd one to the first;
 * then these are added pair by pair, the even features' sum to the odd ones', and bias * its weight to that.
 * Variables at a bound whose gradient passes the largest violation of the round before are put aside until the rest has
 * converged. It ends when the projected gradients of a round over all variables differ from each other and from 0 by no more
 * than `tol` (LIBLINEAR from 2.40 on; the one in scikit-learn looks at their differences only).
 *
 * All addresses are byte offsets, multiples of 8, into the memory of the kernel.
 */

import type { Kernel } from "./kernel.js";
import type { LinearRows } from "./logistic-loss.js";
import { linear } from "./modules.js";

/**
 * keepPairs(scratch, data, kind, table, cols, from, to, starts, pairs, norms) -> DONE: for the table's rows from .. to with
 * pairs = 0 the number of pairs of features that are not both 0, into starts u32[row + 1]; else these pairs themselves, the
 * row's first as the starts[row]-th, and the sum of its squares into norms f64[row]. Scratch: `keepScratchBytes`.
 */
export const keepPairs: Kernel = { module: linear, name: "keepPairs" };

/** See `dualDescentArgs`. */
export const dualDescent: Kernel = { module: linear, name: "dualDescent" };

export const keepScratchBytes = (cols: number): number => 16 * (cols + 1);

/** Bytes of a kept pair: a u32 and two values, which only tables of f64 need f64 for. */
export const pairBytes = (kind: LinearRows["kind"]): number => (kind === 2 ? 20 : 12);

/** Index of the bias's weight among the weights, and their number less one. */
export const biasAt = (cols: number): number => cols + (cols % 2);

export interface DualProblem extends Pick<LinearRows, "kind" | "cols" | "rows"> {
  readonly n: number;
  /** What `keepPairs` wrote of the whole table. */
  readonly pairs: number;
  readonly starts: number;
  readonly norms: number;
  /** u32[n] by position. */
  readonly codes: number;
  /** The code whose rows have y = +1. */
  readonly positive: number;
  /** f64[n] by position, >= 0: C_i = weight * `positiveCost` or `cost`. Rows of C_i = 0 are left out. */
  readonly rowWeights: number;
  readonly cost: number;
  readonly positiveCost: number;
  readonly loss: "hinge" | "squaredHinge";
  /** 0 for none. */
  readonly bias: number;
  readonly tol: number;
  readonly maxIter: number;
  /** 64 bits, low half first. */
  readonly seed: readonly [low: number, high: number];
}

/** Bytes of scratch; its first word must be 0 before the first call. */
export const dualScratchBytes = (n: number): number => VARIABLES_AT + (VARIABLE_BYTES + 4) * n;

/** After DONE the scratch holds u32: -, rounds made, whether it converged, number of variables, and these from here on: */
export const VARIABLES_AT = 64;
/** f64 a_i, f64 Q_ii, f64 (U_i or D_i), u32 row of the table, i32 y_i. */
export const VARIABLE_BYTES = 32;

/** dualDescent(...) -> DONE | MORE: its arguments, in order. Writes weights f64[biasAt(cols) + 1], those of the
 * features first, that of the bias last. */
export function dualDescentArgs(p: DualProblem, scratch: number, weights: number): number[] {
  return [
    scratch, weights, p.pairs, p.kind, p.starts, p.norms, p.rows, p.n, p.cols, p.codes, p.positive, p.rowWeights, p.cost,
    p.positiveCost, p.loss === "hinge" ? 0 : 1, p.bias, p.tol, p.maxIter, p.seed[0], p.seed[1],
  ]; // biome-ignore format: one list
}
