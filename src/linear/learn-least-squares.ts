import { EventLoop } from "../parallel/event-loop.js";
import { type Centre, centredColumns, type Regression } from "./centred-rows.js";
import { type LeastSquares, RowTriangle } from "./least-squares.js";

/** Rows folded in at once. */
const BLOCK_ROWS = 256;

/** The shortest coefficients that minimise the weighted squares; a pivot is zero if no larger than max(n, p) eps times the largest. */
export async function learnLeastSquares(
  regression: Regression,
  centre: Centre,
  signal: AbortSignal,
): Promise<LeastSquares> {
  const { rows, cols } = regression.X;
  const triangle = new RowTriangle(cols);
  const loop = new EventLoop();
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const block = centredColumns(regression, centre, from, Math.min(rows, from + BLOCK_ROWS));
    for (let k = 0; k <= cols; k++) {
      triangle.eliminate(block, k);
      if (!loop.isDue) continue;
      await loop.turn();
      signal.throwIfAborted();
    }
  }
  return triangle.solve(Math.max(rows, cols) * Number.EPSILON);
}
