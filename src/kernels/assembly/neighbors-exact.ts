// Exact sums of squared differences, of four pairs of a query and a row at a time, so that their chains of sums overlap.
import { BYTES, F32, F64, valueOf } from "./table-cells";

/** Pairs that are summed at a time. */
export const PAIRS: u32 = 4;

/** `pairs` is u32[4][2]: addresses of a query, f64, and of a row; out f64[4]. */
export function squaresOf(pairs: u32, kind: u32, table: u32, cols: u32, out: u32): void {
  if (kind == BYTES) squaresIn(BYTES, pairs, table, cols, out);
  else if (kind == F32) squaresIn(F32, pairs, table, cols, out);
  else squaresIn(F64, pairs, table, cols, out);
}

// The kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function squaresIn(kind: u32, pairs: u32, table: u32, cols: u32, out: u32): void {
  const q0 = load<u32>(pairs);
  const q1 = load<u32>(pairs, 8);
  const q2 = load<u32>(pairs, 16);
  const q3 = load<u32>(pairs, 24);
  const r0 = load<u32>(pairs, 4);
  const r1 = load<u32>(pairs, 12);
  const r2 = load<u32>(pairs, 20);
  const r3 = load<u32>(pairs, 28);
  let a: f64 = 0;
  let b: f64 = 0;
  let c: f64 = 0;
  let d: f64 = 0;
  for (let j: u32 = 0; j < cols; j++) {
    const e = load<f64>(q0 + (j << 3)) - valueOf(r0, kind, table, j);
    const f = load<f64>(q1 + (j << 3)) - valueOf(r1, kind, table, j);
    const g = load<f64>(q2 + (j << 3)) - valueOf(r2, kind, table, j);
    const h = load<f64>(q3 + (j << 3)) - valueOf(r3, kind, table, j);
    a += e * e;
    b += f * f;
    c += g * g;
    d += h * h;
  }
  store<f64>(out, a);
  store<f64>(out, b, 8);
  store<f64>(out, c, 16);
  store<f64>(out, d, 24);
}
