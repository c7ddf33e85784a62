/**
 * Losses and scores of linear classifiers.
 *
 * Problem: of rows x, weights w and an intercept b for each of K outputs, the scores are z_k = w_k . x + b_k. The loss of a
 * row of class t is log(sum_k exp z_k) - z_t (multinomial); with one output it is log(1 + exp z) - t z (two classes).
 * The kernel sums weight * loss over rows and gives the gradient of that sum by w and b.
 *
 * Which bits come out is defined so: a dot product runs over ascending features with one f64 accumulator an output that
 * begins at +0, a product and a sum being rounded apiece; the intercept is added last. Rows are cut into blocks of a
 * size that their number alone decides; a block's gradient and loss are sums over its rows in order, begun at +0. Whoever
 * adds up the blocks does so in their order, so nothing depends on who computed which. exp and log are the kernel's own.
 *
 * Weights and gradients are tables f64[cols + 1][stride]: a row a feature, the intercepts last, with columns of the outputs
 * padded by zeros to an even stride. All addresses are byte offsets, multiples of 8, into the memory of the kernel.
 */

import type { Kernel } from "./kernel.js";
import { linear } from "./modules.js";

/** See `logisticLossArgs`. */
export const logisticLoss: Kernel = { module: linear, name: "logisticLoss" };

/**
 * linearScores(scratch, out, data, kind, table, cols, rows, from, to, outputs, weights) -> DONE: z of the positions
 * from .. to, into out f64[n][outputs].
 */
export const linearScores: Kernel = { module: linear, name: "linearScores" };

/**
 * probabilities(scores, n, outputs, out) -> DONE: of scores f64[n][outputs] the softmax, or the logistic function of -z and z
 * where there is one output, into out f64[n][max(2, outputs)].
 */
export const probabilities: Kernel = { module: linear, name: "probabilities" };

/** A table of cells, and the rows of it that are meant. */
export interface LinearRows {
  readonly data: number;
  /** Cells are bytes (0), f32 (1) or f64 (2). */
  readonly kind: 0 | 1 | 2;
  /** Of bytes: f64[256], the value of each, that of byte 0 being 0. Else 0. */
  readonly table: number;
  readonly cols: number;
  /** u32[n]: the meant rows, in order. A position is an index into it. */
  readonly rows: number;
}

export interface LogisticLossProblem extends LinearRows {
  readonly n: number;
  /** u32[n]: class by position. */
  readonly targets: number;
  /** f64[n] by position, >= 0. */
  readonly sampleWeights: number;
  /** Number of outputs: 1 for two classes, else as many as classes. */
  readonly outputs: number;
  readonly weights: number;
}

/** Columns of a table of weights. */
export const strideOf = (outputs: number): number => outputs + (outputs % 2);

/** Bytes of scratch of one call of `logisticLoss` or `linearScores`. */
export const scratchBytes = (cols: number, outputs: number): number => 8 * strideOf(outputs) + 16 * (cols + 1);

/** f64 values that `logisticLoss` writes for one block: the gradient's table, the loss, and one of padding. */
export const blockLength = (cols: number, outputs: number): number => (cols + 1) * strideOf(outputs) + 2;

const MIN_BLOCK_ROWS = 256;
const MAX_BLOCKS = 64;
const MAX_OUT_BYTES = 1 << 28;

/** Rows of one block: at least 256, and so many that there are at most 64 blocks and that their gradients take 256 MiB. */
export function blockRowsOf(n: number, cols: number, outputs: number): number {
  const blocks = Math.min(MAX_BLOCKS, Math.max(1, Math.floor(MAX_OUT_BYTES / (8 * blockLength(cols, outputs)))));
  return Math.max(MIN_BLOCK_ROWS, Math.ceil(n / blocks));
}

/** The arguments of `logisticLoss`, in order; it does the blocks first .. end. `out` has room for all blocks. */
export function logisticLossArgs(
  p: LogisticLossProblem,
  scratch: number,
  out: number,
  first: number,
  end: number,
): number[] {
  const blockRows = blockRowsOf(p.n, p.cols, p.outputs);
  return [
    scratch, out, p.data, p.kind, p.table, p.cols, p.rows, p.targets, p.sampleWeights, p.n, blockRows, first, end,
    p.outputs, p.weights,
  ]; // biome-ignore format: one list
}
