// Cells of a table: bytes that stand for table f64[256], f32, or f64.

export const BYTES: u32 = 0;
export const F32: u32 = 1;
export const F64: u32 = 2;

// @ts-ignore: decorator
@inline
export function sizeOf(kind: u32): u32 {
  return kind == BYTES ? 1 : kind == F32 ? 4 : 8;
}

/** The value of a cell of the row at `row`. */
// @ts-ignore: decorator
@inline
export function valueOf(row: u32, kind: u32, table: u32, cell: u32): f64 {
  if (kind == BYTES) return load<f64>(table + (u32(load<u8>(row + cell)) << 3));
  if (kind == F32) return f64(load<f32>(row + (cell << 2)));
  return load<f64>(row + (cell << 3));
}

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
