import { centredColumns } from "../core/centred-columns.js";
import { crossProducts, dotProducts } from "../core/cross-products.js";
import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { centreOf, placeWeighted } from "../core/weighted-rows.js";
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
export async function principalAxes(X: Matrix, count: number, owner: string, ctx: RunContext): Promise<PrincipalAxes> {
  const scope = ctx.pool.memory.scope();
  try {
    const rows = await placeWeighted(X, null, null, scope, ctx);
    const centre = await centreOf(rows, owner, ctx);
    const isWide = X.cols > X.rows;
    const vectors = isWide ? rowsOf(centredColumns(X, centre.mean, null, 0, X.rows)) : [];
    const products = isWide ? await dotProducts(vectors, ctx) : await crossProducts(rows, centre, ctx);
    const covariance = products.map((row) => row.map((sum) => sum / (X.rows - 1)));
    const trace = covariance.reduce((sum, row, i) => sum + row[i]!, 0);
    if (!Number.isFinite(trace)) {
      throw new InvalidDataError(`X holds numbers too large for ${owner}: their squares are beyond the range of f64`);
    }
    const found = await symmetricEigen(covariance, count, ctx);
    const axes = isWide ? axesOfRows(found.vectors, vectors) : found.vectors;
    for (const axis of axes) makeLargestPositive(axis);
    return { mean: centre.mean, variances: found.values.map((value) => Math.max(0, value)), axes };
  } finally {
    scope.free();
  }
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
  let largest = 0;
  for (let j = 0; j < axis.length; j++) if (Math.abs(axis[j]!) > Math.abs(largest)) largest = axis[j]!;
  if (largest < 0) for (let j = 0; j < axis.length; j++) axis[j]! *= -1;
}
