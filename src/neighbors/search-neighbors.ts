import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { BYTES, place, placeRows } from "../core/placed.js";
import { EUCLIDEAN, GROUP, MANHATTAN, nearest, scratchBytes } from "../kernels/neighbors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import type { NeighborsParams } from "./neighbors-params.js";

/** Pairs of cells that one call compares, and places in lists that it moves at worst: some ten milliseconds. */
const WORK = 1 << 25;
/** Nanoseconds a pair of cells. */
const COST = 0.3;

/** The nearest training rows of each query, nearest first; those as near in the order of their numbers. */
export interface Neighbors {
  readonly k: number;
  /** Queries x k. */
  readonly distances: Float64Array;
  /** Queries x k: numbers of training rows. */
  readonly indices: Uint32Array;
}

/**
 * The k nearest rows of the training table for each row of X, by brute force.
 * @throws InvalidDataError if a distance is beyond the range of f64
 */
export async function searchNeighbors(
  X: Matrix,
  training: Matrix,
  metric: NeighborsParams["metric"],
  k: number,
  ctx: RunContext,
): Promise<Neighbors> {
  const { pool, signal } = ctx;
  const { rows: n, cols } = X;
  const [queries, table] = [await place(X, ctx), await place(training, ctx)];
  const areBytes = [queries, table].every(({ kind }) => kind === BYTES) && X.scale === null && training.scale === null;
  const scope = pool.memory.scope();
  try {
    const rows = placeRows(X, scope);
    const [sums, indices] = [scope.alloc(8 * n * k), scope.alloc(4 * n * k)];
    const values = [queries.byteValues, table.byteValues].filter((block) => block !== null);
    const reads = [queries.cells, table.cells, rows, ...values];
    const groups = Math.max(1, Math.floor(WORK / (GROUP * training.rows * (cols + k))));
    const queriesAtOnce = groups * GROUP;
    const rowsAtOnce = Math.max(1, Math.floor(WORK / (GROUP * (cols + k))));
    const work = async (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * queriesAtOnce, Math.min(n, (i + 1) * queriesAtOnce)];
      const mine = [sums.part(8 * from * k, 8 * (to - from) * k), indices.part(4 * from * k, 4 * (to - from) * k)];
      for (let first = 0; first < training.rows; first += rowsAtOnce) {
        const last = Math.min(training.rows, first + rowsAtOnce);
        const args = [
          scratch.offset, metric === "euclidean" ? EUCLIDEAN : MANHATTAN, k,
          queries.cells.offset, queries.kind, queries.byteValues?.offset ?? 0, rows.offset, from, to,
          table.cells.offset, table.kind, table.byteValues?.offset ?? 0, cols, first, last, areBytes ? 1 : 0,
          sums.offset, indices.offset,
        ]; // biome-ignore format: one list
        const cost = (to - from) * (last - first) * cols * COST;
        await pool.run({ kernel: nearest, args, reads, writes: mine, scratch: [scratch], cost }, stop);
      }
    };
    const makeSlot = () => scope.alloc(scratchBytes(cols));
    for await (const _ of mapTasks(pool, Math.ceil(n / queriesAtOnce), makeSlot, work, signal));
    const distances = pool.memory.f64(sums).slice(0, n * k);
    if (metric === "euclidean") for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]!);
    requireDistances(distances, k);
    return { k, distances, indices: pool.memory.u32(indices).slice(0, n * k) };
  } finally {
    scope.free();
  }
}

function requireDistances(distances: Float64Array, k: number): void {
  const at = distances.indexOf(Number.POSITIVE_INFINITY);
  if (at < 0) return;
  const row = Math.floor(at / k);
  throw new InvalidDataError(
    `X holds values in row ${row} whose distance to training rows is beyond the range of f64; scale the features`,
    row,
  );
}

/** The first k of the neighbours of each query. */
export function firstOf({ k: all, distances, indices }: Neighbors, k: number): Neighbors {
  if (k === all) return { k, distances, indices };
  const n = distances.length / all;
  const out = { k, distances: new Float64Array(n * k), indices: new Uint32Array(n * k) };
  for (let i = 0; i < n; i++) {
    out.distances.set(distances.subarray(i * all, i * all + k), i * k);
    out.indices.set(indices.subarray(i * all, i * all + k), i * k);
  }
  return out;
}
