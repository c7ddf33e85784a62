import { columnSums } from "../kernels/cross-products.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import { requireFinite } from "./by-row.js";
import type { RunContext } from "./estimator.js";
import type { Matrix } from "./matrix.js";
import { type Placed, place, placeRows } from "./placed.js";

/** Rows of a table in the pool's memory, those that weigh nothing left out. */
export interface WeightedRows {
  readonly table: Placed;
  readonly cols: number;
  readonly count: number;
  /** u32: numbers of the rows in the table. */
  readonly rows: Block;
  /** f64 by position; null where all weigh 1. */
  readonly weights: Block | null;
  /** Roots of the weights, likewise. */
  readonly roots: Block | null;
  /** A further column, f64 by position; null for none. */
  readonly extra: Block | null;
}

/** Puts the rows of X, and a column that goes along with them, into the pool's memory. */
export async function placeWeighted(
  X: Matrix,
  weight: Float64Array | null,
  extra: Float64Array | null,
  scope: Scope,
  ctx: RunContext,
): Promise<WeightedRows> {
  const table = await place(X, ctx);
  const [cols, placed] = [X.cols, (values: Float64Array | null) => values && scope.place(values)];
  if (weight === null) {
    const rows = placeRows(X, scope);
    return { table, cols, count: X.rows, rows, weights: null, roots: null, extra: placed(extra) };
  }
  const kept = positionsOf(weight);
  const of = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
  return {
    table,
    cols,
    count: kept.length,
    rows: scope.place(X.index === null ? kept : kept.map((row) => X.index![row]!)),
    weights: placed(of(weight)),
    roots: placed(of(weight).map(Math.sqrt)),
    extra: extra && placed(of(extra)),
  };
}

/** Where the weights are not 0. */
function positionsOf(weight: Float64Array): Uint32Array {
  const positions = new Uint32Array(weight.length);
  let count = 0;
  for (let row = 0; row < weight.length; row++) if (weight[row] !== 0) positions[count++] = row;
  return positions.subarray(0, count);
}

/** The blocks that a kernel reads of the rows. */
export const blocksOf = ({ table, rows, weights, roots, extra }: WeightedRows): readonly Block[] =>
  [table.cells, table.byteValues, rows, weights, roots, extra].filter((block) => block !== null);

/** What is known of the columns. */
export interface ColumnCentre {
  /** Weight of all rows. */
  readonly total: number;
  readonly mean: Float64Array;
  /** By column: the part of the weight that lies in values of 0. */
  readonly zeros: Float64Array;
}

/** Cells that one call goes through: about a millisecond. */
const WORK = 1 << 20;
/** Nanoseconds a cell. */
const COST = 1.2;

/**
 * The weighted means of the columns, and how much of them is 0.
 * @throws InvalidDataError for a column whose sum is beyond the range of f64
 */
export async function columnCentre(rows: WeightedRows, owner: string, ctx: RunContext): Promise<ColumnCentre> {
  const { pool, signal } = ctx;
  const { table, cols, count, weights } = rows;
  const rowsAtOnce = Math.max(1, Math.floor(WORK / cols));
  const scope = pool.memory.scope();
  const work = async (i: number, out: Block, stop: AbortSignal) => {
    const [from, to] = [i * rowsAtOnce, Math.min(count, (i + 1) * rowsAtOnce)];
    const at = [table.cells.offset, table.kind, table.byteValues?.offset ?? 0, rows.rows.offset];
    const args = [...at, cols, weights?.offset ?? 0, from, to, out.offset];
    await pool.run(
      { kernel: columnSums, args, reads: blocksOf(rows), writes: [out], cost: COST * (to - from) * cols },
      stop,
    );
    return pool.memory.f64(out).slice(0, 2 * cols);
  };
  const sums = new Float64Array(2 * cols);
  try {
    const tasks = mapTasks(pool, Math.ceil(count / rowsAtOnce), () => scope.alloc(16 * cols), work, signal);
    for await (const part of tasks) for (let j = 0; j < sums.length; j++) sums[j]! += part[j]!;
  } finally {
    scope.free();
  }
  const total = weights === null ? count : pool.memory.f64(weights).reduce((sum, weight) => sum + weight, 0);
  const mean = sums.subarray(0, cols).map((sum) => sum / total);
  const zeros = sums.subarray(cols).map((zero) => zero / total);
  requireFinite(new Float64Array(cols).fill(total), owner, mean);
  return { total, mean, zeros };
}
