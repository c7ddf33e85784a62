import { columnSums } from "../kernels/cross-products.js";
import type { Kernel } from "../kernels/kernel.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import { requireFinite } from "./by-row.js";
import type { RunContext } from "./estimator.js";
import type { Matrix } from "./matrix.js";
import { type Placed, place, placeRows } from "./placed.js";
import { addTo } from "./vectors.js";

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
const blocksOf = ({ table, rows, weights, roots, extra }: WeightedRows): readonly Block[] =>
  [table.cells, table.byteValues, rows, weights, roots, extra].filter((block) => block !== null);

/** How a kernel is called for some of the rows. */
interface SumOverRows {
  readonly kernel: Kernel;
  /** Blocks that it reads besides those of the rows. */
  readonly reads?: readonly Block[];
  /** Numbers that it writes for each chunk of rows; those of all chunks are added up in order. */
  readonly length: number;
  readonly scratchBytes?: number;
  readonly rowsAtOnce: number;
  /** Nanoseconds a row. */
  readonly cost: number;
  /** `progress` has 8 bytes of 0. */
  args(from: number, to: number, blocks: Readonly<Record<"progress" | "scratch" | "out", Block>>): readonly number[];
}

/** The sums that a kernel makes of all rows, chunk by chunk. */
export async function sumOverRows(rows: WeightedRows, call: SumOverRows, ctx: RunContext): Promise<Float64Array> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { kernel, length, rowsAtOnce } = call;
  const reads = [...blocksOf(rows), ...(call.reads ?? [])];
  const scope = memory.scope();
  const makeSlot = () => ({
    progress: scope.alloc(8),
    scratch: scope.alloc(call.scratchBytes ?? 0),
    out: scope.alloc(8 * length),
  });
  const work = async (i: number, blocks: ReturnType<typeof makeSlot>, stop: AbortSignal) => {
    const { progress, scratch, out } = blocks;
    memory.u8(progress).fill(0);
    const [from, to] = [i * rowsAtOnce, Math.min(rows.count, (i + 1) * rowsAtOnce)];
    const writes = [progress, out];
    const args = call.args(from, to, blocks);
    await pool.run({ kernel, args, reads, writes, scratch: [scratch], cost: call.cost * (to - from) }, stop);
    return memory.f64(out).slice(0, length);
  };
  try {
    const all = new Float64Array(length);
    for await (const some of mapTasks(pool, Math.ceil(rows.count / rowsAtOnce), makeSlot, work, signal))
      addTo(all, some);
    return all;
  } finally {
    scope.free();
  }
}

/** Where a kernel finds the rows' table: its first arguments after its scratch. */
export const tableArgs = ({ table, rows, cols }: WeightedRows): readonly number[] => [
  table.cells.offset,
  table.kind,
  table.byteValues?.offset ?? 0,
  rows.offset,
  cols,
];

/** What the columns are centred about. */
export interface Centre {
  /** Weight of all rows. */
  readonly total: number;
  readonly mean: Float64Array;
  /** By column: the part of the weight that lies in values of 0. */
  readonly zeros: Float64Array;
}

/** Of columns that stay where they are. */
export const uncentred = (columns: number): Centre => ({
  total: 0,
  mean: new Float64Array(columns),
  zeros: new Float64Array(columns),
});

/** Where so much of a column is 0, it stays as it is, and the mean is taken into account afterwards. */
const MANY_ZEROS = 0.25;

/**
 * What is subtracted from the values before they are multiplied: their means, but where many of them are 0, which shall cost
 * nothing. sum (x - m) (y - n) is then made of sum x y - W m n for a total weight W. If the part z of the weight lies in zeros,
 * m^2 W <= (1 - z) sum x^2 (Cauchy and Schwarz), so that the difference is z sum x^2 at least: no more than two bits are lost where
 * z >= 1/4.
 */
export const shiftOf = ({ mean, zeros }: Centre): Float64Array =>
  mean.map((value, j) => (zeros[j]! >= MANY_ZEROS ? 0 : value));

/** Cells that one call goes through: about a millisecond. */
const WORK = 1 << 20;
/** Nanoseconds a cell. */
const COST = 1.2;

/** Rows of a chunk for kernels that go through each cell once. */
export const rowsOfWork = (cols: number): number => Math.max(1, Math.floor(WORK / cols));

/**
 * The weighted means of the columns, and how much of them is 0.
 * @throws InvalidDataError for a column whose sum is beyond the range of f64
 */
export async function centreOf(rows: WeightedRows, owner: string, ctx: RunContext): Promise<Centre> {
  const { cols, count, weights } = rows;
  const sums = await sumOverRows(
    rows,
    {
      kernel: columnSums,
      length: 2 * cols,
      rowsAtOnce: rowsOfWork(cols),
      cost: COST * cols,
      args: (from, to, { out }) => [...tableArgs(rows), weights?.offset ?? 0, from, to, out.offset],
    },
    ctx,
  );
  const total = weights === null ? count : ctx.pool.memory.f64(weights).reduce((sum, weight) => sum + weight, 0);
  const mean = sums.subarray(0, cols).map((sum) => sum / total);
  const zeros = sums.subarray(cols).map((zero) => zero / total);
  requireFinite(new Float64Array(cols).fill(total), owner, mean);
  return { total, mean, zeros };
}
