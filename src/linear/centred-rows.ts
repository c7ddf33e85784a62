import { columnMeans, requireFinite } from "../core/by-row.js";
import { centredColumns } from "../core/cross-products.js";
import { InvalidDataError } from "../core/errors.js";
import { Matrix } from "../core/matrix.js";

/** What a linear regression learns from. */
export interface Regression {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly sampleWeight: Float64Array | null;
}

/** What is subtracted from the rows: their weighted means, or 0 without an intercept. */
export interface Centre {
  readonly mean: Float64Array;
  readonly yMean: number;
}

/**
 * The centre of the rows.
 * @throws InvalidDataError for a column whose sum is beyond the range of f64
 */
export async function centreOf(
  { X, y, sampleWeight }: Regression,
  fitIntercept: boolean,
  owner: string,
  signal: AbortSignal,
): Promise<Centre> {
  if (!fitIntercept) return { mean: new Float64Array(X.cols), yMean: 0 };
  const { total, mean } = await columnMeans(X, sampleWeight, signal);
  requireFinite(total, owner, mean);
  const sum = y.reduce((before, value, row) => before + (sampleWeight?.[row] ?? 1) * value, 0);
  return { mean, yMean: sum / total[0]! };
}

/** The centred columns of the rows from .. to, and last that of y: see `centredColumns`. */
export function regressionColumns(
  { X, y, sampleWeight }: Regression,
  { mean, yMean }: Centre,
  from: number,
  to: number,
): readonly Float64Array[] {
  const ys = centredColumns(new Matrix(y, y.length, 1), Float64Array.of(yMean), sampleWeight, from, to);
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
export function linearFit(coef: Float64Array, { mean, yMean }: Centre, owner: string): LinearFit {
  const intercept = yMean - mean.reduce((sum, value, j) => sum + value * coef[j]!, 0);
  if (coef.every(Number.isFinite) && Number.isFinite(intercept)) return { coef, intercept };
  throw new InvalidDataError(`X holds numbers too large for ${owner}: their squares are beyond the range of f64`);
}
