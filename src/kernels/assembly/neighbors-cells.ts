import { BYTES, F32, F64, valueOf } from "./table-cells";

/** Writes the values of a row, `step` bytes apart. */
export function widen(row: u32, kind: u32, table: u32, cols: u32, out: u32, step: u32): void {
  if (kind == BYTES) widenIn(BYTES, row, table, cols, out, step);
  else if (kind == F32) widenIn(F32, row, table, cols, out, step);
  else widenIn(F64, row, table, cols, out, step);
}

// The kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function widenIn(kind: u32, row: u32, table: u32, cols: u32, out: u32, step: u32): void {
  for (let j: u32 = 0; j < cols; j++, out += step) store<f64>(out, valueOf(row, kind, table, j));
}
