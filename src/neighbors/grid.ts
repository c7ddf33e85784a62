import type { Matrix } from "../core/matrix.js";
import { MOST_STEPS, rowBytes } from "../kernels/neighbors.js";

/** Rows that a grid is made from. */
const SAMPLE = 256;
/** The share of them that have codes for certain, as have rows twice as far from the middle. */
const WITHIN = 0.95;
/** Steps are 2^-EXPONENT to 2^EXPONENT, so that their squares are within f64. */
const EXPONENT = 400;

/** The code of a cell x of feature j is the integer nearest to (x - offsets[j]) / step. */
export interface Grid {
  /** One more, 0, where the features are odd in number. */
  readonly offsets: Float64Array;
  /** A power of two. */
  readonly step: number;
}

/**
 * A grid that fits the table: its middle, and a step that makes the codes of most rows as large as they may be. Both come from a
 * sample, since they decide how much is computed and not what is found.
 */
export function gridOf(table: Matrix): Grid {
  const { cols } = table;
  const count = Math.min(SAMPLE, table.rows);
  const cells = table.take(Uint32Array.from({ length: count }, (_, i) => (i * table.rows) / count)).toFloat64();
  const means = new Float64Array(cols);
  for (let i = 0; i < count; i++) for (let j = 0; j < cols; j++) means[j]! += cells[i * cols + j]! / count;
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < cols; j++) squares[i]! += (cells[i * cols + j]! - means[j]!) ** 2;
  }
  const usual = Math.sqrt(squares.sort()[Math.ceil(WITHIN * count) - 1]!);
  const exponent = Math.floor(Math.log2((4 * usual) / MOST_STEPS));
  const step = 2 ** Math.max(-EXPONENT, Math.min(EXPONENT, exponent));
  const offsets = new Float64Array(rowBytes(cols) / 8);
  // On the grid itself, so that integers leave nothing out.
  offsets.set(means.map((mean) => Math.round(mean / step) * step));
  return { offsets, step };
}
