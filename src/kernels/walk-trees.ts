/**
 * Walking rows down grown trees.
 *
 * Problem: for each row, add the vectors of the leaves that it reaches in a range of trees, in the order of the trees. Values are
 * compared as f64, left where value <= threshold.
 */

import type { Kernel } from "./kernel.js";
import { tree } from "./modules.js";

/**
 * walk(nodes, roots, leaves, k, treeBegin, treeEnd, data, kind, byteValues, cols, rows, rowBegin, rowEnd, out) -> DONE
 * - nodes: `NODE_BYTES` each: f64 threshold, i32 feature (-1: leaf), u32 right child counted from the tree's root, or the
 *   leaf's row in leaves; roots u32[trees]: first node of each tree; leaves f64[][k];
 * - data: row-major, kind BYTES (value byteValues f64[256] of the byte), FLOAT32 or FLOAT64; row i is row rows[i] of data, or
 *   i where rows is 0;
 * - out f64[][k]: for i in [rowBegin, rowEnd), out[i] += the leaf of each tree in [treeBegin, treeEnd).
 */
export const walk: Kernel = { module: tree, name: "walk" };

export const NODE_BYTES = 16;
