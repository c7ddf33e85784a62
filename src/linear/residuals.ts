import type { RunContext } from "../core/estimator.js";
import { rowsOfWork, shiftOf, sumOverRows, tableArgs } from "../core/weighted-rows.js";
import { residualProducts } from "../kernels/residual-products.js";
import type { Block } from "../parallel/memory.js";
import type { CentredRows } from "./centred-rows.js";

/** What is to be a combination of the columns: f64 by position, and its mean. */
export interface Goal {
  readonly values: Block;
  readonly mean: number;
}

export interface Residuals {
  /** Their dot products with the centred columns. */
  readonly products: Float64Array;
  /** Their length. */
  readonly length: number;
}

/** Nanoseconds a cell. */
const COST = 3;

/** What a combination of the centred columns leaves of the centred goal, computed of the rows themselves. */
export async function residualsOf(
  goal: Goal,
  coef: Float64Array,
  { rows, centre }: CentredRows,
  ctx: RunContext,
): Promise<Residuals> {
  const { cols, weights } = rows;
  const shift = shiftOf(centre).subarray(0, cols);
  const left = shift.map((value, j) => centre.mean[j]! - value);
  const offset = coef.reduce((sum, value, j) => sum - value * left[j]!, 0);
  const scope = ctx.pool.memory.scope();
  try {
    const [shifts, coefs] = [scope.place(joined(shift, goal.mean)), scope.place(joined(coef, offset))];
    const at = [...tableArgs(rows), shifts.offset, weights?.offset ?? 0, goal.values.offset, coefs.offset];
    const sums = await sumOverRows(
      rows,
      {
        kernel: residualProducts,
        reads: [shifts, coefs, goal.values],
        length: cols + 2,
        scratchBytes: 8 * cols,
        rowsAtOnce: rowsOfWork(cols),
        cost: COST * cols,
        args: (from, to, { scratch, out }) => [scratch.offset, ...at, from, to, out.offset],
      },
      ctx,
    );
    const products = sums.subarray(0, cols).map((sum, j) => sum - left[j]! * sums[cols]!);
    return { products, length: Math.sqrt(sums[cols + 1]!) };
  } finally {
    scope.free();
  }
}

function joined(values: Float64Array, last: number): Float64Array {
  const all = new Float64Array(values.length + 1);
  all.set(values);
  all[values.length] = last;
  return all;
}
