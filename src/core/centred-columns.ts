import type { Matrix } from "./matrix.js";

/** The columns of rows from .. to less their means, times the root of the row's weight. Rows that weigh nothing are left out. */
export function centredColumns(
  X: Matrix,
  mean: Float64Array,
  weight: Float64Array | null,
  from: number,
  to: number,
): Float64Array[] {
  const rows: number[] = [];
  for (let row = from; row < to; row++) if (weight?.[row] !== 0) rows.push(row);
  const { data, scale } = X.take(rows);
  const roots = Float64Array.from(rows, (row) => Math.sqrt(weight?.[row] ?? 1));
  return Array.from({ length: X.cols }, (_, j) => {
    const column = new Float64Array(rows.length);
    for (let i = 0; i < column.length; i++) {
      const value = data[i * X.cols + j]!;
      column[i] = roots[i]! * ((scale === null ? value : Math.fround(value * scale)) - mean[j]!);
    }
    return column;
  });
}
