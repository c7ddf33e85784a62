import { addProducts, BLOCK_ROWS, scratchBytes, TILE, tilesOf } from "../kernels/cross-products.js";
import type { RunContext } from "./estimator.js";
import { Matrix } from "./matrix.js";
import {
  type Centre,
  placeWeighted,
  shiftOf,
  sumOverRows,
  tableArgs,
  uncentred,
  type WeightedRows,
} from "./weighted-rows.js";
import { Workspace } from "./workspace.js";

/** Nanoseconds for a row of a tile, and for a cell. */
const COST = { tile: 1.6, cell: 1.5 };

/** The dot products of the centred columns (the extra one last), times the weights, each with each: the lower triangle. */
export async function crossProducts(
  rows: WeightedRows,
  centre: Centre,
  ctx: RunContext,
): Promise<readonly Float64Array[]> {
  const { total, mean } = centre;
  const shift = shiftOf(centre);
  const tiles = await tilesOfProducts(rows, shift, ctx);
  const left = mean.map((value, j) => value - shift[j]!);
  return Array.from(mean, (_, i) => rowOf(i, tiles, total, left));
}

function rowOf(i: number, tiles: Float64Array, total: number, left: Float64Array): Float64Array {
  const row = new Float64Array(i + 1);
  for (let j = 0; j <= i; j++) row[j] = tiles[cellOf(i, j)]! - total * left[i]! * left[j]!;
  return row;
}

/** Where the product of columns i and j stands among the tiles. */
function cellOf(i: number, j: number): number {
  const tile = tilesOf(i - (i % TILE)) + Math.floor(j / TILE);
  return TILE * (TILE * tile + (i % TILE)) + (j % TILE);
}

/** The products of the shifted columns. */
async function tilesOfProducts(rows: WeightedRows, shift: Float64Array, ctx: RunContext): Promise<Float64Array> {
  const { cols, roots, extra } = rows;
  const tiles = tilesOf(shift.length);
  const scope = ctx.pool.memory.scope();
  try {
    const shifts = scope.place(shift);
    const at = [...tableArgs(rows), shifts.offset, roots?.offset ?? 0, extra?.offset ?? 0];
    return await sumOverRows(
      rows,
      {
        kernel: addProducts,
        reads: [shifts],
        length: TILE * TILE * tiles,
        scratchBytes: scratchBytes(shift.length),
        rowsAtOnce: rowsOfChunk(tiles),
        cost: COST.tile * tiles + COST.cell * cols,
        args: (from, to, { progress, scratch, out }) => [progress.offset, scratch.offset, ...at, from, to, out.offset],
      },
      ctx,
    );
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
