// The k nearest rows by brute force. Eight queries are compared with a row at a time, so that it is read and widened once.
import { BYTES, F32, F64 } from "./linear-cells";

const EUCLIDEAN: u32 = 0;
const MANHATTAN: u32 = 1;
/** Queries of a group. */
const GROUP: u32 = 8;
/** Features summed between two looks whether a row can still be among the nearest. */
const STRIDE: u32 = 64;
/** Most features whose squared differences of bytes sum up within 32 bits. */
const MOST_BYTES: u32 = 33000;

/** The sums (at `out`, f64[8]), then the sums to beat (f64[8]), then the group's queries. */
const BOUNDS_AT: u32 = 64;
const QUERIES_AT: u32 = 128;

/** See ../neighbors.ts. */
export function nearest(
  scratch: u32, metric: u32, k: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, training: u32,
  trainingKind: u32, trainingTable: u32, cols: u32, first: u32, last: u32, areBytes: u32, sums: u32, indices: u32,
): i32 {
  const queries = scratch + QUERIES_AT;
  const bytesOnly = areBytes != 0 && metric == EUCLIDEAN && cols <= MOST_BYTES;
  const rowBytes = cols * (trainingKind == BYTES ? 1 : trainingKind == F32 ? 4 : 8);
  for (let group = from; group < to; group += GROUP) {
    const count = min(GROUP, to - group);
    for (let q: u32 = 0; q < GROUP; q++) {
      const query = group + min(q, count - 1); // A group that is not full repeats its last query.
      const row = load<u32>(rows + (query << 2));
      if (bytesOnly) packBytes(data + row * cols, cols, queries + q * (cols << 1));
      else pack(data, kind, table, row, cols, queries + (q << 3));
      store<f64>(scratch + BOUNDS_AT + (q << 3), first < k ? Infinity : load<f64>(sums + ((query * k + k - 1) << 3)));
    }
    for (let t = first; t < last; t++) {
      const at = training + t * rowBytes;
      if (bytesOnly) squaresOfBytes(at, cols, queries, scratch);
      else if (!sumsOf(metric, at, trainingKind, trainingTable, cols, queries, scratch, t >= k)) continue;
      for (let q: u32 = 0; q < count; q++) {
        const sum = load<f64>(scratch + (q << 3));
        if (t >= k && !(sum < load<f64>(scratch + BOUNDS_AT + (q << 3)))) continue;
        const start = (group + q) * k;
        insert(sum, t, min(t, k - 1), sums + (start << 3), indices + (start << 2));
        if (t + 1 >= k) store<f64>(scratch + BOUNDS_AT + (q << 3), load<f64>(sums + ((start + k - 1) << 3)));
      }
    }
  }
  return 0;
}

/** Puts a row into the ascending list, behind those as near; what stood at `place` is the last to go. */
function insert(sum: f64, row: u32, place: u32, sums: u32, indices: u32): void {
  for (; place > 0 && load<f64>(sums + ((place - 1) << 3)) > sum; place--) {
    store<f64>(sums + (place << 3), load<f64>(sums + ((place - 1) << 3)));
    store<u32>(indices + (place << 2), load<u32>(indices + ((place - 1) << 2)));
  }
  store<f64>(sums + (place << 3), sum);
  store<u32>(indices + (place << 2), row);
}

// @ts-ignore: decorator
@inline
function valueOf(data: u32, kind: u32, table: u32, cell: u32): f64 {
  if (kind == BYTES) return load<f64>(table + (u32(load<u8>(data + cell)) << 3));
  if (kind == F32) return f64(load<f32>(data + (cell << 2)));
  return load<f64>(data + (cell << 3));
}

/** A query's values, each followed by those of the group's other queries. */
function pack(data: u32, kind: u32, table: u32, row: u32, cols: u32, out: u32): void {
  const cell = row * cols;
  for (let j: u32 = 0; j < cols; j++) store<f64>(out + (j << 6), valueOf(data, kind, table, cell + j));
}

/** A query's bytes, 16 bits each. */
function packBytes(at: u32, cols: u32, out: u32): void {
  for (let j: u32 = 0; j < cols; j++) store<u16>(out + (j << 1), load<u8>(at + j));
}

/** The sums of a row, over ascending features; false if none of them is below its bound, where `bounded`. */
function sumsOf(
  metric: u32, at: u32, kind: u32, table: u32, cols: u32, queries: u32, out: u32, bounded: bool,
): bool {
  if (metric == EUCLIDEAN) {
    if (kind == BYTES) return sumsIn(EUCLIDEAN, at, BYTES, table, cols, queries, out, bounded);
    if (kind == F32) return sumsIn(EUCLIDEAN, at, F32, table, cols, queries, out, bounded);
    return sumsIn(EUCLIDEAN, at, F64, table, cols, queries, out, bounded);
  }
  if (kind == BYTES) return sumsIn(MANHATTAN, at, BYTES, table, cols, queries, out, bounded);
  if (kind == F32) return sumsIn(MANHATTAN, at, F32, table, cols, queries, out, bounded);
  return sumsIn(MANHATTAN, at, F64, table, cols, queries, out, bounded);
}

// Metric and kind are literals in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function sumsIn(
  metric: u32, at: u32, kind: u32, table: u32, cols: u32, queries: u32, out: u32, bounded: bool,
): bool {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let j: u32 = 0; j < cols; ) {
    const end = min(cols, j + STRIDE);
    for (; j < end; j++) {
      const x = f64x2.splat(valueOf(at, kind, table, j));
      const q = queries + (j << 6);
      const e = f64x2.sub(v128.load(q), x);
      const f = f64x2.sub(v128.load(q, 16), x);
      const g = f64x2.sub(v128.load(q, 32), x);
      const h = f64x2.sub(v128.load(q, 48), x);
      if (metric == EUCLIDEAN) {
        a = f64x2.add(a, f64x2.mul(e, e));
        b = f64x2.add(b, f64x2.mul(f, f));
        c = f64x2.add(c, f64x2.mul(g, g));
        d = f64x2.add(d, f64x2.mul(h, h));
      } else {
        a = f64x2.add(a, f64x2.abs(e));
        b = f64x2.add(b, f64x2.abs(f));
        c = f64x2.add(c, f64x2.abs(g));
        d = f64x2.add(d, f64x2.abs(h));
      }
    }
    if (!bounded) continue;
    const bounds = out + BOUNDS_AT;
    const isNear = v128.or(
      v128.or(f64x2.lt(a, v128.load(bounds)), f64x2.lt(b, v128.load(bounds, 16))),
      v128.or(f64x2.lt(c, v128.load(bounds, 32)), f64x2.lt(d, v128.load(bounds, 48))),
    );
    if (!v128.any_true(isNear)) return false;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  return true;
}

/** The same for bytes as they are: integers, so the sums are exact in any order. */
function squaresOfBytes(at: u32, cols: u32, queries: u32, out: u32): void {
  const step = cols << 1;
  squaresOfFour(at, cols, queries, step, out);
  squaresOfFour(at, cols, queries + (step << 2), step, out + 32);
}

function squaresOfFour(at: u32, cols: u32, q: u32, step: u32, out: u32): void {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const whole = cols & ~7;
  const q1 = q + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  for (let j: u32 = 0; j < whole; j += 8) {
    const x = v128.load_ext<u8>(at + j);
    const i = j << 1;
    const e = i16x8.sub(v128.load(q + i), x);
    const f = i16x8.sub(v128.load(q1 + i), x);
    const g = i16x8.sub(v128.load(q2 + i), x);
    const h = i16x8.sub(v128.load(q3 + i), x);
    a = i32x4.add(a, i32x4.dot_i16x8_s(e, e));
    b = i32x4.add(b, i32x4.dot_i16x8_s(f, f));
    c = i32x4.add(c, i32x4.dot_i16x8_s(g, g));
    d = i32x4.add(d, i32x4.dot_i16x8_s(h, h));
  }
  store<f64>(out, total(a) + rest(at, q, whole, cols));
  store<f64>(out, total(b) + rest(at, q1, whole, cols), 8);
  store<f64>(out, total(c) + rest(at, q2, whole, cols), 16);
  store<f64>(out, total(d) + rest(at, q3, whole, cols), 24);
}

// @ts-ignore: decorator
@inline
function total(a: v128): f64 {
  return f64(
    i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3),
  );
}

function rest(at: u32, q: u32, from: u32, cols: u32): f64 {
  let sum: i32 = 0;
  for (let j = from; j < cols; j++) {
    const difference = i32(load<u16>(q + (j << 1))) - i32(load<u8>(at + j));
    sum += difference * difference;
  }
  return f64(sum);
}
