// The nearest rows found so far, ascending; of those as near the one with the smaller number is nearer.

/** No row. */
const NONE: u32 = 0xffffffff;

/** Empties the lists of the queries from .. to. */
export function clear(k: u32, from: u32, to: u32, sums: u32, indices: u32): void {
  for (let at = from * k; at < to * k; at++) {
    store<f64>(sums + (at << 3), Infinity);
    store<u32>(indices + (at << 2), NONE);
  }
}

/** Puts a row into a query's list if it is nearer than the last of it; answers whether it was. */
export function offer(sum: f64, row: u32, k: u32, sums: u32, indices: u32): bool {
  let place = k - 1;
  if (!isNearer(sum, row, place, sums, indices)) return false;
  for (; place > 0 && isNearer(sum, row, place - 1, sums, indices); place--) {
    store<f64>(sums + (place << 3), load<f64>(sums + ((place - 1) << 3)));
    store<u32>(indices + (place << 2), load<u32>(indices + ((place - 1) << 2)));
  }
  store<f64>(sums + (place << 3), sum);
  store<u32>(indices + (place << 2), row);
  return true;
}

// @ts-ignore: decorator
@inline
function isNearer(sum: f64, row: u32, place: u32, sums: u32, indices: u32): bool {
  const other = load<f64>(sums + (place << 3));
  return sum < other || (sum == other && row < load<u32>(indices + (place << 2)));
}
