import { addProducts, BLOCK_ROWS, scratchBytes, TILE, tilesOf } from "../kernels/cross-products.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { RunContext } from "./estimator.js";
import { Matrix } from "./matrix.js";
import { blocksOf, placeWeighted, type WeightedRows } from "./weighted-rows.js";
import { Workspace } from "./workspace.js";

/** What the columns are centred about, the extra one last. */
export interface Centre {
  /** Weight of all rows. */
  readonly total: number;
  readonly mean: Float64Array;
  /** The part of the weight that lies in values of 0. */
  readonly zeros: Float64Array;
}

/** Of columns that stay where they are. */
export const uncentred = (columns: number): Centre => ({
  total: 0,
  mean: new Float64Array(columns),
  zeros: new Float64Array(columns),
});

/** Where so much of a column is 0, its zeros stay zeros, and the mean is taken into account afterwards. */
const MANY_ZEROS = 0.25;
/** Nanoseconds for a row of a tile, and for a cell. */
const COST = { tile: 1.6, cell: 1.5 };

/**
 * The dot products of the centred columns, times the weights, each with each: the lower triangle.
 *
 * A column of many zeros is not centred, so that the zeros cost nothing: sum (x - m) (y - n) = sum x y - W m n for a total weight W.
 * If the part z of the weight is 0, m^2 W <= (1 - z) sum x^2 (Cauchy and Schwarz), so that the difference is z sum x^2 at least:
 * no more than two bits are lost where z >= 1/4.
 */
export async function crossProducts(
  rows: WeightedRows,
  { total, mean, zeros }: Centre,
  ctx: RunContext,
): Promise<readonly Float64Array[]> {
  const shift = mean.map((value, j) => (zeros[j]! >= MANY_ZEROS ? 0 : value));
  const tiles = await tilesOfProducts(rows, shift, ctx);
  const left = mean.map((value, j) => value - shift[j]!);
  return Array.from(mean, (_, i) => {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) row[j] = tiles[cellOf(i, j)]! - total * left[i]! * left[j]!;
    return row;
  });
}

/** Where the product of columns i and j stands among the tiles. */
function cellOf(i: number, j: number): number {
  const tile = tilesOf(i - (i % TILE)) + Math.floor(j / TILE);
  return TILE * (TILE * tile + (i % TILE)) + (j % TILE);
}

/** The products of the shifted columns, summed up chunk by chunk of rows. */
async function tilesOfProducts(rows: WeightedRows, shift: Float64Array, ctx: RunContext): Promise<Float64Array> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { table, cols, count, roots, extra } = rows;
  const tiles = tilesOf(shift.length);
  const rowsAtOnce = rowsOfChunk(tiles);
  const scope = memory.scope();
  try {
    const shifts = scope.place(shift);
    const makeSlot = () => ({
      progress: scope.alloc(8),
      scratch: scope.alloc(scratchBytes(shift.length)),
      sums: scope.alloc(8 * TILE * TILE * tiles),
    });
    const work = async (i: number, { progress, scratch, sums }: ReturnType<typeof makeSlot>, stop: AbortSignal) => {
      memory.u8(progress).fill(0);
      const [from, to] = [i * rowsAtOnce, Math.min(count, (i + 1) * rowsAtOnce)];
      const args = [
        progress.offset, scratch.offset, table.cells.offset, table.kind, table.byteValues?.offset ?? 0, rows.rows.offset, cols,
        shifts.offset, roots?.offset ?? 0, extra?.offset ?? 0, from, to, sums.offset,
      ]; // biome-ignore format: one list
      const reads = [...blocksOf(rows), shifts];
      const cost = (to - from) * (COST.tile * tiles + COST.cell * cols);
      await pool.run({ kernel: addProducts, args, reads, writes: [progress, sums], scratch: [scratch], cost }, stop);
      return memory.f64(sums).slice(0, TILE * TILE * tiles);
    };
    const all = new Float64Array(TILE * TILE * tiles);
    for await (const part of mapTasks(pool, Math.ceil(count / rowsAtOnce), makeSlot, work, signal)) {
      for (let k = 0; k < all.length; k++) all[k]! += part[k]!;
    }
    return all;
  } finally {
    scope.free();
  }
}

/** Rows of a chunk: some ten milliseconds of work, and no fewer than make up for adding its sums to those of the others. */
function rowsOfChunk(tiles: number): number {
  const blocks = Math.ceil((1 << 24) / (tiles * BLOCK_ROWS));
  return BLOCK_ROWS * Math.min(256, Math.max(16, blocks));
}

/** The dot products of vectors of one length, as they are: the lower triangle. */
export async function dotProducts(vectors: readonly Float64Array[], ctx: RunContext): Promise<readonly Float64Array[]> {
  const [rows, cols] = [vectors[0]!.length, vectors.length];
  const data = new Float64Array(rows * cols);
  for (const [j, vector] of vectors.entries()) for (let i = 0; i < rows; i++) data[i * cols + j] = vector[i]!;
  const workspace = new Workspace();
  const scope = ctx.pool.memory.scope();
  try {
    const table = new Matrix(data, rows, cols);
    const placed = await placeWeighted(table, null, null, scope, { ...ctx, workspace });
    return await crossProducts(placed, uncentred(cols), ctx);
  } finally {
    scope.free();
    workspace.close();
  }
}
