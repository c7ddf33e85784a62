import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Kernel } from "../kernels/kernel.js";
import {
  functionDescriptor,
  gramPanels,
  gramScratchBytes,
  type KernelFunction,
  kernelDiagonal,
  kernelFromDots,
  strideOf,
} from "../kernels/svm-gram.js";
import { cacheLayout, type RowsAt, type Two, writeCache } from "../kernels/svm-solve.js";
import { F64, I16, packPanels, panelBytes, panelRows } from "../kernels/svm-vectors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Vectors } from "./vectors.js";

/** Where solvers find the rows of a kernel matrix: they do not know whether it is whole or made row by row. */
export interface KernelRows {
  readonly reads: readonly Block[];
  /** f32 by row: K(x, x). */
  readonly diagonal: Block;
  /** Bytes that a lane needs of its own. */
  readonly laneBytes: number;
  /** For a problem of these rows, to be solved with the lane's memory. */
  at(lane: Block, begin: Two, count: Two): RowsAt;
}

/** A square matrix in memory, its rows `stride` bytes apart. */
export interface SquareMatrix {
  readonly values: Block;
  readonly stride: number;
}

/** Dot products of all rows of a table with each other. */
export interface Dots extends SquareMatrix {
  readonly vectors: Vectors;
}

/** Nanoseconds of a kernel value, and of one line of its dot product. */
const VALUE_COST = 3;
const LINE_COST = 0.06;

/** Bytes of a matrix of so many rows. */
export const matrixBytes = (rows: number, each: 4 | 8): number => rows * strideOf(rows, each);

/** Dot products of all rows of a table; once within a top-level verb. */
export function dotsOf(table: object, vectors: Vectors, ctx: RunContext): Promise<Dots> {
  return ctx.workspace.memo(table, "dots", async () => {
    const { rows, kind } = vectors;
    const blocks = ctx.workspace.blocks(ctx.pool);
    const stride = strideOf(rows, kind === I16 ? 4 : 8);
    const values = blocks.alloc(rows * stride);
    const all = blocks.place(Uint32Array.from({ length: rows }, (_, row) => row));
    await inPanels(vectors, all, rows, 0, values, stride, null, ctx);
    return { values, stride, vectors };
  });
}

/** Dot products of the table's rows, if anybody has made them within this top-level verb. */
export function knownDots(table: object, ctx: RunContext): Promise<Dots> | undefined {
  return ctx.workspace.known(table, "dots");
}

/** The whole matrix K of the n rows `order` (u32 each), from their vectors or from their dot products. */
export async function wholeMatrix(
  vectors: Vectors,
  order: Block,
  n: number,
  fn: KernelFunction,
  dots: Dots | null,
  scope: Scope,
  ctx: RunContext,
): Promise<KernelRows> {
  const stride = strideOf(n, 4);
  const values = scope.alloc(n * stride);
  const descriptor = scope.place(functionDescriptor(fn, vectors.divisor));
  await inPanels(vectors, order, n, descriptor.offset, values, stride, dots, ctx, [descriptor]);
  return rowsOfMatrix({ values, stride }, await diagonalOf(vectors, order, n, descriptor, scope, ctx));
}

/** Rows of a matrix that is there. */
export function rowsOfMatrix({ values, stride }: SquareMatrix, diagonal: Block): KernelRows {
  const at = { matrix: values.offset, stride, diagonal: diagonal.offset };
  return { reads: [values, diagonal], diagonal, laneBytes: 0, at: () => at };
}

/** Rows of the same matrix that are made when they are needed; of `laneBytes` each lane keeps those that it used last. */
export async function cachedRows(
  vectors: Vectors,
  order: Block,
  n: number,
  fn: KernelFunction,
  laneBytes: number,
  scope: Scope,
  ctx: RunContext,
): Promise<KernelRows> {
  const { pool, signal } = ctx;
  const descriptor = scope.place(functionDescriptor(fn, vectors.divisor));
  const each = panelBytes(vectors.lines);
  const count = Math.ceil(n / panelRows(vectors.kind));
  const panels = scope.alloc(count * each);
  const pack = (p: number, _slot: null, stop: AbortSignal) => {
    const args = [vectors.descriptor.offset, order.offset, n, p, p + 1, panels.offset];
    const writes = [panels.part(p * each, each)];
    return pool.run({ kernel: packPanels, args, reads: [order, ...vectors.reads], writes, cost: each / 2 }, stop);
  };
  for await (const _ of mapTasks(pool, count, () => null, pack, signal));
  const diagonal = await diagonalOf(vectors, order, n, descriptor, scope, ctx);
  const at = (lane: Block, begin: Two, counts: Two): RowsAt => {
    const layout = cacheLayout(vectors.kind, n, begin, counts, lane.bytes);
    writeCache(pool.memory.u32(lane), lane.offset, layout, {
      vectors: vectors.descriptor.offset,
      order: order.offset,
      fn: descriptor.offset,
      panels: panels.offset,
      rows: n,
    });
    return { cache: lane.offset, offsets: layout.offsets, diagonal: diagonal.offset };
  };
  return { reads: [descriptor, panels, order, diagonal, ...vectors.reads], diagonal, laneBytes, at };
}

async function diagonalOf(
  vectors: Vectors,
  order: Block,
  n: number,
  fn: Block,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<Block> {
  const diagonal = scope.alloc(4 * n);
  const scratch = scope.alloc(gramScratchBytes(0));
  const args = [scratch.offset, vectors.descriptor.offset, order.offset, n, fn.offset, diagonal.offset];
  const reads = [order, fn, ...vectors.reads];
  await pool.run(
    { kernel: kernelDiagonal, args, reads, writes: [diagonal], scratch: [scratch], cost: 100 * n },
    signal,
  );
  const values = pool.memory.f32(diagonal);
  const row = values.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) {
    throw new InvalidDataError(
      `the kernel of row ${pool.memory.u32(order)[row]} of X with itself is ${values[row]} in 32 bits; scale the features, or lower gamma, coef0 or degree`,
    );
  }
  return diagonal;
}

/** Computes a square matrix, panel by panel. */
async function inPanels(
  vectors: Vectors,
  order: Block,
  n: number,
  fn: number,
  out: Block,
  stride: number,
  dots: Dots | null,
  { pool, signal }: RunContext,
  more: readonly Block[] = [],
): Promise<void> {
  const { kind, lines } = vectors;
  const width = panelRows(kind);
  const panels = Math.ceil(n / width);
  const reads = [order, ...more, ...vectors.reads, ...(dots === null ? [] : [dots.values])];
  const kernel: Kernel = dots === null ? gramPanels : kernelFromDots;
  const each = dots === null ? VALUE_COST + lines * LINE_COST * (kind === F64 ? 2 : 1) : 2 * VALUE_COST;
  // Panels write to all of the matrix, never two of them to the same place; workers that have memories of their own would
  // each send all of it back, so one of them does the whole.
  const atOnce = pool.width > 1 && !pool.memory.shared ? panels : 1;
  const scope = pool.memory.scope();
  try {
    const makeSlot = () => scope.alloc(gramScratchBytes(lines));
    const work = (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * atOnce, Math.min(panels, (i + 1) * atOnce)];
      const args = [scratch.offset, vectors.descriptor.offset, order.offset, n, from, to, fn, out.offset, stride];
      if (dots !== null) args.push(dots.values.offset, dots.stride);
      const cost = (n - from * width) * (to - from) * width * each;
      return pool.run({ kernel, args, reads, writes: [out], scratch: [scratch], cost }, stop);
    };
    for await (const _ of mapTasks(pool, Math.ceil(panels / atOnce), makeSlot, work, signal));
  } finally {
    scope.free();
  }
}
