import { forEachRow, requireFinite } from "../core/by-row.js";
import type { Matrix } from "../core/matrix.js";
import type { LabelTarget } from "../core/target.js";

/** What the rows of each class are like. */
export interface ClassMoments {
  /** Total weight of each class. */
  readonly weight: Float64Array;
  /** Weighted means, classes x features. */
  readonly theta: Float64Array;
  /** Weighted variances, classes x features. */
  readonly var: Float64Array;
  /** The largest variance of a column over all rows, whatever they weigh. */
  readonly largestVariance: number;
}

/**
 * Means and variances in two passes over the rows, which loses no digits to large means. A class without weight has 0 for both.
 * @throws InvalidDataError for a column whose squares are beyond the range of f64
 */
export async function classMoments(
  X: Matrix,
  { classes, codes }: LabelTarget,
  sampleWeight: Float64Array | null,
  owner: string,
  signal: AbortSignal,
): Promise<ClassMoments> {
  const { rows, cols } = X;
  const count = classes.length;
  const weight = new Float64Array(count);
  const theta = new Float64Array(count * cols);
  const mean = new Float64Array(cols);
  const weightOf = (row: number) => (sampleWeight === null ? 1 : sampleWeight[row]!);
  const sumUp = (values: Float64Array, row: number) => {
    const code = codes[row]!;
    const w = weightOf(row);
    weight[code]! += w;
    for (let j = 0; j < cols; j++) {
      mean[j]! += values[j]!;
      theta[code * cols + j]! += w * values[j]!;
    }
  };
  await forEachRow(X, sumUp, signal);
  for (let j = 0; j < cols; j++) mean[j]! /= rows;
  divideByWeight(theta, weight, cols);

  const variance = new Float64Array(count * cols);
  const overall = new Float64Array(cols);
  const sumSquares = (values: Float64Array, row: number) => {
    const code = codes[row]!;
    const w = weightOf(row);
    for (let j = 0; j < cols; j++) {
      overall[j]! += (values[j]! - mean[j]!) ** 2;
      variance[code * cols + j]! += w * (values[j]! - theta[code * cols + j]!) ** 2;
    }
  };
  await forEachRow(X, sumSquares, signal);
  const rowsOfColumns = new Float64Array(cols).fill(rows);
  const ofClass = (table: Float64Array) => classes.map((_, code) => table.subarray(code * cols, (code + 1) * cols));
  requireFinite(rowsOfColumns, owner, overall, ...ofClass(theta), ...ofClass(variance));
  divideByWeight(variance, weight, cols);
  const largestVariance = overall.reduce((most, sum) => Math.max(most, sum / rows), 0);
  return { weight, theta, var: variance, largestVariance };
}

/** Row by row, a row a class; one without weight stays 0. */
function divideByWeight(sums: Float64Array, weight: Float64Array, cols: number): void {
  for (let at = 0; at < sums.length; at++) {
    const w = weight[Math.floor(at / cols)]!;
    if (w > 0) sums[at]! /= w;
  }
}
