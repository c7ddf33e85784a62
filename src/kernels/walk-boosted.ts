/**
 * Walking rows down boosted trees.
 *
 * Problem: for each row, add the values of the leaves that it reaches in a range of trees, in f32 and in the order of the
 * trees, each to the output that the tree belongs to. Rows go left where value < threshold, both rounded to f32; where the
 * value is missing (NaN) they go to the node's default side.
 */

import type { Kernel } from "./kernel.js";
import { boosting } from "./modules.js";

/**
 * walkBoosted(nodes, roots, outputs, treeBegin, treeEnd, data, kind, cols, rows, n, rowBegin, rowEnd, margins) -> DONE
 * - nodes: `NODE_BYTES` each, a node's left child is the next node:
 *   - [0] of tables FLOAT32 and FLOAT64: f32 threshold; of BYTES: u32, the least byte that goes right;
 *   - [4] u32: feature, + `DEFAULT_RIGHT` where missing values go right;
 *   - [8] i32: bytes from the left child to the right one;
 *   - [12] f32: value of a leaf.
 *   In a leaf all rows stay where they are: threshold -Infinity (BYTES: 0), feature `LEAF`, -`NODE_BYTES` to the right child.
 * - roots u32[trees]: first node of each tree; tree t belongs to output t mod outputs;
 * - data: row-major, kind BYTES, FLOAT32 or FLOAT64; row i is row rows[i] of data, or i where rows is 0;
 * - margins f32[outputs][n]: added to for rows [rowBegin, rowEnd).
 */
export const walkBoosted: Kernel = { module: boosting, name: "walkBoosted" };

export const NODE_BYTES = 16;
export const DEFAULT_RIGHT = 0x40000000;
export const LEAF = 0xc0000000;
