/**
 * Coding the columns of a row-major matrix for `growTree`.
 *
 * Problem: give equal values of a column equal codes, in the order of the values, so that a tree compares small integers.
 * Bytes are their own codes. Other columns are ranked by a radix sort; -0 equals 0. The matrix must hold no NaN.
 */

import type { Kernel } from "./kernel.js";
import { tree } from "./modules.js";

/**
 * transposeBytes(data, rows, cols, codes, rowBegin, rowEnd) -> DONE: codes u8[cols][rows] of data u8[rows][cols], rows
 * [rowBegin, rowEnd) of it.
 */
export const transposeBytes: Kernel = { module: tree, name: "transposeBytes" };

/**
 * byteRanges(codes, rows, colBegin, colEnd, ranges, scratch) -> DONE: ranges u32[cols][2], of each column of codes
 * u8[cols][rows] in [colBegin, colEnd) one more than its largest byte, and its most frequent one. scratch: 1024 bytes.
 */
export const byteRanges: Kernel = { module: tree, name: "byteRanges" };

/** `kind` of `rankColumn` and `walk`. */
export const BYTES = 0;
export const FLOAT32 = 1;
export const FLOAT64 = 2;

/**
 * rankColumn(data, kind, rows, cols, col, values, codes, info, scratch) -> DONE: codes one column of data (FLOAT32 or FLOAT64).
 * - values f64[rows of room]: its distinct values, ascending;
 * - codes (4 * rows bytes of room, and 8-aligned): u8[rows] where at most 256 values are distinct, else u32[rows];
 * - info u32[2]: distinct values, most frequent code;
 * - scratch: `rankColumnScratch(rows)` bytes.
 */
export const rankColumn: Kernel = { module: tree, name: "rankColumn" };

export function rankColumnScratch(rows: number): number {
  return 8192 + 32 * rows;
}
