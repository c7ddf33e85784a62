import type { RunContext } from "../core/estimator.js";
import { spread } from "../core/vectors.js";
import { ENDS, findRotations, reflectBack, rotateBack, tridiagonalize, VECTORS } from "../kernels/symmetric-eigen.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";

export interface Eigenpairs {
  /** Descending. */
  readonly values: Float64Array;
  /** The eigenvectors of the first `count` values, orthonormal. */
  readonly vectors: readonly Float64Array[];
}

/** Of a table that is given by its lower triangle. The bits of a vector do not depend on how many are asked for. */
export async function symmetricEigen(
  lower: readonly Float64Array[],
  count: number,
  ctx: RunContext,
): Promise<Eigenpairs> {
  const scope = ctx.pool.memory.scope();
  try {
    const rows = rowsOf(lower);
    const { values, rotations, reflections } = await diagonalized(lower, rows, scope, ctx);
    const all = new Float64Array(lower.length);
    all.set(values);
    const order = [...all.keys()].sort((a, b) => all[b]! - all[a]! || a - b);
    const wanted = order.slice(0, count);
    const found = wanted.filter((i) => i < rows.length);
    const made = await eigenvectors(found, rotations, reflections, scope, ctx);
    const rest = restOf(lower.length, rows);
    const vectors = wanted.map((i) =>
      i < rows.length ? spread(made.get(i)!, rows, lower.length) : unit(rest[i - rows.length]!, lower.length),
    );
    return { values: Float64Array.from(order, (i) => all[i]!), vectors };
  } finally {
    scope.free();
  }
}

/** The rows that are not 0 altogether: the unit vectors of the others are eigenvectors as they are. */
function rowsOf(lower: readonly Float64Array[]): readonly number[] {
  const isSome = new Uint8Array(lower.length);
  for (let i = 0; i < lower.length; i++) {
    const row = lower[i]!;
    for (let j = 0; j <= i; j++) if (row[j] !== 0) isSome[i] = isSome[j] = 1;
  }
  return [...isSome.keys()].filter((i) => isSome[i]);
}

function restOf(n: number, rows: readonly number[]): readonly number[] {
  const some = new Set(rows);
  return Array.from({ length: n }, (_, i) => i).filter((i) => !some.has(i));
}

function unit(at: number, n: number): Float64Array {
  const vector = new Float64Array(n);
  vector[at] = 1;
  return vector;
}

/** Rotations that are kept in one list; more make a further one. */
interface Rotations {
  readonly rotations: Block;
  readonly steps: Block;
  readonly kept: number;
  readonly listed: number;
}

interface Reflections {
  readonly n: number;
  readonly stride: number;
  readonly table: Block;
  readonly taus: Block;
}

/** Rotations of a list: 2 MiB. */
const ROOM = 1 << 17;
/** Nanoseconds for an entry of a step of tridiagonalisation, a rotation found, one applied, and an entry of a reflection applied. */
const COST = { entry: 1.5, rotation: 20, rotate: 5, reflect: 5 };

/** The eigenvalues of the table's `rows`, and what its eigenvectors are made of. */
async function diagonalized(
  lower: readonly Float64Array[],
  rows: readonly number[],
  scope: Scope,
  { pool, signal }: RunContext,
) {
  const { memory } = pool;
  const n = rows.length;
  const width = n + (n % 2);
  const scale = scaleOf(lower);
  const table = scope.alloc(8 * n * width);
  copyLower(lower, rows, scale, memory.f64(table), width);
  const [diagonal, off, taus] = [scope.alloc(8 * n), scope.zeros(8 * n), scope.alloc(8 * n)];
  const [progress, scratch] = [scope.zeros(32), scope.alloc(16 * n)];
  const args = [progress, n, 8 * width, table, diagonal, off, taus, scratch].map(offsetOf);
  const writes = [progress, table, diagonal, off, taus, scratch];
  await pool.run({ kernel: tridiagonalize, args, reads: [], writes, cost: (COST.entry * n ** 3) / 6 }, signal);

  const [values, beside] = [memory.f64(diagonal), memory.f64(off)];
  const size = values.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(beside[i]!)), 0);
  const room = Math.max(n, Math.min(ROOM, 4 * n * n));
  const lists: Rotations[] = [];
  memory.u32(progress).fill(0);
  let end: number = ENDS.full;
  while (end === ENDS.full) {
    const [rotations, steps] = [scope.alloc(16 * room), scope.alloc(8 * room)];
    const at = [progress, n, diagonal, off, Number.EPSILON * size, rotations, steps, room].map(offsetOf);
    const call = { kernel: findRotations, args: at, reads: [], writes: [progress, diagonal, off, rotations, steps] };
    await pool.run({ ...call, cost: COST.rotation * Math.min(room, n * n) }, signal);
    const state = memory.u32(progress);
    lists.push({ rotations, steps, kept: state[2]!, listed: state[3]! });
    end = state[4]!;
    state.fill(0, 2);
  }
  if (end === ENDS.failed) throw new Error("no eigenvalue was found in 60 QL steps");
  const reflections: Reflections = { n, stride: 8 * width, table, taus };
  return { values: memory.f64(diagonal).map((value) => value / scale), rotations: lists, reflections };
}

/** The lower triangle of the rows, scaled, as rows of that width. */
function copyLower(
  lower: readonly Float64Array[],
  rows: readonly number[],
  scale: number,
  out: Float64Array,
  width: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = lower[rows[i]!]!;
    for (let j = 0; j <= i; j++) out[i * width + j] = row[rows[j]!]! * scale;
  }
}

const offsetOf = (value: Block | number) => (typeof value === "number" ? value : value.offset);

/** A power of two that brings the largest entry near 1, so that squares stay within the range of f64. */
function scaleOf(lower: readonly Float64Array[]): number {
  let most = 0;
  for (const row of lower) for (let j = 0; j < row.length; j++) most = Math.max(most, Math.abs(row[j]!));
  return most === 0 ? 1 : 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(most))));
}

/** The eigenvectors of these of the values, by number. */
async function eigenvectors(
  numbers: readonly number[],
  lists: readonly Rotations[],
  { n, stride, table, taus }: Reflections,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<ReadonlyMap<number, Float64Array>> {
  const { memory } = pool;
  const work = async (task: number, vectors: Block, stop: AbortSignal) => {
    const mine = numbers.slice(task * VECTORS, (task + 1) * VECTORS);
    const entries = memory.f64(vectors).fill(0);
    for (const [k, i] of mine.entries()) entries[i * VECTORS + k] = 1;
    for (const { rotations, steps, kept, listed } of lists.toReversed()) {
      const args = [vectors, rotations, kept, steps, listed].map(offsetOf);
      const call = { kernel: rotateBack, args, reads: [rotations, steps], writes: [vectors] };
      await pool.run({ ...call, cost: COST.rotate * kept }, stop);
    }
    const args = [vectors, n, stride, table, taus].map(offsetOf);
    const call = { kernel: reflectBack, args, reads: [table, taus], writes: [vectors] };
    await pool.run({ ...call, cost: (COST.reflect * n * n) / 2 }, stop);
    const made = memory.f64(vectors);
    return mine.map((i, k) => [i, everyEighth(made, k)] as const);
  };
  const all = new Map<number, Float64Array>();
  const makeSlot = () => scope.alloc(8 * VECTORS * n);
  for await (const some of mapTasks(pool, Math.ceil(numbers.length / VECTORS), makeSlot, work, signal)) {
    for (const [i, vector] of some) all.set(i, vector);
  }
  return all;
}

function everyEighth(made: Float64Array, from: number): Float64Array {
  const vector = new Float64Array(made.length / VECTORS);
  for (let j = 0; j < vector.length; j++) vector[j] = made[j * VECTORS + from]!;
  return vector;
}
