/**
 * Dot products of the columns of a table, each with each.
 *
 * Problem: of rows x with roots r (of their weights; 1 without) and shifts c, the sums of r (x_i - c_i) r (x_j - c_j) over the rows,
 * for all columns i >= j. All in f64: a difference, a product with the root, a product and a sum are rounded apiece; a sum has one
 * accumulator that begins at +0 and takes the rows in order. Rows in which a product is 0 are passed over, which changes no bit.
 */

import type { Kernel } from "./kernel.js";
import { linalg } from "./modules.js";

/** Rows and columns of a tile. */
export const TILE = 4;
/** Rows that are gone through at once; calls that are given a multiple of it lose nothing. */
export const BLOCK_ROWS = 64;

/**
 * columnSums(data, kind, table, rows, cols, weights, from, to, out) -> DONE: of the rows rows[from .. to) of a table, into out
 * f64[2][cols] for each column the sum of weight * value, and the sum of the weights of the values that are 0. weights: f64 by position, or 0.
 */
export const columnSums: Kernel = { module: linalg, name: "columnSums" };

/**
 * addProducts(progress, scratch, data, kind, table, rows, cols, shift, roots, extra, from, to, sums) -> DONE | MORE: the dot products
 * of the columns over the rows rows[from .. to), written into sums f64[tiles][4][4]: tile (i, j), j <= i, is the i (i + 1) / 2 + j-th.
 * roots and extra (a last column of its own): f64 by position, or 0. shift: f64, one a column, the extra one last. Progress: 8
 * bytes, 0 before the first call. Scratch: `scratchBytes`.
 */
export const addProducts: Kernel = { module: linalg, name: "addProducts" };

export const tilesOf = (columns: number): number => {
  const panels = Math.ceil(columns / TILE);
  return (panels * (panels + 1)) / 2;
};

const LIST_BYTES = 4 * BLOCK_ROWS + 64;
const PANEL_BYTES = 8 * TILE * BLOCK_ROWS + 64;

export const scratchBytes = (columns: number): number => Math.ceil(columns / TILE) * (LIST_BYTES + PANEL_BYTES);
