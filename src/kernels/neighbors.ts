/**
 * The nearest rows of a table.
 *
 * Problem: of each query, the k rows with the smallest sums of squared (EUCLIDEAN) or absolute (MANHATTAN) differences, nearest
 * first, those as near in the order of their numbers. A sum goes over ascending features in f64 with one accumulator that begins
 * at +0, a product and a sum being rounded apiece. Sums of squares of bytes are integers below 2^31, so they are made as
 * integers, which gives the same numbers.
 */

import type { Kernel } from "./kernel.js";
import { neighbors } from "./modules.js";

export const EUCLIDEAN = 0;
export const MANHATTAN = 1;

/** Queries that are compared with a row at a time; calls that are given a multiple of it lose nothing. */
export const GROUP = 8;

/**
 * nearest(scratch, metric, k, data, kind, table, rows, from, to, training, trainingKind, trainingTable, cols, first, last,
 * areBytes, sums, indices) -> DONE: for the queries rows[from .. to) of the table `data` the nearest among the rows
 * first .. last of `training`, into sums f64[n][k] and indices u32[n][k]. With first > 0 these hold the nearest among the rows
 * 0 .. first. k is at most the number of all rows of `training`. `areBytes`: both tables are bytes that stand for
 * themselves. Scratch: `scratchBytes`.
 */
export const nearest: Kernel = { module: neighbors, name: "nearest" };

export const scratchBytes = (cols: number): number => 128 + 8 * GROUP * cols;
