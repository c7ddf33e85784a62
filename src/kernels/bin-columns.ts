/**
 * Binning for gradient boosting: each column's values as a few ordered bins, and the bins of a row side by side.
 *
 * Problem: bin b of a column holds the values v with cut[b - 1] <= v < cut[b], in f32, where -0 equals 0; a missing
 * cell (NaN) has the code after the last bin's. A column of at most maxBin distinct values gets a bin for each; else
 * cuts are chosen among the values so that the (weighted) rows spread evenly: assembly/boosting-cuts.ts says how.
 * The last cut is above the greatest value: v + (|v| + 1e-5).
 *
 * A histogram of a node adds up the rows' bins. Columns are cut into tiles whose histograms fit into a core's cache;
 * of each tile its entries (u16: the bin within the tile's histogram) lie row after row. A sparse tile leaves out each
 * column's most frequent code, which follows by subtraction.
 */

import type { Kernel } from "./kernel.js";
import { boosting } from "./modules.js";

/** A column for growing trees, u32 each; 32 bytes, the last 8 of them 0. */
export const FEATURE = { codes: 0, width: 1, valueBins: 2, hasMissing: 3, firstBin: 4, mode: 5 } as const;
/**
 * A tile, u32 each; 32 bytes, the last 4 of them 0. `pointers` is 0 where every cell is stored, `width` is an entry's bytes:
 * 2, or 1 where every cell is stored and each feature has `BYTE_BINS` bins of the histogram to itself.
 */
export const TILE = {
  featureBegin: 0,
  featureEnd: 1,
  firstBin: 2,
  bins: 3,
  entries: 4,
  pointers: 5,
  width: 6,
} as const;
export const BYTE_BINS = 256;
export const DESCRIPTOR_BYTES = 32;
/** `mode` of a feature whose tile stores all its cells. */
export const STORES_ALL = 0xffffffff;

/** What the binning kernels tell of a column, u32 each; 32 bytes. */
export const COLUMN = { valueBins: 0, missing: 1, mode: 2, modeRows: 3, distinct: 4, infinite: 5 } as const;
export const COLUMN_INFO_BYTES = 32;

/**
 * binColumns(cells, rows, colBegin, colEnd, weights, maxBin, cuts, maxCuts, info, scratch) -> DONE: bins columns
 * [colBegin, colEnd) of cells f32[][rows], whose codes take their place at the beginning of each column's 4 * rows
 * bytes: u8 where bins and missing need at most 256 codes, else u16.
 * - weights f64[rows], or 0;
 * - cuts f32[][maxCuts], with maxCuts >= min(rows, maxBin); info u32[][8]: a `COLUMN` each;
 * - scratch: `binColumnsScratch(rows)` bytes.
 */
export const binColumns: Kernel = { module: boosting, name: "binColumns" };

export function binColumnsScratch(rows: number): number {
  return 24576 + 16 * rows;
}

/**
 * countBytes(cells, index, cols, colBegin, colEnd, rowBegin, rowEnd, counts) -> DONE: adds to
 * counts u32[colEnd - colBegin][256] how often each byte but 0 occurs in rows [rowBegin, rowEnd) of cells u8[][cols]:
 * the rows that index u32[] names, or all in order where it is 0.
 */
export const countBytes: Kernel = { module: boosting, name: "countBytes" };

/**
 * weighBytes(cells, index, cols, colBegin, colEnd, rowBegin, rowEnd, weights, sums) -> DONE: the same with
 * weights f64[rows], into sums f64[colEnd - colBegin][256], for all bytes.
 */
export const weighBytes: Kernel = { module: boosting, name: "weighBytes" };

/**
 * binBytes(counts, sums, columns, values, rows, maxBin, cuts, info, codeOf, often) -> DONE: bins columns that have been
 * counted, and weighed unless sums is 0. values f32[256], ascending, of the bytes.
 * - cuts f32[columns][256]; info u32[columns][8]: a `COLUMN` each;
 * - codeOf u8[columns][256]: the code of each byte that occurs; often u8[columns]: the most frequent byte.
 * counts[][0] is set to what the rows leave.
 */
export const binBytes: Kernel = { module: boosting, name: "binBytes" };

/**
 * encodeBytes(cells, index, rows, cols, colBegin, colEnd, rowBegin, rowEnd, codeOf, often, codes) -> DONE:
 * codes u8[colEnd - colBegin][rows] of rows [rowBegin, rowEnd). often must have room for 16 bytes more.
 */
export const encodeBytes: Kernel = { module: boosting, name: "encodeBytes" };

/**
 * fillTile(features, tile, rowBegin, rowEnd, scratch) -> DONE: the entries of rows [rowBegin, rowEnd) of one tile, given
 * the addresses of all `FEATURE`s and of its `TILE`. Entries of a row are in the order of the features.
 * - of a dense tile: [rows][featureEnd - featureBegin], u16 or, of width 1, u8: the code itself; rows in any ranges;
 * - of a sparse tile: u16[], and pointers u32[rows + 1]; ranges of rows must come one after the other, from 0 on;
 * - scratch: 1024 bytes.
 */
export const fillTile: Kernel = { module: boosting, name: "fillTile" };
export const FILL_TILE_SCRATCH = 1024;
