// What linear predictions leave over, and its products with the columns. See ../residual-products.ts.
import { BYTES, F32, F64, pairOf, valueOf } from "./table-cells";

export function residualProducts(
  scratch: u32, data: u32, kind: u32, table: u32, rows: u32, cols: u32, shift: u32, weights: u32, extra: u32,
  coef: u32, from: u32, to: u32, out: u32,
): i32 {
  memory.fill(out, 0, (cols + 2) << 3);
  const end = cols << 3;
  const goal = load<f64>(shift + end);
  const offset = load<f64>(coef + end);
  for (let position = from; position < to; position++) {
    const cell = load<u32>(rows + (position << 2)) * cols;
    if (kind == BYTES) unpack(data, BYTES, table, cell, end, shift, scratch);
    else if (kind == F32) unpack(data, F32, table, cell, end, shift, scratch);
    else unpack(data, F64, table, cell, end, shift, scratch);
    const rest = load<f64>(extra + (position << 3)) - goal - (dot(scratch, coef, end) + offset);
    const by = weights ? load<f64>(weights + (position << 3)) * rest : rest;
    addTimes(by, scratch, end, out);
    store<f64>(out + end, load<f64>(out + end) + by);
    store<f64>(out + end, load<f64>(out + end, 8) + by * rest, 8);
  }
  return 0;
}

// Kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function unpack(data: u32, kind: u32, table: u32, cell: u32, end: u32, shift: u32, out: u32): void {
  let at: u32 = 0;
  for (; at + 16 <= end; at += 16, cell += 2) {
    v128.store(out + at, f64x2.sub(pairOf(data, kind, table, cell), v128.load(shift + at)));
  }
  if (at < end) store<f64>(out + at, valueOf(data, kind, table, cell) - load<f64>(shift + at));
}

/** Pairs of products in two sums, so that an addition need not wait for the one before. */
function dot(a: u32, b: u32, end: u32): f64 {
  let s = f64x2.splat(0);
  let t = s;
  let at: u32 = 0;
  for (; at + 32 <= end; at += 32) {
    s = f64x2.add(s, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    t = f64x2.add(t, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  if (at + 16 <= end) {
    s = f64x2.add(s, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    at += 16;
  }
  s = f64x2.add(s, t);
  const sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  return at < end ? sum + load<f64>(a + at) * load<f64>(b + at) : sum;
}

function addTimes(by: f64, x: u32, end: u32, out: u32): void {
  const factor = f64x2.splat(by);
  let at: u32 = 0;
  for (; at + 16 <= end; at += 16) {
    v128.store(out + at, f64x2.add(v128.load(out + at), f64x2.mul(factor, v128.load(x + at))));
  }
  if (at < end) store<f64>(out + at, load<f64>(out + at) + by * load<f64>(x + at));
}
