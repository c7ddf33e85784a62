import { dots, listCells } from "./linear-cells";

/**
 * For positions from .. to: out f64[n][outputs] = the row's dot product with each output's weights, plus its intercept.
 * Weights are f64[cols + 1][2 pairs], the intercepts last; scratch has 16 bytes a pair, then 16 a column.
 */
export function linearScores(
  scratch: u32, out: u32, data: u32, kind: u32, table: u32, cols: u32, rows: u32, from: u32, to: u32, outputs: u32,
  weights: u32,
): i32 {
  const pairs = (outputs + 1) >>> 1;
  const step = pairs << 4;
  const list = scratch + step;
  for (let i = from; i < to; i++) {
    const end = listCells(data, kind, table, cols, load<u32>(rows + (i << 2)), step, list);
    dots(pairs, list, end, weights, scratch);
    for (let k: u32 = 0; k < outputs; k++) {
      const score = load<f64>(scratch + (k << 3)) + load<f64>(weights + cols * step + (k << 3));
      store<f64>(out + ((i * outputs + k) << 3), score);
    }
  }
  return 0;
}
