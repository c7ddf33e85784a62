import { crossProducts, dotProducts } from "../core/cross-products.js";
import type { RunContext } from "../core/estimator.js";
import { type CentredRows, regressionColumns } from "./centred-rows.js";
import { choleskySolver } from "./cholesky-solver.js";

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

/**
 * x with (gram + alpha I) x = right; null where columns depend on each other so nearly that half of the digits would be lost.
 */
export async function solveShifted(
  { gram, right }: NormalEquations,
  alpha: number,
  ctx: RunContext,
): Promise<Float64Array | null> {
  const scope = ctx.pool.memory.scope();
  try {
    const shifted = gram.map((row, i) => row.with(i, row[i]! + alpha));
    const solver = await choleskySolver(shifted, "refuse", scope, ctx);
    return solver === null ? null : solver.solve(right);
  } finally {
    scope.free();
  }
}
