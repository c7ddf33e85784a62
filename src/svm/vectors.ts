import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { FLOAT32, FLOAT64, type Placed, place, placeRows } from "../core/placed.js";
import {
  DIVISORS,
  encodeRows,
  entryBytes,
  F64,
  I16,
  lineBytes,
  linesOf,
  listEntries,
  type VectorKind,
  vectorsDescriptor,
  widenRows,
} from "../kernels/svm-vectors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { KernelCall } from "../parallel/pool.js";

/** Cells of one task: some milliseconds of work. */
const CELLS_AT_ONCE = 1 << 20;
/** Nanoseconds a cell. */
const COST = 1.5;
/** Rows are read as lists where less than this part of their lines is not 0. */
const SPARSE = 0.7;

/** Rows as the kernels of support vector machines read them. */
export interface Vectors {
  readonly kind: VectorKind;
  readonly rows: number;
  readonly lines: number;
  /** Of the grid that the rows are on; 1 off it. */
  readonly divisor: number;
  /** u32[8]; see vectorsDescriptor. */
  readonly descriptor: Block;
  readonly norms: Block;
  readonly reads: readonly Block[];
}

/** Where rows are put, and how many of their lines are not 0. */
interface Room {
  readonly placed: Placed;
  readonly rows: Block;
  readonly descriptor: Block;
  readonly cells: Block;
  readonly norms: Block;
  readonly counts: Block;
}

/** A whole table's vectors, on the first grid that holds all its rows, or else off the grid; once within a top-level verb. */
export function vectorsOf(table: Matrix, ctx: RunContext): Promise<Vectors> {
  return ctx.workspace.memo(table, "vectors", async () => {
    const blocks = ctx.workspace.blocks(ctx.pool);
    for (const divisor of DIVISORS.filter((q) => mayHold(table, q))) {
      const { vectors, isWhole } = await onGrid(table, divisor, true, blocks, ctx);
      if (isWhole) return vectors;
    }
    return offGrid(table, blocks, ctx);
  });
}

/** Whether the rows of a view are on a grid that not all rows of its table are on. */
export async function hasOwnGrid(X: Matrix, ctx: RunContext): Promise<boolean> {
  const { kind, divisor } = await vectorsOf(X.root, ctx);
  const scope = ctx.pool.memory.scope();
  try {
    for (const q of DIVISORS.filter((one) => (kind === F64 || one < divisor) && mayHold(X, one))) {
      if ((await onGrid(X, q, true, scope, ctx)).isWhole) return true;
    }
    return false;
  } finally {
    scope.free();
  }
}

/** Most tables that are not on a grid say so in their first row. */
function mayHold(table: Matrix, divisor: number): boolean {
  return Array.from({ length: table.cols }, (_, j) => table.at(0, j)).every((value) => {
    const nearest = Math.round(value * divisor) / divisor;
    return nearest === value || Math.fround(nearest) === value;
  });
}

/**
 * The rows of X as codes of that grid. Not all of them may be on it: these have the norm -1, and where `all` are needed, the
 * rest is then left undone.
 */
export async function onGrid(
  X: Matrix,
  divisor: number,
  all: boolean,
  scope: Scope,
  ctx: RunContext,
): Promise<{ readonly vectors: Vectors; readonly isWhole: boolean }> {
  // One of each call: workers with memories of their own send back what they write.
  const failed = scope.zeros(4 * X.rows);
  const room = await roomFor(X, I16, scope, ctx);
  const { placed, rows, descriptor, counts } = room;
  const isSingle = placed.kind === FLOAT32 || X.scale !== null;
  await inBlocks(X, room, scope, ctx, (from, to, codes) => ({
    kernel: encodeRows,
    args: [
      placed.cells.offset, placed.kind, placed.byteValues?.offset ?? 0, X.cols, rows.offset, from, to, divisor,
      isSingle ? 1 : 0, all ? 1 : 0, codes.offset, descriptor.offset, counts.offset, failed.offset + 4 * from,
    ], // biome-ignore format: one list
    writes: [failed.part(4 * from, 4)],
  }));
  const isWhole = ctx.pool.memory.u32(failed).every((one) => one === 0);
  if (all && !isWhole) return { vectors: vectorsIn(X, I16, divisor, room, []), isWhole };
  return { vectors: await listed(X, I16, divisor, room, scope, ctx), isWhole };
}

/** The rows of X as f64. */
export async function offGrid(X: Matrix, scope: Scope, ctx: RunContext): Promise<Vectors> {
  const room = await roomFor(X, F64, scope, ctx);
  const { placed, rows, descriptor, counts } = room;
  await inBlocks(X, room, scope, ctx, (from, to) => ({
    kernel: widenRows,
    args: [
      placed.cells.offset, placed.kind, placed.byteValues?.offset ?? 0, X.cols, rows.offset, from, to,
      descriptor.offset, counts.offset,
    ], // biome-ignore format: one list
    writes: [],
  }));
  const row = ctx.pool.memory.f64(room.norms).findIndex((norm) => !(norm < Number.MAX_VALUE / 4));
  if (row >= 0) {
    throw new InvalidDataError(
      `X holds values in row ${row} whose squares are too large to be summed; scale the features`,
      row,
    );
  }
  return listed(X, F64, 1, room, scope, ctx);
}

async function roomFor(X: Matrix, kind: VectorKind, scope: Scope, ctx: RunContext): Promise<Room> {
  const placed = await place(X, ctx);
  const lines = linesOf(kind, X.cols);
  // The cells of a whole table of f64 are as the kernels want them.
  const cells =
    kind === F64 && placed.kind === FLOAT64 && X.index === null
      ? placed.cells
      : scope.alloc(lineBytes(kind) * lines * X.rows);
  const norms = scope.alloc((kind === I16 ? 4 : 8) * X.rows);
  const at = { kind, cells: cells.offset, norms: norms.offset, lines, starts: 0, entries: 0 };
  const descriptor = scope.place(vectorsDescriptor(at));
  return { placed, rows: placeRows(X, scope), descriptor, cells, norms, counts: scope.alloc(4 * X.rows) };
}

/** Makes the calls for all rows, some at a time. */
async function inBlocks(
  X: Matrix,
  { placed, rows, descriptor, cells, norms, counts }: Room,
  scope: Scope,
  { pool, signal }: RunContext,
  callOf: (from: number, to: number, scratch: Block) => Pick<KernelCall, "kernel" | "args" | "writes">,
): Promise<void> {
  const atOnce = Math.max(1, Math.floor(CELLS_AT_ONCE / X.cols));
  const ownCells = cells === placed.cells ? [] : [placed.cells];
  const reads = [...ownCells, rows, descriptor, ...(placed.byteValues ? [placed.byteValues] : [])];
  const part = (block: Block, from: number, to: number) => {
    const each = block.bytes / X.rows;
    return block.part(from * each, (to - from) * each);
  };
  const work = (i: number, scratch: Block, stop: AbortSignal) => {
    const [from, to] = [i * atOnce, Math.min(X.rows, (i + 1) * atOnce)];
    const { kernel, args, writes } = callOf(from, to, scratch);
    const mine = [cells, norms, counts].map((block) => part(block, from, to));
    const cost = (to - from) * X.cols * COST;
    return pool.run({ kernel, args, reads, writes: [...mine, ...writes], scratch: [scratch], cost }, stop);
  };
  for await (const _ of mapTasks(pool, Math.ceil(X.rows / atOnce), () => scope.alloc(512), work, signal));
}

/** The vectors, with lists of what is not 0 where that is little. */
async function listed(
  X: Matrix,
  kind: VectorKind,
  divisor: number,
  room: Room,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<Vectors> {
  const { descriptor, cells, counts } = room;
  const starts = new Uint32Array(X.rows + 1);
  const entriesOfRow = pool.memory.u32(counts);
  for (let i = 0; i < X.rows; i++) starts[i + 1] = starts[i]! + entriesOfRow[i]!;
  const total = starts[X.rows]!;
  const lines = linesOf(kind, X.cols);
  if (total >= SPARSE * lines * X.rows) return vectorsIn(X, kind, divisor, room, []);
  const startsBlock = scope.place(starts);
  const entries = scope.alloc(entryBytes(kind) * total);
  pool.memory.u32(descriptor).set([startsBlock.offset, entries.offset], 4);
  const atOnce = Math.max(1, Math.floor(CELLS_AT_ONCE / X.cols));
  const reads = [descriptor, cells, startsBlock];
  const work = (i: number, _slot: null, stop: AbortSignal) => {
    const [from, to] = [i * atOnce, Math.min(X.rows, (i + 1) * atOnce)];
    const [first, end] = [starts[from]! * entryBytes(kind), starts[to]! * entryBytes(kind)];
    const writes = [entries.part(first, end - first)];
    const cost = (to - from) * lines * COST;
    return pool.run({ kernel: listEntries, args: [descriptor.offset, from, to], reads, writes, cost }, stop);
  };
  for await (const _ of mapTasks(pool, Math.ceil(X.rows / atOnce), () => null, work, signal));
  return vectorsIn(X, kind, divisor, room, [startsBlock, entries]);
}

function vectorsIn(
  X: Matrix,
  kind: VectorKind,
  divisor: number,
  { descriptor, cells, norms }: Room,
  lists: readonly Block[],
): Vectors {
  const reads = [descriptor, cells, norms, ...lists];
  return { kind, rows: X.rows, lines: linesOf(kind, X.cols), divisor, descriptor, norms, reads };
}
