import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place, placeRows } from "../core/placed.js";
import { GROUP } from "../kernels/neighbors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import { comparisonWith } from "./compare-rows.js";
import type { NeighborsParams } from "./neighbors-params.js";

/** Nanoseconds that one call takes, and as many times more as data can make it. */
const TIME = 2e7;
/** Bytes that the values of a call's queries take at most. */
const QUERY_BYTES = 1 << 23;
/** Calls that queries are divided among at least, so that all workers end at about the same time; but none takes less time than this. */
const PARTS = 8;
const LEAST_TIME = 2e5;

/** The nearest training rows of each query, nearest first; those as near in the order of their numbers. */
export interface Neighbors {
  readonly k: number;
  /** Queries x k. */
  readonly distances: Float64Array;
  /** Queries x k: numbers of training rows. */
  readonly indices: Uint32Array;
}

/**
 * The k nearest rows of the training table for each row of X. What is made of the training rows is kept by the workspace of `own`.
 * @throws InvalidDataError if a distance is beyond the range of f64
 */
export async function searchNeighbors(
  X: Matrix,
  training: Matrix,
  metric: NeighborsParams["metric"],
  k: number,
  ctx: RunContext,
  own: RunContext,
): Promise<Neighbors> {
  const { pool, signal } = ctx;
  const { rows: n, cols } = X;
  const queries = await place(X, ctx);
  const comparison = await comparisonWith(training, metric, k, n, own.workspace === ctx.workspace.ofModels, own);
  const { kernel, units, timeOfUnit } = comparison;
  const scope = pool.memory.scope();
  try {
    const rows = placeRows(X, scope);
    const places = await comparison.arrange(queries, rows, n, ctx);
    if (places !== null) {
      const numbers = pool.memory.u32(rows).slice();
      const arranged = pool.memory.u32(rows);
      for (let i = 0; i < n; i++) arranged[i] = numbers[places[i]!]!;
    }
    const [sums, indices] = [scope.alloc(8 * n * k), scope.alloc(4 * n * k)];
    const values = queries.byteValues === null ? [] : [queries.byteValues];
    const reads = [queries.cells, rows, ...values, ...comparison.reads];
    const timeOfQuery = units * timeOfUnit;
    const most = Math.min(TIME / timeOfQuery, QUERY_BYTES / (8 * cols), Math.max(n / PARTS, LEAST_TIME / timeOfQuery));
    const queriesAtOnce = GROUP * Math.max(1, Math.floor(most / GROUP));
    const unitsAtOnce = Math.max(1, Math.floor(TIME / (queriesAtOnce * timeOfUnit)));
    const work = async (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * queriesAtOnce, Math.min(n, (i + 1) * queriesAtOnce)];
      const writes = [sums.part(8 * from * k, 8 * (to - from) * k), indices.part(4 * from * k, 4 * (to - from) * k)];
      for (let first = 0; first < units; first += unitsAtOnce) {
        const last = Math.min(units, first + unitsAtOnce);
        const args = [
          scratch.offset, k, queries.cells.offset, queries.kind, queries.byteValues?.offset ?? 0, rows.offset, from, to,
          ...comparison.args(first, last), sums.offset, indices.offset,
        ]; // biome-ignore format: one list
        const cost = (to - from) * (last - first) * timeOfUnit;
        await pool.run({ kernel, args, reads, writes, scratch: [scratch], cost }, stop);
      }
    };
    const makeSlot = () => scope.alloc(comparison.scratchBytes(Math.min(n, queriesAtOnce)));
    for await (const _ of mapTasks(pool, Math.ceil(n / queriesAtOnce), makeSlot, work, signal));
    const distances = inOrder(pool.memory.f64(sums).slice(0, n * k), places, k);
    if (metric === "euclidean") for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]!);
    requireDistances(distances, k);
    return { k, distances, indices: inOrder(pool.memory.u32(indices).slice(0, n * k), places, k) };
  } finally {
    scope.free();
  }
}

/** The lists of the queries, which are in the order of `places`, in the order of the queries themselves. */
function inOrder<T extends Float64Array | Uint32Array>(lists: T, places: Uint32Array | null, k: number): T {
  if (places === null) return lists;
  const out = lists.slice() as T;
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    for (let j = 0; j < k; j++) out[place * k + j] = lists[i * k + j]!;
  }
  return out;
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
