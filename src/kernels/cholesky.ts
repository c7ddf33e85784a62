/**
 * Cholesky factors.
 *
 * Problem: the lower triangular L with L L' = A. In f64: from A_ij is taken the dot product of rows i and j of L over the columns
 * k < 4 floor(j / 4), even and odd k summed apart and then added; and then the one over the columns from there to j, in order.
 */

import type { Kernel } from "./kernel.js";
import { linalg } from "./modules.js";

/**
 * choleskyFactor(progress, n, stride, table, least, skips) -> DONE | MORE: the lower triangle of a table f64[n][stride / 8] becomes
 * that of its factor. A pivot of no more than `least` times the entry on the diagonal ends it; with `skips` L has 0 in its place and below
 * it, as if the row and the column were not there. Progress: u32 rows done, 0 before the first call; u32, after DONE, whether it is
 * FACTORED. stride: bytes of a row; there are rows, and columns, for a multiple of four.
 */
export const choleskyFactor: Kernel = { module: linalg, name: "choleskyFactor" };

export const FACTORED = 1;
