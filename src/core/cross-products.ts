import type { EventLoop } from "../parallel/event-loop.js";
import type { Matrix } from "./matrix.js";

/** Rows taken at once by those who go through a table by blocks. */
export const BLOCK_ROWS = 256;

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

/** Adds the dot product of each two vectors to a table, of which the part on and below the diagonal is made: sums[i][j], j <= i. */
export async function addDotProducts(
  sums: readonly Float64Array[],
  vectors: readonly Float64Array[],
  loop: EventLoop,
  signal: AbortSignal,
): Promise<void> {
  for (const [i, u] of vectors.entries()) {
    const row = sums[i]!;
    let j = 0;
    // Four sums at once, since each waits for its last addition; the order within each stays that of the vectors.
    for (; j + 3 <= i; j += 4) {
      const [a, b, c, d] = [vectors[j]!, vectors[j + 1]!, vectors[j + 2]!, vectors[j + 3]!];
      let [ua, ub, uc, ud] = [0, 0, 0, 0];
      for (let k = 0; k < u.length; k++) {
        const value = u[k]!;
        ua += value * a[k]!;
        ub += value * b[k]!;
        uc += value * c[k]!;
        ud += value * d[k]!;
      }
      row[j]! += ua;
      row[j + 1]! += ub;
      row[j + 2]! += uc;
      row[j + 3]! += ud;
    }
    for (; j <= i; j++) {
      const v = vectors[j]!;
      let sum = 0;
      for (let k = 0; k < u.length; k++) sum += u[k]! * v[k]!;
      row[j]! += sum;
    }
    if (!loop.isDue) continue;
    await loop.turn();
    signal.throwIfAborted();
  }
}

/** A table of zeros for `addDotProducts`. */
export function triangleOf(size: number): Float64Array[] {
  return Array.from({ length: size }, (_, i) => new Float64Array(i + 1));
}
