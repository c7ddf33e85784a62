/**
 * Vectors, as the kernels of support vector machines read them.
 *
 * Problem: dot products of rows with many other rows, fast and with bits that depend on the two rows alone.
 *
 * A row whose values are all k / q, or fround(k / q) for f32 data, for integers |k| <= 32767 with a sum of squares below
 * 2^29 is on the grid of the divisor q, and its products with others are exact sums of integers. All other rows are
 * f64, and their products are sums over ascending features with one accumulator that begins at +0, a product and a sum being
 * rounded apiece. Leaving out zeros changes neither. Pixels, counts, one-hot rows and short decimals are on a grid.
 */

import type { Kernel } from "./kernel.js";
import { svm } from "./modules.js";

/** Kinds of vectors. */
export const I16 = 0;
export const F64 = 1;
export type VectorKind = typeof I16 | typeof F64;

/** Divisors that are tried, in this order: integers, hundredths, pixels / 255, powers of two. */
export const DIVISORS = [1, 100, 255, 256] as const;

/**
 * encodeRows(data, kind, table, cols, rows, from, to, q, single, all, scratch, vectors, counts, failed) -> DONE: the codes of
 * rows[from .. to), which go into the cells and norms of `vectors` at from .. to, and into counts u32 how many pairs of them are not 0. A row that is
 * not on the grid gets the norm -1 and sets `failed` u32; where `all` must be, it ends the work. Scratch: 512 bytes.
 */
export const encodeRows: Kernel = { module: svm, name: "encodeRows" };

/** widenRows(data, kind, table, cols, rows, from, to, vectors, counts) -> DONE: the same as f64. */
export const widenRows: Kernel = { module: svm, name: "widenRows" };

/** listEntries(vectors, from, to) -> DONE: lists the entries of the rows that are not 0. */
export const listEntries: Kernel = { module: svm, name: "listEntries" };

/** packPanels(vectors, order, n, from, to, out) -> DONE: the panels from .. to of the n rows `order`, u32 each. */
export const packPanels: Kernel = { module: svm, name: "packPanels" };

/** Bytes of a line of a panel: two features of 24 rows, or one of 12. */
export const LINE_BYTES = 96;

/** Rows of a panel. */
export const panelRows = (kind: VectorKind): number => (kind === I16 ? 24 : 12);

/** Lines of a row: pairs of features, or features. */
export const linesOf = (kind: VectorKind, cols: number): number => (kind === I16 ? Math.ceil(cols / 2) : cols);

/** Bytes of a panel: its lines, and one of squared norms. */
export const panelBytes = (lines: number): number => LINE_BYTES * (lines + 1);

/** Bytes of one line of a row, and of an entry of a list. */
export const lineBytes = (kind: VectorKind): number => (kind === I16 ? 4 : 8);
export const entryBytes = (kind: VectorKind): number => (kind === I16 ? 8 : 16);

/** Where a table of vectors lies. */
export interface VectorsAt {
  readonly kind: VectorKind;
  readonly cells: number;
  readonly norms: number;
  readonly lines: number;
  /** u32[rows + 1]: number of the first entry of each row; 0 where rows have no lists. */
  readonly starts: number;
  readonly entries: number;
}

/** The descriptor of a table of vectors, which kernels are given the address of. */
export function vectorsDescriptor({ kind, cells, norms, lines, starts, entries }: VectorsAt): Uint32Array {
  return Uint32Array.of(kind, cells, norms, lines, starts, entries, 0, 0);
}
