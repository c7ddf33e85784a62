// The k nearest rows that a query has found so far, as a heap (Williams, Algorithm 232: Heapsort, CACM 7, 1964) with the farthest on top. Of rows
// as near the one with the smaller number is nearer, so what is found does not depend on the order in which rows come.

/** No row. */
const NONE: u32 = 0xffffffff;

/** Empties the lists of the queries from .. to. */
export function clear(k: u32, from: u32, to: u32, sums: u32, indices: u32): void {
  for (let at = from * k; at < to * k; at++) {
    store<f64>(sums + (at << 3), Infinity);
    store<u32>(indices + (at << 2), NONE);
  }
}

/** Puts a row into a query's list if it is nearer than the farthest of it; answers whether it was. */
export function offer(sum: f64, row: u32, k: u32, sums: u32, indices: u32): bool {
  if (!isFarther(sums, indices, 0, sum, row)) return false;
  sink(sum, row, k, sums, indices);
  return true;
}

/** Puts the lists of the queries from .. to into ascending order. */
export function sort(k: u32, from: u32, to: u32, sums: u32, indices: u32): void {
  for (let query = from; query < to; query++) {
    const mine = sums + ((query * k) << 3);
    const rows = indices + ((query * k) << 2);
    for (let last = k - 1; last > 0; last--) {
      const sum = load<f64>(mine + (last << 3));
      const row = load<u32>(rows + (last << 2));
      put(mine, rows, last, load<f64>(mine), load<u32>(rows));
      sink(sum, row, last, mine, rows);
    }
  }
}

/** Puts a row in the place of the top of a heap of `size`. */
function sink(sum: f64, row: u32, size: u32, sums: u32, indices: u32): void {
  let place: u32 = 0;
  for (let child: u32 = 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size) {
      child += u32(isFarther(sums, indices, child + 1, load<f64>(sums + (child << 3)), load<u32>(indices + (child << 2))));
    }
    if (!isFarther(sums, indices, child, sum, row)) break;
    put(sums, indices, place, load<f64>(sums + (child << 3)), load<u32>(indices + (child << 2)));
    place = child;
  }
  put(sums, indices, place, sum, row);
}

// @ts-ignore: decorator
@inline
function put(sums: u32, indices: u32, place: u32, sum: f64, row: u32): void {
  store<f64>(sums + (place << 3), sum);
  store<u32>(indices + (place << 2), row);
}

/** Whether the row at a place is farther than another; without branches, which nothing could predict. */
// @ts-ignore: decorator
@inline
function isFarther(sums: u32, indices: u32, place: u32, sum: f64, row: u32): bool {
  const own = load<f64>(sums + (place << 3));
  return bool(u32(own > sum) | (u32(own == sum) & u32(load<u32>(indices + (place << 2)) > row)));
}
