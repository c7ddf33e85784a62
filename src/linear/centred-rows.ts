import { centredColumns } from "../core/centred-columns.js";
import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { type Centre, centreOf, placeWeighted, uncentred, type WeightedRows } from "../core/weighted-rows.js";
import type { Scope } from "../parallel/memory.js";

/** What a linear regression learns from. */
export interface Regression {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly sampleWeight: Float64Array | null;
}

/** The rows, y as their last column, and what is subtracted from them: their weighted means, or 0 without an intercept. */
export interface CentredRows extends Regression {
  readonly rows: WeightedRows;
  readonly centre: Centre;
}

/**
 * Finds the centre of the rows, and puts them into the pool's memory.
 * @throws InvalidDataError for a column whose sum is beyond the range of f64
 */
export async function centredRows(
  regression: Regression,
  fitIntercept: boolean,
  owner: string,
  scope: Scope,
  ctx: RunContext,
): Promise<CentredRows> {
  const { X, y, sampleWeight } = regression;
  const rows = await placeWeighted(X, sampleWeight, y, scope, ctx);
  if (!fitIntercept) return { ...regression, rows, centre: uncentred(X.cols + 1) };
  const { total, mean, zeros } = await centreOf(rows, owner, ctx);
  const sum = y.reduce((before, value, row) => before + (sampleWeight?.[row] ?? 1) * value, 0);
  const centre = { total, mean: Float64Array.of(...mean, sum / total), zeros: Float64Array.of(...zeros, 0) };
  return { ...regression, rows, centre };
}

/** The centred columns of the rows from .. to, and last that of y: see `centredColumns`. */
export function regressionColumns(
  { X, y, sampleWeight, centre: { mean } }: CentredRows,
  from: number,
  to: number,
): readonly Float64Array[] {
  const ys = centredColumns(new Matrix(y, y.length, 1), mean.subarray(-1), sampleWeight, from, to);
  return [...centredColumns(X, mean, sampleWeight, from, to), ...ys];
}

/** A linear model of numbers: y = coef · x + intercept. */
export interface LinearFit {
  /** One a feature. */
  readonly coef: Float64Array;
  readonly intercept: number;
}

/**
 * The model of coefficients that were found for centred rows.
 * @throws InvalidDataError if they are not finite
 */
export function linearFit(coef: Float64Array, { centre: { mean } }: CentredRows, owner: string): LinearFit {
  const intercept = coef.reduce((rest, value, j) => rest - value * mean[j]!, mean.at(-1)!);
  if (coef.every(Number.isFinite) && Number.isFinite(intercept)) return { coef, intercept };
  throw new InvalidDataError(`X holds numbers too large for ${owner}: their squares are beyond the range of f64`);
}
