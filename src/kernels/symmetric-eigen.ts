/**
 * Eigenvalues and eigenvectors of a symmetric table.
 *
 * Problem: Q' A Q = T tridiagonal by Householder reflections from the last row up (Golub and Van Loan, Matrix Computations, 4th
 * edition, 8.3.1), T diagonal by implicit QL steps with Wilkinson's shift (8.3.3; Bowdler, Martin, Reinsch and Wilkinson 1968,
 * EISPACK's tql2), of which the rotations are kept; a vector is then made of a unit vector by the rotations' transposes, the last one
 * first, and the reflections. So each has the same bits, however many are asked for.
 *
 * All in f64, every operation rounded apiece. For row k, from the last to the first: its entries j < k are x; with rest the sum of
 * x_j^2 over j < k - 1, in order, and not 0, x_(k-1) becomes b = -sign(x_(k-1)) sqrt(x_(k-1)^2 + rest), v_j = x_j / (x_(k-1) - b),
 * v_(k-1) = 1, t = (b - x_(k-1)) / b. p = A v over the leading k x k part: p_i begins as the sum of A_ij v_j over j < i - i mod 2, even
 * and odd j summed apart and then added, then j = i - 1 where i is odd, then j = i; then A_ji v_j is added for j = i + 1 and so on. w =
 * t p - (t^2 (p'v) / 2) v, and A_ij -= v_i w_j + w_i v_j.
 *
 * Tables are f64[n][stride / 8]; the stride is a multiple of 16.
 */

import type { Kernel } from "./kernel.js";
import { linalg } from "./modules.js";

/**
 * tridiagonalize(progress, n, stride, table, diagonal, off, taus, scratch) -> DONE | MORE: of the table's lower triangle, over which
 * the vectors v are written, each in its row. diagonal, off, taus: f64[n]; off_j lies between j and j + 1, taus_k is row k's t. Progress: u32, 0
 * before the first call. Scratch: f64[2 n].
 */
export const tridiagonalize: Kernel = { module: linalg, name: "tridiagonalize" };

/**
 * findRotations(progress, n, values, off, negligible, rotations, steps, room) -> DONE | MORE: values f64[n], at first the diagonal,
 * become the eigenvalues; off becomes 0, a value of no more than `negligible` counting as such. rotations f64[room][2]: cosine and sine of
 * each; steps u32[room][2]: number of the upper of the first two rows that a step rotates, and how many rotations it has, each
 * a row further up. Progress: u32[5], 0 before the first call: values done, steps made for the next, rotations and steps kept,
 * and, after DONE, ENDS. FULL: it is to be called again with empty lists, and the two numbers of what is kept set to 0. room >= n.
 */
export const findRotations: Kernel = { module: linalg, name: "findRotations" };

export const ENDS = { found: 1, full: 2, failed: 3 } as const;

/** Vectors that are made at once, an entry of each beside the other: f64[n][8]. */
export const VECTORS = 8;

/** rotateBack(vectors, rotations, kept, steps, listed) -> DONE: applies the rotations of lists that are kept. */
export const rotateBack: Kernel = { module: linalg, name: "rotateBack" };

/** reflectBack(vectors, n, stride, table, taus) -> DONE: applies the reflections that `tridiagonalize` wrote. */
export const reflectBack: Kernel = { module: linalg, name: "reflectBack" };
