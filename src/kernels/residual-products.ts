/**
 * What linear predictions leave over, and its products with the columns.
 *
 * Problem: with z = x - c (x a row, c shifts) and e = (y - c_y) - (b.z + b_0), the sums over the rows of w e z_j for each column, of w e
 * and of w e^2. All in f64, rounded apiece, a sum taking the rows in order from +0. b.z: the k-th pair of columns adds its products to the
 * k mod 2-th of two pairs of sums begun at +0 (of an odd number of pairs the last one to the first); these are added pair by pair, the even
 * columns' sum to the odd ones', and then the product of a last column without a pair.
 */

import type { Kernel } from "./kernel.js";
import { linalg } from "./modules.js";

/**
 * residualProducts(scratch, data, kind, table, rows, cols, shift, weights, extra, coef, from, to, out) -> DONE: of the rows rows[from .. to) of
 * a table, y being `extra` f64 by position. shift: f64[cols + 1], that of y last; weights: f64 by position, or 0; coef: f64[cols + 1], b_0
 * last; out: f64[cols + 2]. Scratch: f64[cols].
 */
export const residualProducts: Kernel = { module: linalg, name: "residualProducts" };
