import { CellTable, cellOf } from "./cell-table.js";
import type { RunContext } from "./estimator.js";
import { Matrix, type MatrixData } from "./matrix.js";
import { isSmallPart } from "./row-source.js";
import { inSlices } from "./slices.js";

/** Cells handled between two glances at the clock. */
const STRIDE = 1 << 16;

/**
 * These columns of X as a table of their own: bytes stay bytes and f32 stays f32. Of a table with strings, columns in which all
 * are numbers become a table of numbers. Made once within a top-level verb, of all rows of the table that X is a view of.
 */
export function columnsOf(X: Matrix, columns: Uint32Array, ctx: RunContext): Promise<Matrix> {
  const key = `columns ${columns.join()}`;
  return ctx.workspace.memo(X, key, async () => {
    if (X.root === X || isSmallPart(X)) return select(X, columns, ctx.signal);
    const ofAll = await columnsOf(X.root, columns, ctx);
    return ofAll.take(X.index!);
  });
}

async function select(X: Matrix, columns: Uint32Array, signal: AbortSignal): Promise<Matrix> {
  const { rows, data, scale, labels } = X;
  const cells = new CellTable();
  const values = new (data.constructor as new (length: number) => MatrixData)(
    labels === null ? rows * columns.length : 0,
  );
  await inSlices(
    rows,
    Math.max(1, Math.floor(STRIDE / columns.length)),
    (from, to) => {
      for (let row = from; row < to; row++) {
        for (let j = 0; j < columns.length; j++) {
          const value = data[row * X.cols + columns[j]!]!;
          if (labels === null) values[row * columns.length + j] = value;
          else cells.add(cellOf(X, value));
        }
      }
    },
    signal,
  );
  return labels === null ? new Matrix(values, rows, columns.length, { scale }) : cells.toMatrix(columns.length);
}

/** Tables of as many rows side by side: f32 if all are, f64 else; with strings if one has any. */
export async function sideBySide(tables: readonly Matrix[], signal: AbortSignal): Promise<Matrix> {
  const [{ rows }] = tables as readonly [Matrix, ...Matrix[]];
  const cols = tables.reduce((sum, table) => sum + table.cols, 0);
  const parts = tables.map((table) => (table.scale === null ? table.data : table.toFloat64()));
  const hasLabels = tables.some(({ labels }) => labels !== null);
  const cells = new CellTable();
  const Container = parts.every((part) => part instanceof Float32Array) ? Float32Array : Float64Array;
  const values = new Container(hasLabels ? 0 : rows * cols);
  await inSlices(
    rows,
    Math.max(1, Math.floor(STRIDE / cols)),
    (from, to) => {
      for (let row = from; row < to; row++) {
        let at = row * cols;
        for (const [i, table] of tables.entries()) {
          const own = parts[i]!.subarray(row * table.cols, (row + 1) * table.cols);
          if (hasLabels) for (const value of own) cells.add(cellOf(table, value));
          else values.set(own, at);
          at += table.cols;
        }
      }
    },
    signal,
  );
  return hasLabels ? cells.toMatrix(cols) : new Matrix(values, rows, cols);
}
