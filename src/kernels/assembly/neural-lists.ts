// Lists of what is not 0, as neural-rows.ts reads them.
import { ENTRY } from "./neural-rows";

/**
 * Lists the values f32[n] that are not 0, with the addresses row + i * step of their rows; answers the list's end. What is 0 is
 * written too, and overwritten by the next, so the list needs room for n entries. n is a multiple of 4.
 */
export function listRow(values: u32, n: u32, row: u32, step: u32, list: u32): u32 {
  const zero = f32x4.splat(0);
  const end = values + (n << 2);
  for (let at = values; at < end; at += 16, row += step << 2) {
    const four = v128.load(at);
    const mask = i32x4.bitmask(f32x4.ne(four, zero));
    if (!mask) continue;
    store<u32>(list, row);
    store<f32>(list, f32x4.extract_lane(four, 0), 4);
    list += (mask & 1) << 3;
    store<u32>(list, row + step);
    store<f32>(list, f32x4.extract_lane(four, 1), 4);
    list += (mask & 2) << 2;
    store<u32>(list, row + 2 * step);
    store<f32>(list, f32x4.extract_lane(four, 2), 4);
    list += (mask & 4) << 1;
    store<u32>(list, row + 3 * step);
    store<f32>(list, f32x4.extract_lane(four, 3), 4);
    list += mask & 8;
  }
  return list;
}

/**
 * Adds to n lists, of which `ends` u32[n] holds the ends, an entry of this row for each of the values f32[n] that is not 0. It
 * writes one entry beyond each end.
 */
export function listColumns(values: u32, n: u32, row: u32, ends: u32): void {
  for (let i: u32 = 0; i < n; i++, values += 4, ends += 4) {
    const value = load<f32>(values);
    const list = load<u32>(ends);
    store<u32>(list, row);
    store<f32>(list, value, 4);
    store<u32>(ends, list + u32(value != 0) * ENTRY);
  }
}

/** Begins n empty lists of so many bytes each. */
export function clearLists(lists: u32, bytes: u32, n: u32, ends: u32): void {
  for (let i: u32 = 0; i < n; i++, lists += bytes, ends += 4) store<u32>(ends, lists);
}
