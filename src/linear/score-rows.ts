import type { RunContext } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { place, placeRows } from "../core/placed.js";
import { linearScores, probabilities, scratchBytes, strideOf } from "../kernels/logistic-loss.js";
import { mapTasks } from "../parallel/map-tasks.js";

/** Cells times outputs of one task: a few milliseconds of work. */
const WORK = 1 << 22;

export interface LinearModel {
  /** outputs x features, row-major. */
  readonly coef: Float64Array;
  /** One an output. */
  readonly intercept: Float64Array;
}

/** The score of each row and output, or the probabilities that they stand for (two columns for one output). */
export async function scoreRows(
  X: Matrix,
  { coef, intercept }: LinearModel,
  asProbabilities: boolean,
  ctx: RunContext,
): Promise<Matrix> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { rows: n, cols } = X;
  const outputs = intercept.length;
  const stride = strideOf(outputs);
  const width = asProbabilities ? Math.max(2, outputs) : outputs;
  const placed = await place(X, ctx);
  const scope = memory.scope();
  try {
    const rows = placeRows(X, scope);
    const table = new Float64Array((cols + 1) * stride);
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < cols; j++) table[j * stride + k] = coef[k * cols + j]!;
      table[cols * stride + k] = intercept[k]!;
    }
    const weights = scope.place(table);
    const scores = scope.alloc(8 * n * outputs);
    const out = asProbabilities ? scope.alloc(8 * n * width) : scores;
    const reads = [placed.cells, rows, weights, ...(placed.byteValues ? [placed.byteValues] : [])];
    const rowsAtOnce = Math.max(1, Math.floor(WORK / (cols * stride)));
    const makeSlot = () => scope.alloc(scratchBytes(cols, outputs));
    const task = async (i: number, scratch: ReturnType<typeof makeSlot>, stop: AbortSignal) => {
      const [from, to] = [i * rowsAtOnce, Math.min(n, (i + 1) * rowsAtOnce)];
      const [values, table] = [placed.cells.offset, placed.byteValues?.offset ?? 0];
      const args = [
        scratch.offset,
        scores.offset,
        values,
        placed.kind,
        table,
        cols,
        rows.offset,
        from,
        to,
        outputs,
        weights.offset,
      ];
      const mine = scores.part(8 * from * outputs, 8 * (to - from) * outputs);
      const cost = (to - from) * cols * (0.5 + stride * 0.2);
      await pool.run({ kernel: linearScores, args, reads, writes: [scratch, mine], cost }, stop);
      if (!asProbabilities) return;
      const result = out.part(8 * from * width, 8 * (to - from) * width);
      const more = [mine.offset, to - from, outputs, result.offset];
      const writes = [result];
      await pool.run(
        { kernel: probabilities, args: more, reads: [mine], writes, cost: 20 * (to - from) * outputs },
        stop,
      );
    };
    for await (const _ of mapTasks(pool, Math.ceil(n / rowsAtOnce), makeSlot, task, signal));
    return new Matrix(memory.f64(out).slice(), n, width);
  } finally {
    scope.free();
  }
}

/** What a linear regression predicts for each row. */
export async function predictLinear(
  X: Matrix,
  { coef, intercept }: { readonly coef: Float64Array; readonly intercept: number },
  ctx: RunContext,
): Promise<Float64Array> {
  const scores = await scoreRows(X, { coef, intercept: Float64Array.of(intercept) }, false, ctx);
  return scores.data as Float64Array;
}
