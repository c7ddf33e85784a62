import { columnMeans, requireFinite } from "../core/by-row.js";
import { addDotProducts, BLOCK_ROWS, centredColumns, triangleOf } from "../core/cross-products.js";
import { InvalidDataError } from "../core/errors.js";
import type { Matrix } from "../core/matrix.js";
import { EventLoop } from "../parallel/event-loop.js";
import { symmetricEigen } from "./symmetric-eigen.js";

export interface PrincipalAxes {
  readonly mean: Float64Array;
  /** Variances along all min(rows, columns) axes, descending, over rows - 1. */
  readonly variances: Float64Array;
  /** As many as were asked for, orthonormal; the largest entry of each is positive. */
  readonly axes: readonly Float64Array[];
}

/**
 * The axes along which the rows of X vary most: eigenvectors of the covariance of the columns, or where rows are fewer, of the dot
 * products of the rows, of which axes are made.
 * @throws InvalidDataError for numbers whose squares are beyond the range of f64
 */
export async function principalAxes(
  X: Matrix,
  count: number,
  owner: string,
  signal: AbortSignal,
): Promise<PrincipalAxes> {
  const { total, mean } = await columnMeans(X, null, signal);
  requireFinite(total, owner, mean);
  const loop = new EventLoop();
  const isWide = X.cols > X.rows;
  const vectors = isWide ? rowsOf(centredColumns(X, mean, null, 0, X.rows)) : [];
  const products = triangleOf(isWide ? X.rows : X.cols);
  if (isWide) await addDotProducts(products, vectors, loop, signal);
  for (let from = 0; from < X.rows && !isWide; from += BLOCK_ROWS) {
    const block = centredColumns(X, mean, null, from, Math.min(X.rows, from + BLOCK_ROWS));
    await addDotProducts(products, block, loop, signal);
  }
  for (const row of products) for (let j = 0; j < row.length; j++) row[j]! /= X.rows - 1;
  const trace = products.reduce((sum, row, i) => sum + row[i]!, 0);
  if (!Number.isFinite(trace)) {
    throw new InvalidDataError(`X holds numbers too large for ${owner}: their squares are beyond the range of f64`);
  }
  const found = await symmetricEigen(products, count, signal);
  const axes = isWide ? axesOfRows(found.vectors, vectors) : found.vectors;
  for (const axis of axes) makeLargestPositive(axis);
  return { mean, variances: found.values.map((value) => Math.max(0, value)), axes };
}

function rowsOf(columns: readonly Float64Array[]): readonly Float64Array[] {
  return Array.from(columns[0]!, (_, i) => Float64Array.from({ length: columns.length }, (_, j) => columns[j]![i]!));
}

/** The combinations of the rows, made orthonormal; unit vectors stand in for those that are next to nothing. */
function axesOfRows(combinations: readonly Float64Array[], rows: readonly Float64Array[]): readonly Float64Array[] {
  const axes: Float64Array[] = [];
  let unit = 0;
  let first = 0;
  for (const combination of combinations) {
    let axis = new Float64Array(rows[0]!.length);
    for (const [i, row] of rows.entries()) for (let j = 0; j < axis.length; j++) axis[j]! += combination[i]! * row[j]!;
    first ||= Math.sqrt(dot(axis, axis));
    while (!orthonormalize(axis, axes, 1e-7 * first)) {
      axis = new Float64Array(axis.length);
      axis[unit++] = 1;
      first = Math.min(first, 1);
    }
    axes.push(axis);
  }
  return axes;
}

/** Takes away twice what lies along the axes (once leaves rounding behind: Giraud and Langou 2002); false if too little is left. */
function orthonormalize(x: Float64Array, axes: readonly Float64Array[], least: number): boolean {
  for (const axis of [...axes, ...axes]) {
    const along = dot(x, axis);
    for (let j = 0; j < x.length; j++) x[j]! -= along * axis[j]!;
  }
  const length = Math.sqrt(dot(x, x));
  if (!(length > least)) return false;
  for (let j = 0; j < x.length; j++) x[j]! /= length;
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

/** scikit-learn's svd_flip with u_based_decision=False; the first of equals decides. */
function makeLargestPositive(axis: Float64Array): void {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  if (largest < 0) for (let j = 0; j < axis.length; j++) axis[j]! *= -1;
}
