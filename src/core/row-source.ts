import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { KernelCall, Pool } from "../parallel/pool.js";
import type { RunContext } from "./estimator.js";
import { Matrix } from "./matrix.js";
import { type Placed, place } from "./placed.js";

/** A table's rows in the pool's memory, as kernels read them that walk trees. */
export interface RowSource extends Placed {
  /** u32 each: where each row lies among the cells; null: row i is the i-th. */
  readonly index: Block | null;
  /** All blocks that the source is made of. */
  readonly reads: readonly Block[];
}

/** Places the rows of X. */
export async function placeSource(X: Matrix, scope: Scope, ctx: RunContext): Promise<RowSource> {
  const table = isSmallPart(X) ? copyOf(X) : X;
  const placed = await place(table, ctx);
  const index = table.index === null ? null : scope.place(table.index);
  const reads = [placed.cells, placed.byteValues, index].filter((block) => block !== null);
  return { ...placed, index, reads };
}

/** A small part of a large table is copied; placing all of the table would cost more. */
export function isSmallPart(X: Matrix): boolean {
  return X.index !== null && 4 * X.rows < X.root.rows;
}

/** The same rows as a table of their own. */
export function copyOf(X: Matrix): Matrix {
  return new Matrix(X.data, X.rows, X.cols, { scale: X.scale });
}

/** Makes the call for each block of `blockRows` rows, in parallel. */
export async function inRowBlocks(
  pool: Pool,
  rows: number,
  blockRows: number,
  callOf: (from: number, to: number) => KernelCall,
  signal: AbortSignal,
): Promise<void> {
  const work = (i: number, _slot: null, stop: AbortSignal) =>
    pool.run(callOf(i * blockRows, Math.min(rows, (i + 1) * blockRows)), stop);
  for await (const _ of mapTasks(pool, Math.ceil(rows / blockRows), () => null, work, signal));
}
