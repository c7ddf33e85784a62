// The k nearest rows by sums of squared differences, all of which are made: for queries so few that a grid is not worth while.
import { widen } from "./neighbors-cells";
import { PAIRS, squaresOf } from "./neighbors-exact";
import { clear, offer, sort } from "./neighbors-ranking";
import { sizeOf } from "./table-cells";

/** The pairs that are summed, u32[4][2], and their sums, f64[4]; then the query. */
const SUMS_AT: u32 = 32;
const QUERY_AT: u32 = 64;

/** See ../neighbors.ts. */
export function nearestPlain(
  scratch: u32, k: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, training: u32, trainingKind: u32,
  trainingTable: u32, cols: u32, n: u32, first: u32, last: u32, sums: u32, indices: u32,
): i32 {
  if (first == 0) clear(k, from, to, sums, indices);
  const rowBytes = cols * sizeOf(trainingKind);
  for (let i: u32 = 0; i < PAIRS; i++) store<u32>(scratch + (i << 3), scratch + QUERY_AT);
  for (let query = from; query < to; query++) {
    widen(data + load<u32>(rows + (query << 2)) * cols * sizeOf(kind), kind, table, cols, scratch + QUERY_AT, 8);
    const list = query * k;
    for (let t = first; t < last; t += PAIRS) {
      const count = min(PAIRS, last - t);
      for (let i: u32 = 0; i < PAIRS; i++) store<u32>(scratch + (i << 3), training + (t + min(i, count - 1)) * rowBytes, 4);
      squaresOf(scratch, trainingKind, trainingTable, cols, scratch + SUMS_AT);
      for (let i: u32 = 0; i < count; i++) {
        offer(load<f64>(scratch + SUMS_AT + (i << 3)), t + i, k, sums + (list << 3), indices + (list << 2));
      }
    }
  }
  if (last == n) sort(k, from, to, sums, indices);
  return 0;
}
