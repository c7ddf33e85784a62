import { crossProducts } from "../core/cross-products.js";
import type { RunContext } from "../core/estimator.js";
import { addTo, spread } from "../core/vectors.js";
import type { CentredRows } from "./centred-rows.js";
import { choleskySolver } from "./cholesky-solver.js";
import { type LeastSquares, RowTriangle } from "./least-squares.js";
import { residualsOf } from "./residuals.js";

/** A correction this small, beside the solution, is rounding. */
const ROUNDING = 1e-12;
/** A second correction that is not smaller than the first by this factor shows columns that nearly depend on each other. */
const CONVERGENCE = 1e-3;
/** Pivots are this much above what counts as 0, so that there is no doubt about the rank. */
const MARGIN = 100;
/** The part of the columns that may be dependent: more are left to the other way, which costs less then. */
const MOST_DEPENDENT = 0.5;

/**
 * Least squares by the normal equations and steps of refinement, in which the residuals are computed of the rows themselves: as exact
 * as an orthogonal decomposition as long as the corrections fall quickly, which shows that the square of the condition number is
 * within the precision of f64 (Bjorck 1987, "Stability analysis of the method of seminormal equations for linear least squares
 * problems"). Columns that depend on those before them are found out in the same way: what these leave of them must be no longer
 * than `tolerance` times the longest column. Null where columns depend on each other so nearly that this does not do.
 */
export async function refinedLeastSquares(
  regression: CentredRows,
  tolerance: number,
  ctx: RunContext,
): Promise<LeastSquares | null> {
  const { rows, centre } = regression;
  const { cols } = rows;
  const products = await crossProducts(rows, centre, ctx);
  const lengths = Float64Array.from({ length: cols }, (_, j) => Math.sqrt(products[j]![j]!));
  const nothing = tolerance * lengths.reduce((most, length) => Math.max(most, length), 0);
  if (!(nothing > 0 && Number.isFinite(nothing))) return null;
  const scope = ctx.pool.memory.scope();
  try {
    const live = [...lengths.keys()].filter((j) => lengths[j]! > 0);
    const solver = await choleskySolver(partOf(products, live), "leaveOut", scope, ctx);
    const { pivots } = solver!;
    if (pivots.some((pivot) => pivot > 0 && !(pivot > MARGIN * nothing))) return null;
    const equations: Equations = {
      regression,
      lengths,
      solve: (right) => spread(solver!.solve(Float64Array.from(live, (j) => right[j]!)), live, cols),
    };
    const dependent = live.filter((_, k) => pivots[k] === 0);
    if (dependent.length > MOST_DEPENDENT * live.length) return null;
    const combinations: Float64Array[] = [];
    for (const column of dependent) {
      const right = Float64Array.from(lengths, (_, j) => products[Math.max(j, column)]![Math.min(j, column)]!);
      const combination = await combined(equations, column, right, ctx);
      if (!(combination.left <= nothing)) return null;
      combinations.push(combination.coef);
    }
    const x = await refined(equations, products[cols]!, ctx);
    return x && { x: shortest(x, dependent, combinations), rank: live.length - dependent.length };
  } finally {
    scope.free();
  }
}

interface Equations {
  readonly regression: CentredRows;
  /** Of the centred columns. */
  readonly lengths: Float64Array;
  /** The combination of independent columns that has these products with them. */
  solve(right: Float64Array): Float64Array;
}

/** A dependent column as a combination of others, and the length of what these leave of it. */
async function combined(
  { regression, solve }: Equations,
  column: number,
  right: Float64Array,
  ctx: RunContext,
): Promise<{ readonly coef: Float64Array; readonly left: number }> {
  const scope = ctx.pool.memory.scope();
  try {
    const goal = { values: scope.place(columnOf(regression, column)), mean: regression.centre.mean[column]! };
    const coef = solve(right);
    addTo(coef, solve((await residualsOf(goal, coef, regression, ctx)).products));
    const { length: left } = await residualsOf(goal, coef, regression, ctx);
    return { coef, left };
  } finally {
    scope.free();
  }
}

/** The coefficients that leave the least of y; null if they cannot be computed as exactly as should be. */
async function refined(
  { regression, lengths, solve }: Equations,
  right: Float64Array,
  ctx: RunContext,
): Promise<Float64Array | null> {
  const goal = { values: regression.rows.extra!, mean: regression.centre.mean.at(-1)! };
  /** The largest part that a column has in what the coefficients predict. */
  const size = (coef: Float64Array) =>
    coef.reduce((largest, value, j) => Math.max(largest, Math.abs(value) * lengths[j]!), 0);
  const x = solve(right);
  const first = solve((await residualsOf(goal, x, regression, ctx)).products);
  addTo(x, first);
  if (size(first) <= ROUNDING * size(x)) return x;
  const second = solve((await residualsOf(goal, x, regression, ctx)).products);
  addTo(x, second);
  return size(second) <= Math.max(CONVERGENCE * size(first), ROUNDING * size(x)) ? x : null;
}

/** Of all x - C t with t for the dependent columns, which predict the same, the shortest. */
function shortest(x: Float64Array, dependent: readonly number[], combinations: readonly Float64Array[]): Float64Array {
  if (dependent.length === 0) return x;
  // min |x - C t|^2 + |t|^2
  const longer = (values: Float64Array, at: number) => {
    const all = new Float64Array(values.length + dependent.length);
    all.set(values);
    if (at < dependent.length) all[values.length + at] = 1;
    return all;
  };
  const triangle = new RowTriangle(dependent.length);
  const block = [...combinations, x].map(longer);
  for (const k of block.keys()) triangle.eliminate(block, k);
  const out = x.slice();
  for (const [k, factor] of triangle.solve(0).x.entries()) {
    addTo(out, combinations[k]!, -factor);
    out[dependent[k]!] = factor;
  }
  return out;
}

/** The rows and columns of these numbers of a lower triangle. */
function partOf(lower: readonly Float64Array[], numbers: readonly number[]): readonly Float64Array[] {
  return numbers.map((i, k) => {
    const row = new Float64Array(k + 1);
    for (let j = 0; j <= k; j++) row[j] = lower[i]![numbers[j]!]!;
    return row;
  });
}

function columnOf({ X, sampleWeight }: CentredRows, column: number): Float64Array {
  const values = new Float64Array(X.rows).map((_, row) => X.at(row, column));
  return sampleWeight === null ? values : values.filter((_, row) => sampleWeight[row] !== 0);
}
