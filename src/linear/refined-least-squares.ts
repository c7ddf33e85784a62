import { crossProducts } from "../core/cross-products.js";
import type { RunContext } from "../core/estimator.js";
import { rowsOfWork, shiftOf, sumOverRows, tableArgs } from "../core/weighted-rows.js";
import { residualProducts } from "../kernels/residual-products.js";
import type { CentredRows } from "./centred-rows.js";
import { choleskySolver } from "./cholesky-solver.js";
import type { LeastSquares } from "./least-squares.js";

/** A correction this small, beside the solution, is rounding. */
const ROUNDING = 1e-12;
/** A second correction that is not smaller than the first by this factor shows columns that nearly depend on each other. */
const CONVERGENCE = 1e-3;
/** Columns whose lengths differ by so much that a rank may depend on it are left to the other way, with this margin. */
const MARGIN = 1e4;
/** Nanoseconds a cell. */
const COST = 3;

/**
 * Least squares by the normal equations and steps of refinement, in which the residuals are computed of the rows themselves: as exact
 * as an orthogonal decomposition as long as the corrections fall quickly, which shows that the square of the condition number is
 * within the precision of f64 (Bjorck 1987, "Stability analysis of the method of seminormal equations for linear least squares problems").
 * Columns of 0 have the coefficient 0. Null where columns depend on each other so nearly that this does not do.
 */
export async function refinedLeastSquares(regression: CentredRows, ctx: RunContext): Promise<LeastSquares | null> {
  const { rows, centre } = regression;
  const { cols } = rows;
  const products = await crossProducts(rows, centre, ctx);
  const lengths = Float64Array.from({ length: cols }, (_, j) => Math.sqrt(products[j]![j]!));
  const live = [...lengths.keys()].filter((j) => lengths[j]! > 0);
  const [least, most] = [Math.min, Math.max].map((of) =>
    live.reduce((found, j) => of(found, lengths[j]!), lengths[live[0]!]!),
  );
  if (!(least! > MARGIN * Math.max(rows.count, cols) * Number.EPSILON * most!)) return null;
  const scope = ctx.pool.memory.scope();
  try {
    const gram = live.map((i) =>
      Float64Array.from(
        live.filter((j) => j <= i),
        (j) => products[i]![j]!,
      ),
    );
    const solve = await choleskySolver(gram, 0, scope, ctx);
    if (solve === null) return null;
    const solution = (right: Float64Array) => {
      const x = new Float64Array(cols);
      for (const [k, value] of solve(Float64Array.from(live, (j) => right[j]!)).entries()) x[live[k]!] = value;
      return x;
    };
    /** The largest part that a column has in what x predicts. */
    const size = (x: Float64Array) =>
      x.reduce((largest, value, j) => Math.max(largest, Math.abs(value) * lengths[j]!), 0);
    let x = solution(products[cols]!);
    const right = await productsOfResiduals(regression, x, ctx);
    const first = solution(right);
    x = x.map((value, j) => value + first[j]!);
    if (!(size(first) <= ROUNDING * size(x))) {
      const second = solution(await productsOfResiduals(regression, x, ctx));
      x = x.map((value, j) => value + second[j]!);
      if (!(size(second) <= Math.max(CONVERGENCE * size(first), ROUNDING * size(x)))) return null;
    }
    return { x, rank: live.length };
  } finally {
    scope.free();
  }
}

/** The products of the centred columns with what the coefficients leave of y. */
async function productsOfResiduals(
  { rows, centre }: CentredRows,
  coef: Float64Array,
  ctx: RunContext,
): Promise<Float64Array> {
  const { cols, weights, extra } = rows;
  const shift = shiftOf(centre);
  const left = centre.mean.map((value, j) => value - shift[j]!);
  const offset = coef.reduce((sum, value, j) => sum - value * left[j]!, 0);
  const scope = ctx.pool.memory.scope();
  try {
    const [shifts, coefs] = [scope.place(shift), scope.place(Float64Array.of(...coef, offset))];
    const at = [...tableArgs(rows), shifts.offset, weights?.offset ?? 0, extra!.offset, coefs.offset];
    const sums = await sumOverRows(
      rows,
      {
        kernel: residualProducts,
        reads: [shifts, coefs],
        length: cols + 1,
        scratchBytes: 8 * cols,
        rowsAtOnce: rowsOfWork(cols),
        cost: COST * cols,
        args: (from, to, { scratch, out }) => [scratch.offset, ...at, from, to, out.offset],
      },
      ctx,
    );
    return sums.subarray(0, cols).map((sum, j) => sum - left[j]! * sums[cols]!);
  } finally {
    scope.free();
  }
}
