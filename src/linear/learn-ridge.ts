import { addDotProducts, BLOCK_ROWS, triangleOf } from "../core/cross-products.js";
import { EventLoop } from "../parallel/event-loop.js";
import { type Centre, type Regression, regressionColumns } from "./centred-rows.js";

/** The normal equations of a ridge regression but for alpha, which is added to the diagonal. */
export interface NormalEquations {
  /** Dot products of the centred columns; of the centred rows where these are fewer (the dual). Lower triangle. */
  readonly gram: readonly Float64Array[];
  readonly right: Float64Array;
  /** The coefficients that a solution of the equations stands for. */
  coefOf(solution: Float64Array): Float64Array;
}

/** The equations in as many unknowns as there are columns, or rows if these are fewer: Saunders, Gammerman and Vovk 1998. */
export async function normalEquations(
  regression: Regression,
  centre: Centre,
  signal: AbortSignal,
): Promise<NormalEquations> {
  const { rows, cols } = regression.X;
  const loop = new EventLoop();
  if (cols > rows) {
    const columns = regressionColumns(regression, centre, 0, rows);
    const y = columns[cols]!;
    const vectors = Array.from(y, (_, i) => Float64Array.from({ length: cols }, (_, j) => columns[j]![i]!));
    const gram = triangleOf(vectors.length);
    await addDotProducts(gram, vectors, loop, signal);
    const coefOf = (dual: Float64Array) =>
      Float64Array.from({ length: cols }, (_, j) => columns[j]!.reduce((sum, value, i) => sum + value * dual[i]!, 0));
    return { gram, right: y, coefOf };
  }
  const sums = triangleOf(cols + 1);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const block = regressionColumns(regression, centre, from, Math.min(rows, from + BLOCK_ROWS));
    await addDotProducts(sums, block, loop, signal);
  }
  return { gram: sums.slice(0, cols), right: sums[cols]!.slice(0, cols), coefOf: (solution) => solution };
}

/** A pivot of less than this part of its diagonal entry has lost half of its digits. */
const HALF_OF_DIGITS = Math.sqrt(Number.EPSILON);

/**
 * x with (gram + alpha I) x = right, by a Cholesky factor (Golub and Van Loan, 4.2); null where columns depend on each other so
 * nearly that half of the digits would be lost.
 */
export async function solveShifted(
  { gram, right }: NormalEquations,
  alpha: number,
  signal: AbortSignal,
): Promise<Float64Array | null> {
  const loop = new EventLoop();
  const factor = gram.map((row) => row.slice());
  for (const [i, row] of factor.entries()) {
    row[i]! += alpha;
    for (let j = 0; j <= i; j++) {
      const above = factor[j]!;
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * above[k]!;
      if (j < i) row[j] = sum / above[j]!;
      else if (sum > HALF_OF_DIGITS * row[i]!) row[i] = Math.sqrt(sum);
      else return null;
    }
    if (!loop.isDue) continue;
    await loop.turn();
    signal.throwIfAborted();
  }
  const x = right.slice();
  for (const [i, row] of factor.entries()) {
    for (let k = 0; k < i; k++) x[i]! -= row[k]! * x[k]!;
    x[i]! /= row[i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    x[i]! /= factor[i]![i]!;
    for (let k = 0; k < i; k++) x[k]! -= factor[i]![k]! * x[i]!;
  }
  return x;
}
