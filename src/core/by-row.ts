import { InvalidDataError } from "./errors.js";
import type { RunOptions } from "./estimator.js";
import { Matrix, type MatrixLike } from "./matrix.js";
import { inSlices } from "./slices.js";
import { toMatrix } from "./to-matrix.js";

/** Values handled between two glances at the clock. */
const STRIDE = 1 << 16;

/** Calls `visit` with each row's values, scaled, in order. The array is overwritten for the next row. */
export async function forEachRow(
  X: Matrix,
  visit: (values: Float64Array, row: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { cols, index, scale } = X;
  const { data } = X.root;
  const values = new Float64Array(cols);
  await inSlices(
    X.rows,
    Math.max(1, Math.floor(STRIDE / cols)),
    (from, to) => {
      for (let row = from; row < to; row++) {
        const start = (index === null ? row : index[row]!) * cols;
        for (let j = 0; j < cols; j++) values[j] = data[start + j]!;
        if (scale !== null) for (let j = 0; j < cols; j++) values[j] = Math.fround(values[j]! * scale);
        visit(values, row);
      }
    },
    signal,
  );
}

/** A table of the rows of X, each as `change` makes it of its values, in place: f32 where X is, else f64. */
export async function mapRows(
  X: Matrix,
  change: (values: Float64Array) => void,
  signal?: AbortSignal,
): Promise<Matrix> {
  const { rows, cols } = X;
  const size = rows * cols;
  const out = X.root.data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  await forEachRow(
    X,
    (values, row) => {
      change(values);
      for (let j = 0; j < cols; j++) out[row * cols + j] = values[j]!;
    },
    signal,
  );
  return new Matrix(out, rows, cols);
}

/** Total weight and weighted mean of each column's numbers, NaN left out. */
export async function columnMeans(
  X: Matrix,
  weight: Float64Array | null,
  signal: AbortSignal,
): Promise<{ readonly total: Float64Array; readonly mean: Float64Array }> {
  const total = new Float64Array(X.cols);
  const mean = new Float64Array(X.cols);
  await forEachRow(
    X,
    (values, row) => {
      const w = weight === null ? 1 : weight[row]!;
      for (let j = 0; j < values.length; j++) {
        if (Number.isNaN(values[j])) continue;
        total[j]! += w;
        mean[j]! += w * values[j]!;
      }
    },
    signal,
  );
  for (let j = 0; j < mean.length; j++) mean[j]! /= total[j]!;
  return { total, mean };
}

/**
 * What an `inverseTransform` was given, as a Matrix; NaN is let through.
 * @throws InvalidDataError if it is no table of `cols` columns
 */
export async function transformed(X: MatrixLike, cols: number, owner: string, options: RunOptions): Promise<Matrix> {
  const matrix = await toMatrix(X, { allowsNaN: true, signal: options.signal });
  if (matrix.cols === cols) return matrix;
  throw new InvalidDataError(`X has ${matrix.cols} features, but ${owner} gives back tables of ${cols} features`);
}

/**
 * Checks what was computed of each column, where the column has any numbers.
 * @throws InvalidDataError naming the column whose fact is not finite
 */
export function requireFinite(counts: Float64Array, owner: string, ...facts: readonly Float64Array[]): void {
  const column = counts.findIndex((count, j) => count > 0 && facts.some((fact) => !Number.isFinite(fact[j])));
  if (column < 0) return;
  throw new InvalidDataError(
    `column ${column} of X holds numbers too large for ${owner}: what it computes of them is beyond the range of f64`,
    undefined,
    column,
  );
}
