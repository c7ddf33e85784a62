// Sums over the rows of a table, a column each.
import { BYTES, F32, F64, pairOf, valueOf } from "./table-cells";

/** See ../cross-products.ts. */
export function columnSums(
  data: u32, kind: u32, table: u32, rows: u32, cols: u32, weights: u32, from: u32, to: u32, out: u32,
): i32 {
  memory.fill(out, 0, cols << 4);
  for (let position = from; position < to; position++) {
    const cell = load<u32>(rows + (position << 2)) * cols;
    const weight = weights ? load<f64>(weights + (position << 3)) : 1;
    if (kind == BYTES) addRow(data, BYTES, table, cell, cols, weight, out);
    else if (kind == F32) addRow(data, F32, table, cell, cols, weight, out);
    else addRow(data, F64, table, cell, cols, weight, out);
  }
  return 0;
}

// Kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function addRow(data: u32, kind: u32, table: u32, cell: u32, cols: u32, weight: f64, sums: u32): void {
  const zeros = sums + (cols << 3);
  const nothing = f64x2.splat(0);
  const weights = f64x2.splat(weight);
  let j: u32 = 0;
  for (; j + 1 < cols; j += 2) {
    const at = j << 3;
    const value = pairOf(data, kind, table, cell + j);
    v128.store(sums + at, f64x2.add(v128.load(sums + at), f64x2.mul(weights, value)));
    v128.store(zeros + at, f64x2.add(v128.load(zeros + at), v128.and(weights, f64x2.eq(value, nothing))));
  }
  if (j == cols) return;
  const value = valueOf(data, kind, table, cell + j);
  const at = j << 3;
  store<f64>(sums + at, load<f64>(sums + at) + weight * value);
  store<f64>(zeros + at, load<f64>(zeros + at) + (value == 0 ? weight : 0));
}
