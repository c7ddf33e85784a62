import type { RunContext } from "../core/estimator.js";
import { EventLoop } from "../parallel/event-loop.js";
import { type CentredRows, regressionColumns } from "./centred-rows.js";
import { type LeastSquares, RowTriangle } from "./least-squares.js";
import { refinedLeastSquares } from "./refined-least-squares.js";

/** Rows that are folded in at once. */
const BLOCK_ROWS = 256;

/**
 * The shortest coefficients that minimise the weighted squares plus alpha times their own: by the normal equations and refinement
 * where columns are as independent as these need, else by orthogonal transformations.
 */
export async function learnLeastSquares(
  regression: CentredRows,
  alpha: number,
  ctx: RunContext,
): Promise<LeastSquares> {
  const { rows, cols } = regression.X;
  const tolerance = Math.max(rows, cols) * Number.EPSILON;
  const refined = alpha === 0 && rows >= cols ? await refinedLeastSquares(regression, tolerance, ctx) : null;
  return refined ?? (await byOrthogonalTransformations(regression, alpha, tolerance, ctx.signal));
}

/** The penalty is as good as rows root(alpha) I; a pivot is zero if no larger than `tolerance` times the largest. */
async function byOrthogonalTransformations(
  regression: CentredRows,
  alpha: number,
  tolerance: number,
  signal: AbortSignal,
): Promise<LeastSquares> {
  const { rows, cols } = regression.X;
  const triangle = new RowTriangle(cols);
  const loop = new EventLoop();
  const fold = async (block: readonly Float64Array[]) => {
    for (let k = 0; k <= cols; k++) {
      triangle.eliminate(block, k);
      if (!loop.isDue) continue;
      await loop.turn();
      signal.throwIfAborted();
    }
  };
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    await fold(regressionColumns(regression, from, Math.min(rows, from + BLOCK_ROWS)));
  }
  if (alpha > 0) await fold(penaltyColumns(alpha, cols));
  return triangle.solve(tolerance);
}

function penaltyColumns(alpha: number, cols: number): readonly Float64Array[] {
  const root = Math.sqrt(alpha);
  return Array.from({ length: cols + 1 }, (_, j) =>
    Float64Array.from({ length: cols }, (_, i) => (i === j ? root : 0)),
  );
}
