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
 * distance in steps. Rows farther than MOST_STEPS from the offsets have no codes, and are near every query. offsets f64: of an odd number
 * of columns one more, 0. Scratch: `rowBytes`.
 */
export const encodePanels: Kernel = { module: neighbors, name: "encodePanels" };

/**
 * orderRows(panels, cols, n, leaves, order, boxes, state) -> DONE or MORE: a k-d tree over the n rows of these panels. `leaves` is a power of
 * two. order u32[n]: the numbers of the rows, those without codes first; from panel state[1] on they are the tree's, part by part. boxes:
 * `boxesBytes`. state u32[2] is 0 at first.
 */
export const orderRows: Kernel = { module: neighbors, name: "orderRows" };

/** A table on a grid, as kernels read it. */
export interface CodedTableAt {
  readonly cells: number;
  readonly kind: number;
  readonly byteValues: number;
  readonly cols: number;
  /** u32 each: the numbers of the rows in the panels. */
  readonly order: number;
  readonly offsets: number;
  readonly step: number;
  /** The largest of the panels' errors. */
  readonly error: number;
  readonly panels: number;
  readonly panelCount: number;
  /** Of a table with a tree: the boxes of its nodes, how many of them are leaves, and the panel that it begins with. */
  readonly boxes: number;
  readonly leaves: number;
  readonly treeFrom: number;
}

/** The descriptor of a table, which kernels are given the address of. */
export function codedDescriptor(at: CodedTableAt): Float64Array {
  const descriptor = new Float64Array(8);
  const places = [
    at.cells, at.kind, at.byteValues, at.cols, at.order, at.offsets, at.panels, at.panelCount, at.boxes, at.leaves, at.treeFrom,
  ]; // biome-ignore format: one list
  new Uint32Array(descriptor.buffer).set(places);
  descriptor.set([at.step, at.error], 6);
  return descriptor;
}

/**
 * nearestEuclidean(scratch, k, data, kind, table, rows, from, to, coded, firstPanel, lastPanel, sums, indices) -> DONE: for the queries
 * rows[from .. to) of the table `data` the nearest among the rows of these panels of `coded`, into sums f64[n][k] and indices u32[n][k].
 * With firstPanel > 0 these hold what the call for the panels before left. Scratch: `euclideanScratchBytes`.
 */
export const nearestEuclidean: Kernel = { module: neighbors, name: "nearestEuclidean" };

/**
 * nearestInTree(scratch, k, data, kind, table, rows, from, to, coded, sums, indices) -> DONE: the same among all rows of a table with a
 * tree; fast where queries that follow each other are near each other. Scratch: `treeScratchBytes`.
 */
export const nearestInTree: Kernel = { module: neighbors, name: "nearestInTree" };

/**
 * nearestPlain(scratch, k, data, kind, table, rows, from, to, training, trainingKind, trainingTable, cols, n, first, last, sums,
 * indices) -> DONE: the same among the rows first .. last of the n of a table that is on no grid. Scratch: `plainScratchBytes`.
 */
export const nearestPlain: Kernel = { module: neighbors, name: "nearestPlain" };

/** nearestManhattan -> DONE: the same by sums of absolute differences. Scratch: `manhattanScratchBytes`. */
export const nearestManhattan: Kernel = { module: neighbors, name: "nearestManhattan" };

/** Bytes of a panel: a line of norms, and one for each two features. */
export const panelBytes = (cols: number): number => 32 * (1 + Math.ceil(cols / 2));

/** Bytes of a row of f64, of an even number of cells. */
export const rowBytes = (cols: number): number => 16 * Math.ceil(cols / 2);

export function euclideanScratchBytes(queries: number, cols: number): number {
  const groups = Math.ceil(queries / 4);
  return 224 + groups * (64 + 80 * Math.ceil(cols / 2));
}

/** Bytes of one side of a box: the codes of a row, in whole vectors. */
const sideBytes = (cols: number): number => 16 * Math.ceil(cols / 8);

/** Bytes of the boxes of a tree. */
export const boxesBytes = (leaves: number, cols: number): number => 4 * leaves * sideBytes(cols);

export const treeScratchBytes = (queries: number, cols: number): number =>
  4 * sideBytes(cols) + euclideanScratchBytes(queries, cols);

export const plainScratchBytes = (cols: number): number => 64 + 8 * cols;

export const manhattanScratchBytes = (cols: number): number => 128 + 8 * GROUP * cols;
