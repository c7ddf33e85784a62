/**
 * The nearest rows of a table.
 *
 * Problem: of each query, the k rows with the smallest sums of squared (euclidean) or absolute (manhattan) differences, nearest
 * first, those as near in the order of their numbers. A sum goes over ascending features in f64 with one accumulator that begins
 * at +0, a product and a sum being rounded apiece.
 *
 * Sums of squares are made of few pairs only. Both tables are put on one grid, whose step is a power of two: the code of a cell x of
 * feature j is the integer nearest to (x - offset[j]) / step. What the codes of two rows leave out bounds from below how near the rows can be
 * (the triangle inequality), and a row that cannot be among the nearest has no sum. So the grid decides how much is computed
 * and never what is found.
 */

import type { Kernel } from "./kernel.js";
import { neighbors } from "./modules.js";

/** Queries that are compared with rows at a time; calls that are given a multiple of it lose nothing. */
export const GROUP = 8;

/** Rows whose codes lie together. */
export const PANEL_ROWS = 8;

/** Largest norm, in steps, of rows that have codes. */
export const MOST_STEPS = 2 ** 13.5;

/**
 * encodePanels(scratch, data, kind, table, cols, order, n, offsets, step, from, to, panels, errors) -> DONE: the codes of the n rows
 * order u32[n], eight a panel, into the panels from .. to. errors f64[panels]: the most that the codes of a row of the panel leave out, as a
 * distance in steps. Rows farther than MOST_STEPS from the offsets have no codes, and are near every query. offsets f64: of an odd number of columns one more, 0. Scratch: `rowBytes`.
 */
export const encodePanels: Kernel = { module: neighbors, name: "encodePanels" };

/**
 * nearestEuclidean(scratch, k, data, kind, table, rows, from, to, training, trainingKind, trainingTable, cols, order, offsets, step,
 * error, panels, firstPanel, lastPanel, sums, indices) -> DONE: for the queries rows[from .. to) of the table `data` the nearest
 * among the rows of these panels, into sums f64[n][k] and indices u32[n][k]. With firstPanel > 0 these hold the nearest among the rows of
 * the panels before. `error` is the largest of the panels' errors. Scratch: `euclideanScratchBytes`.
 */
export const nearestEuclidean: Kernel = { module: neighbors, name: "nearestEuclidean" };

/**
 * nearestManhattan(scratch, k, data, kind, table, rows, from, to, training, trainingKind, trainingTable, cols, first, last, sums,
 * indices) -> DONE: the same among the rows first .. last of `training`. Scratch: `manhattanScratchBytes`.
 */
export const nearestManhattan: Kernel = { module: neighbors, name: "nearestManhattan" };

/** Bytes of a panel: a line of norms, and one for each two features. */
export const panelBytes = (cols: number): number => 32 * (1 + Math.ceil(cols / 2));

/** Bytes of a row of f64, of an even number of cells. */
export const rowBytes = (cols: number): number => 16 * Math.ceil(cols / 2);

export function euclideanScratchBytes(queries: number, cols: number): number {
  const groups = Math.ceil(queries / 4);
  return 224 + groups * (64 + 80 * Math.ceil(cols / 2));
}

export const manhattanScratchBytes = (cols: number): number => 128 + 8 * GROUP * cols;
