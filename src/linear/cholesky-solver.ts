import type { RunContext } from "../core/estimator.js";
import { choleskyFactor, FACTORED } from "../kernels/cholesky.js";
import type { Scope } from "../parallel/memory.js";

/** A pivot of less than this part of its diagonal entry has lost half of its digits. */
const HALF_OF_DIGITS = Math.sqrt(Number.EPSILON);
/** Nanoseconds for a product. */
const COST = 0.4;

export interface CholeskySolver {
  /** The diagonal of the factor; 0 for unknowns that were left out. */
  readonly pivots: Float64Array;
  /** x with A x = b; 0 for the unknowns that were left out. */
  solve(b: Float64Array): Float64Array;
}

/**
 * Solves equations by a Cholesky factor (Golub and Van Loan, Matrix Computations, 4th edition, 4.2) of A, which is given by its lower
 * triangle; the factor lies in the scope. A pivot that would lose half of its digits leaves its unknown out, or makes the answer null.
 */
export async function choleskySolver(
  lower: readonly Float64Array[],
  onLoss: "leaveOut" | "refuse",
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<CholeskySolver | null> {
  const { memory } = pool;
  const n = lower.length;
  const width = 4 * Math.ceil(n / 4);
  const [progress, table] = [scope.zeros(8), scope.alloc(8 * width * width)];
  const cells = memory.f64(table);
  for (const [i, row] of lower.entries()) cells.set(row, i * width);
  const args = [progress.offset, n, 8 * width, table.offset, HALF_OF_DIGITS, onLoss === "leaveOut" ? 1 : 0];
  const cost = (COST * n ** 3) / 6;
  await pool.run({ kernel: choleskyFactor, args, reads: [], writes: [progress, table], cost }, signal);
  if (memory.u32(progress)[1] !== FACTORED) return null;
  const factor = memory.f64(table);
  const pivots = Float64Array.from({ length: n }, (_, i) => factor[i * width + i]!);
  return { pivots, solve: (b) => substituted(memory.f64(table), width, b) };
}

/** x with L L' x = b, for the rows of L. */
function substituted(rows: Float64Array, width: number, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    const row = i * width;
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= rows[row + k]! * x[k]!;
    const pivot = rows[row + i]!;
    x[i] = pivot === 0 ? 0 : sum / pivot;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    const row = i * width;
    const pivot = rows[row + i]!;
    if (pivot === 0) continue;
    const value = x[i]! / pivot;
    x[i] = value;
    for (let k = 0; k < i; k++) x[k]! -= rows[row + k]! * value;
  }
  return x;
}
