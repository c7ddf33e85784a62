import { crossProducts, dotProducts } from "../core/cross-products.js";
import type { RunContext } from "../core/estimator.js";
import { choleskyFactor, FACTORED } from "../kernels/cholesky.js";
import { type CentredRows, regressionColumns } from "./centred-rows.js";

/** The normal equations of a ridge regression but for alpha, which is added to the diagonal. */
export interface NormalEquations {
  /** Dot products of the centred columns; of the centred rows where these are fewer (the dual). Lower triangle. */
  readonly gram: readonly Float64Array[];
  readonly right: Float64Array;
  /** The coefficients that a solution of the equations stands for. */
  coefOf(solution: Float64Array): Float64Array;
}

/** The equations in as many unknowns as there are columns, or rows if these are fewer: Saunders, Gammerman and Vovk 1998. */
export async function normalEquations(regression: CentredRows, ctx: RunContext): Promise<NormalEquations> {
  const { rows, cols } = regression.X;
  if (cols > rows) {
    const columns = regressionColumns(regression, 0, rows);
    const y = columns[cols]!;
    const vectors = Array.from(y, (_, i) => Float64Array.from({ length: cols }, (_, j) => columns[j]![i]!));
    const coefOf = (dual: Float64Array) =>
      Float64Array.from({ length: cols }, (_, j) => columns[j]!.reduce((sum, value, i) => sum + value * dual[i]!, 0));
    return { gram: await dotProducts(vectors, ctx), right: y, coefOf };
  }
  const sums = await crossProducts(regression.rows, regression.centre, ctx);
  return { gram: sums.slice(0, cols), right: sums[cols]!.slice(0, cols), coefOf: (solution) => solution };
}

/** A pivot of less than this part of its diagonal entry has lost half of its digits. */
const HALF_OF_DIGITS = Math.sqrt(Number.EPSILON);
/** Nanoseconds for a product. */
const COST = 0.4;

/**
 * x with (gram + alpha I) x = right, by a Cholesky factor (Golub and Van Loan, 4.2); null where columns depend on each other so
 * nearly that half of the digits would be lost.
 */
export async function solveShifted(
  { gram, right }: NormalEquations,
  alpha: number,
  { pool, signal }: RunContext,
): Promise<Float64Array | null> {
  const n = gram.length;
  const width = 4 * Math.ceil(n / 4);
  const { memory } = pool;
  const scope = memory.scope();
  try {
    const [progress, table] = [scope.zeros(8), scope.alloc(8 * width * width)];
    const cells = memory.f64(table);
    for (const [i, row] of gram.entries()) {
      cells.set(row, i * width);
      cells[i * width + i]! += alpha;
    }
    const args = [progress.offset, n, 8 * width, table.offset, HALF_OF_DIGITS];
    const cost = (COST * n ** 3) / 6;
    await pool.run({ kernel: choleskyFactor, args, reads: [], writes: [progress, table], cost }, signal);
    return memory.u32(progress)[1] === FACTORED ? substituted(memory.f64(table), width, right) : null;
  } finally {
    scope.free();
  }
}

/** x with L L' x = b, for the rows of L. */
function substituted(rows: Float64Array, width: number, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    const row = rows.subarray(i * width, i * width + i + 1);
    for (let k = 0; k < i; k++) x[i]! -= row[k]! * x[k]!;
    x[i]! /= row[i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    const row = rows.subarray(i * width, i * width + i + 1);
    x[i]! /= row[i]!;
    for (let k = 0; k < i; k++) x[k]! -= row[k]! * x[i]!;
  }
  return x;
}
