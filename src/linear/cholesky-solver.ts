import type { RunContext } from "../core/estimator.js";
import { choleskyFactor, FACTORED } from "../kernels/cholesky.js";
import type { Scope } from "../parallel/memory.js";

/** A pivot of less than this part of its diagonal entry has lost half of its digits. */
const HALF_OF_DIGITS = Math.sqrt(Number.EPSILON);
/** Nanoseconds for a product. */
const COST = 0.4;

/**
 * What gives x with (A + alpha I) x = b for any b, by a Cholesky factor (Golub and Van Loan, Matrix Computations, 4th edition,
 * 4.2) that lies in the scope; null where a pivot would lose half of its digits. A is given by its lower triangle.
 */
export async function choleskySolver(
  lower: readonly Float64Array[],
  alpha: number,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<((b: Float64Array) => Float64Array) | null> {
  const { memory } = pool;
  const n = lower.length;
  const width = 4 * Math.ceil(n / 4);
  const [progress, table] = [scope.zeros(8), scope.alloc(8 * width * width)];
  const cells = memory.f64(table);
  for (const [i, row] of lower.entries()) {
    cells.set(row, i * width);
    cells[i * width + i]! += alpha;
  }
  const args = [progress.offset, n, 8 * width, table.offset, HALF_OF_DIGITS];
  const cost = (COST * n ** 3) / 6;
  await pool.run({ kernel: choleskyFactor, args, reads: [], writes: [progress, table], cost }, signal);
  if (memory.u32(progress)[1] !== FACTORED) return null;
  return (b) => substituted(memory.f64(table), width, b);
}

/** x with L L' x = b, for the rows of L. */
function substituted(rows: Float64Array, width: number, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    const row = i * width;
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= rows[row + k]! * x[k]!;
    x[i] = sum / rows[row + i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    const row = i * width;
    const value = x[i]! / rows[row + i]!;
    x[i] = value;
    for (let k = 0; k < i; k++) x[k]! -= rows[row + k]! * value;
  }
  return x;
}
