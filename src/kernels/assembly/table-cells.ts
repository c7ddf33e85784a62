// Cells of a table: bytes that stand for table f64[256], f32, or f64.

export const BYTES: u32 = 0;
export const F32: u32 = 1;
export const F64: u32 = 2;

// @ts-ignore: decorator
@inline
export function sizeOf(kind: u32): u32 {
  return kind == BYTES ? 1 : kind == F32 ? 4 : 8;
}

/** The value of a cell, counted from `at`. */
// @ts-ignore: decorator
@inline
export function valueOf(at: u32, kind: u32, table: u32, cell: u32): f64 {
  if (kind == BYTES) return load<f64>(table + (u32(load<u8>(at + cell)) << 3));
  if (kind == F32) return f64(load<f32>(at + (cell << 2)));
  return load<f64>(at + (cell << 3));
}

/** The values of a cell and the next one. */
// @ts-ignore: decorator
@inline
export function pairOf(at: u32, kind: u32, table: u32, cell: u32): v128 {
  if (kind == F64) return v128.load(at + (cell << 3));
  if (kind == F32) return f64x2.promote_low_f32x4(v128.load64_zero(at + (cell << 2)));
  const low = v128.load64_zero(table + (u32(load<u8>(at + cell)) << 3));
  return v128.load64_lane(table + (u32(load<u8>(at + cell, 1)) << 3), low, 1);
}
