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
import {
  padded,
  ROWS_ROOM,
  type RowSource,
  type RowsAt,
  type Run,
  rowsDescriptor,
  type Two,
} from "../kernels/svm-solve.js";
import { F64, I16, packPanels, panelBytes, panelRows } from "../kernels/svm-vectors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Layout } from "./segments.js";
import type { Vectors } from "./vectors.js";

/** Where solvers find the rows of a kernel matrix: they do not know whether it is whole or made row by row. */
export interface KernelRows {
  readonly reads: readonly Block[];
  /** What problems add to as they go, all of them the same. */
  readonly writes: readonly Block[];
  /** Bytes that a lane needs of its own; 0 for none. */
  readonly laneBytes: number;
  /** For a problem of these two segments, to be solved with the lane's memory. */
  at(lane: Block, segments: Two): RowsAt;
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

/** Kernel values of the rows order[..] of vectors, as the layout has them. */
export interface KernelProblem {
  readonly vectors: Vectors;
  /** u32 by row of the layout. */
  readonly order: Block;
  readonly layout: Layout;
  readonly fn: KernelFunction;
  readonly dots: Dots | null;
}

/** Nanoseconds of a kernel value, and of one line of its dot product. */
const VALUE_COST = 4;
const LINE_COST = 0.06;
/** Rows are made as they are needed as long as a problem needs less than this part of its rows. */
const MOST_MADE = 0.45;

/** Kernel values must be smaller, since solvers add up four of them in 32 bits. */
export const TOO_LARGE = 2 ** 125;

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
    await inPanels({ vectors, order: all, dots: null }, rows, null, { values, stride }, ctx);
    return { values, stride, vectors };
  });
}

/** Dot products of the table's rows, if anybody has made them within this top-level verb. */
export function knownDots(table: object, ctx: RunContext): Promise<Dots> | undefined {
  return ctx.workspace.known(table, "dots");
}

/** Rows of a matrix that is there. */
export function rowsOfMatrix({ values, stride }: SquareMatrix, diagonal: Block, { begins }: Layout): KernelRows {
  const at = (_lane: Block, segments: Two): RowsAt => {
    const begin = pick(begins, segments);
    const offsets: Two = [4 * begin[0], 4 * begin[1]];
    return { matrix: values.offset, stride, rows: 0, diagonal: diagonal.offset, begin, offsets };
  };
  return { reads: [values, diagonal], writes: [], laneBytes: 0, at };
}

/** The whole matrix, half of it computed and mirrored. */
export async function wholeMatrix(problem: KernelProblem, scope: Scope, ctx: RunContext): Promise<KernelRows> {
  const { rows } = problem.layout;
  const fn = scope.place(functionDescriptor(problem.fn, problem.vectors.divisor));
  const matrix = { values: scope.alloc(matrixBytes(rows, 4)), stride: strideOf(rows, 4) };
  await inPanels(problem, rows, fn, matrix, ctx);
  return rowsOfMatrix(matrix, await diagonalOf(problem, fn, scope, ctx), problem.layout);
}

/** Room for the whole matrix, which problems fill as far as they need. */
export async function neededRows(problem: KernelProblem, scope: Scope, ctx: RunContext): Promise<KernelRows> {
  const { rows, begins } = problem.layout;
  const blocks = begins.length;
  const made = await rowMaking(problem, scope, ctx);
  const matrix = { values: scope.alloc(matrixBytes(rows, 4)), stride: strideOf(rows, 4) };
  const marks = scope.zeros(rows * blocks);
  const votes = scope.zeros(4);
  const { memory } = ctx.pool;
  const at = (lane: Block, segments: Two): RowsAt => {
    const begin = pick(begins, segments);
    const offsets: Two = [4 * begin[0], 4 * begin[1]];
    const limit = Math.max(1, Math.ceil(MOST_MADE * segments.reduce((sum, s) => sum + sizeOf(problem.layout, s), 0)));
    const keeper = {
      marks: marks.offset,
      blocks,
      votes: votes.offset,
      limit,
      matrix: matrix.values.offset,
      stride: matrix.stride,
    };
    memory.u32(lane).set(rowsDescriptor(lane.offset, made.source, keeper, made.runs(segments, offsets)));
    return { matrix: 0, stride: 0, rows: lane.offset, diagonal: made.diagonal.offset, begin, offsets };
  };
  return { reads: made.reads, writes: [matrix.values, marks, votes], laneBytes: ROWS_ROOM, at };
}

/** Rows that are made when they are needed; of `laneBytes` each lane keeps those that it used last. */
export async function cachedRows(
  problem: KernelProblem,
  laneBytes: number,
  scope: Scope,
  ctx: RunContext,
): Promise<KernelRows> {
  const { rows, begins } = problem.layout;
  const made = await rowMaking(problem, scope, ctx);
  /** Whose rows each lane holds: the next problem of the same segments finds them there. */
  const held = new Map<Block, string>();
  const at = (lane: Block, segments: Two): RowsAt => {
    const isTwice = segments[0] === segments[1];
    const first = sizeOf(problem.layout, segments[0]);
    const stride = 4 * (first + (isTwice ? 0 : sizeOf(problem.layout, segments[1])));
    const offsets: Two = [0, isTwice ? 0 : 4 * first];
    const slotOf = ROWS_ROOM;
    const uses = slotOf + 8 * Math.ceil(rows / 2);
    const slots = Math.min(rows, Math.floor((lane.bytes - uses - BEYOND) / (stride + 8)));
    const matrix = lane.offset + uses + 8 * slots;
    const keeper = { slots, slotOf: lane.offset + slotOf, uses: lane.offset + uses, matrix, stride };
    if (held.get(lane) !== segments.join()) {
      const words = ctx.pool.memory.u32(lane);
      words.set(rowsDescriptor(lane.offset, made.source, keeper, made.runs(segments, offsets)));
      words.fill(0, slotOf / 4, slotOf / 4 + rows);
      held.set(lane, segments.join());
    }
    return {
      matrix: 0,
      stride: 0,
      rows: lane.offset,
      diagonal: made.diagonal.offset,
      begin: pick(begins, segments),
      offsets,
    };
  };
  const bytes = Math.max(laneBytes, leastLaneBytes(rows));
  return { reads: made.reads, writes: [], laneBytes: bytes, at };
}

/** Solvers read up to three values beyond a segment. */
const BEYOND = 64;

/** Bytes of a lane that can keep two rows of any problem, which is the least that solvers need. */
const leastLaneBytes = (rows: number): number => ROWS_ROOM + 8 * Math.ceil(rows / 2) + BEYOND + 2 * (4 * rows + 8);

const pick = (values: readonly number[], [a, b]: Two): Two => [values[a]!, values[b]!];

const sizeOf = ({ begins, rows }: Layout, segment: number): number => (begins[segment + 1] ?? rows) - begins[segment]!;

/** What rows are made of: packed panels of each segment, or dot products. */
async function rowMaking(problem: KernelProblem, scope: Scope, ctx: RunContext) {
  const { vectors, order, layout, dots } = problem;
  const { pool, signal } = ctx;
  const fn = scope.place(functionDescriptor(problem.fn, vectors.divisor));
  const each = panelBytes(vectors.lines);
  const width = panelRows(vectors.kind);
  const counts = layout.begins.map((_, s) => (dots === null ? Math.ceil(sizeOf(layout, s) / width) : 0));
  const firsts = counts.map((_, s) => counts.slice(0, s).reduce((sum, count) => sum + count, 0));
  const panels = scope.alloc(each * counts.reduce((sum, count) => sum + count, 0));
  const pack = (s: number, _slot: null, stop: AbortSignal) => {
    const mine = panels.part(each * firsts[s]!, each * counts[s]!);
    const from = order.part(4 * layout.begins[s]!, 4 * sizeOf(layout, s));
    const args = [vectors.descriptor.offset, from.offset, sizeOf(layout, s), 0, counts[s]!, mine.offset];
    const reads = [order, ...vectors.reads];
    return pool.run({ kernel: packPanels, args, reads, writes: [mine], cost: mine.bytes / 2 }, stop);
  };
  if (dots === null) for await (const _ of mapTasks(pool, counts.length, () => null, pack, signal));
  const diagonal = await diagonalOf(problem, fn, scope, ctx);
  const source: RowSource = {
    vectors: vectors.descriptor.offset,
    order: order.offset,
    fn: fn.offset,
    dots: dots?.values.offset ?? 0,
    dotsStride: dots?.stride ?? 0,
  };
  const run = (block: number, at: number, isNeeded: boolean): Run => ({
    block,
    begin: layout.begins[block]!,
    columns: isNeeded ? padded(sizeOf(layout, block)) : 0,
    at,
    panels: panels.offset + each * firsts[block]!,
  });
  const runs = ([first, second]: Two, [at, then]: Two) =>
    [run(first, at, true), run(second, then, second !== first)] as const;
  const reads = [fn, panels, order, diagonal, ...vectors.reads, ...(dots === null ? [] : [dots.values])];
  return { source, runs, reads, diagonal, fn };
}

/** K(x, x) of each row. */
async function diagonalOf(
  { vectors, order, layout }: KernelProblem,
  fn: Block,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<Block> {
  const { rows } = layout;
  const diagonal = scope.alloc(4 * rows);
  const scratch = scope.alloc(gramScratchBytes(0));
  const args = [scratch.offset, vectors.descriptor.offset, order.offset, rows, fn.offset, diagonal.offset];
  const reads = [order, fn, ...vectors.reads];
  const cost = 100 * rows;
  await pool.run({ kernel: kernelDiagonal, args, reads, writes: [diagonal], scratch: [scratch], cost }, signal);
  const values = pool.memory.f32(diagonal);
  const row = values.findIndex((value) => !(Math.abs(value) < TOO_LARGE));
  if (row >= 0) {
    throw new InvalidDataError(
      `the kernel of row ${pool.memory.u32(order)[row]} of X with itself is ${values[row]}, too large for 32 bits; scale the features, or lower gamma, coef0 or degree`,
    );
  }
  return diagonal;
}

/** Computes a square matrix of kernel values, or of dot products where there is no function, panel by panel. */
async function inPanels(
  { vectors, order, dots }: Pick<KernelProblem, "vectors" | "order" | "dots">,
  n: number,
  fn: Block | null,
  { values, stride }: SquareMatrix,
  { pool, signal }: RunContext,
): Promise<void> {
  const { kind, lines } = vectors;
  const width = panelRows(kind);
  const panels = Math.ceil(n / width);
  const more = [...(fn === null ? [] : [fn]), ...(dots === null ? [] : [dots.values])];
  const reads = [order, ...vectors.reads, ...more];
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
      const at = [vectors.descriptor.offset, order.offset, n, from, to, fn?.offset ?? 0, values.offset, stride];
      if (dots !== null) at.push(dots.values.offset, dots.stride);
      const args = [scratch.offset, ...at];
      const cost = (n - from * width) * (to - from) * width * each;
      const writes = [values];
      return pool.run({ kernel, args, reads, writes, scratch: [scratch], resident: writes, cost }, stop);
    };
    for await (const _ of mapTasks(pool, Math.ceil(panels / atOnce), makeSlot, work, signal));
  } finally {
    scope.free();
  }
}
