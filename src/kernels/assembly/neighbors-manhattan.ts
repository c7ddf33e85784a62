// The k nearest rows by sums of absolute differences. Eight queries are compared with a row at a time, so that it is read and
// widened once.
import { widen } from "./neighbors-cells";
import { BYTES, F32, F64, sizeOf, valueOf } from "./table-cells";
import { clear, offer, sort } from "./neighbors-ranking";

/** Queries of a group. */
const GROUP: u32 = 8;
/** Features summed between two looks whether a row can still be among the nearest. */
const STRIDE: u32 = 64;

/** The sums (at `scratch`, f64[8]), then the sums to beat (f64[8]), then the group's queries. */
const BOUNDS_AT: u32 = 64;
const QUERIES_AT: u32 = 128;

/** See ../neighbors.ts. */
export function nearestManhattan(
  scratch: u32, k: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, training: u32, trainingKind: u32,
  trainingTable: u32, cols: u32, n: u32, first: u32, last: u32, sums: u32, indices: u32,
): i32 {
  if (first == 0) clear(k, from, to, sums, indices);
  const queries = scratch + QUERIES_AT;
  const bounds = scratch + BOUNDS_AT;
  const rowBytes = cols * sizeOf(trainingKind);
  for (let group = from; group < to; group += GROUP) {
    const count = min(GROUP, to - group);
    for (let q: u32 = 0; q < GROUP; q++) {
      const query = group + min(q, count - 1); // A group that is not full repeats its last query.
      const row = data + load<u32>(rows + (query << 2)) * cols * sizeOf(kind);
      widen(row, kind, table, cols, queries + (q << 3), GROUP << 3);
      store<f64>(bounds + (q << 3), load<f64>(sums + ((query * k) << 3)));
    }
    for (let t = first; t < last; t++) {
      if (!sumsOf(training + t * rowBytes, trainingKind, trainingTable, cols, queries, scratch)) continue;
      for (let q: u32 = 0; q < count; q++) {
        const start = (group + q) * k;
        if (!offer(load<f64>(scratch + (q << 3)), t, k, sums + (start << 3), indices + (start << 2))) continue;
        store<f64>(bounds + (q << 3), load<f64>(sums + (start << 3)));
      }
    }
  }
  if (last == n) sort(k, from, to, sums, indices);
  return 0;
}

/** The sums of a row, over ascending features; false if all of them are beyond their bounds. */
function sumsOf(row: u32, kind: u32, table: u32, cols: u32, queries: u32, out: u32): bool {
  if (kind == BYTES) return sumsIn(BYTES, row, table, cols, queries, out);
  if (kind == F32) return sumsIn(F32, row, table, cols, queries, out);
  return sumsIn(F64, row, table, cols, queries, out);
}

// The kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function sumsIn(kind: u32, row: u32, table: u32, cols: u32, queries: u32, out: u32): bool {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const bounds = out + BOUNDS_AT;
  for (let j: u32 = 0; j < cols; ) {
    const end = min(cols, j + STRIDE);
    for (; j < end; j++) {
      const x = f64x2.splat(valueOf(row, kind, table, j));
      const q = queries + (j << 6);
      a = f64x2.add(a, f64x2.abs(f64x2.sub(v128.load(q), x)));
      b = f64x2.add(b, f64x2.abs(f64x2.sub(v128.load(q, 16), x)));
      c = f64x2.add(c, f64x2.abs(f64x2.sub(v128.load(q, 32), x)));
      d = f64x2.add(d, f64x2.abs(f64x2.sub(v128.load(q, 48), x)));
    }
    const isNear = v128.or(
      v128.or(f64x2.le(a, v128.load(bounds)), f64x2.le(b, v128.load(bounds, 16))),
      v128.or(f64x2.le(c, v128.load(bounds, 32)), f64x2.le(d, v128.load(bounds, 48))),
    );
    if (!v128.any_true(isNear)) return false;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  return true;
}
