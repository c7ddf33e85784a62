// Bins of columns of f32: sort, choose the cuts, code the cells.
import { beginCuts, cutAbove, cutsBefore, frequentWeight, tell } from "./boosting-cuts";

export { binBytes, countBytes, encodeBytes, weighBytes } from "./boosting-bytes";
export { fillTile } from "./boosting-tiles";

const DIGITS: u32 = 2048;
const TABLE: u32 = 4 * DIGITS;
/** Above all numbers, the infinities included. */
const MISSING: u32 = 0xffffffff;
const PLUS_INFINITY: u32 = 0xff800000;
const MINUS_INFINITY: u32 = 0x007fffff;

/** Bits of a number as an integer of the same order; -0 is 0. */
@inline
function ordered(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0);
  return x != x ? MISSING : bits ^ (u32(i32(bits) >> 31) | 0x80000000);
}
@inline
function valueOf(order: u32): f32 {
  return reinterpret<f32>(order >> 31 ? order & 0x7fffffff : ~order);
}

/** Counts of a digit become the addresses where its cells go. */
function toPlaces(table: u32, to: u32): void {
  for (let t = table; t < table + TABLE; t += 4) {
    const count = load<u32>(t);
    store<u32>(t, to);
    to += count << 3;
  }
}

@inline
function put(table: u32, digit: u32, pair: u64): void {
  const at = table + (digit << 2);
  const place = load<u32>(at);
  store<u64>(place, pair);
  store<u32>(at, place + 8);
}

@inline
function count(table: u32, digit: u32): void {
  const at = table + (digit << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Sorts the cells of a column, stably: pairs u64 (order << 32 | row) at the address that is answered. */
function sortCells(cells: u32, rows: u32, scratch: u32): u32 {
  let from = scratch + 3 * TABLE;
  let to = from + (rows << 3);
  memory.fill(scratch, 0, 3 * TABLE);
  for (let r: u32 = 0; r < rows; r++) {
    const key = ordered(load<f32>(cells + (r << 2)));
    count(scratch, key & 2047);
    count(scratch + TABLE, (key >> 11) & 2047);
    count(scratch + 2 * TABLE, key >> 22);
  }
  toPlaces(scratch, from);
  for (let r: u32 = 0; r < rows; r++) {
    const key = ordered(load<f32>(cells + (r << 2)));
    put(scratch, key & 2047, (u64(key) << 32) | u64(r));
  }
  const first = ordered(load<f32>(cells));
  for (let pass: u32 = 1; pass < 3; pass++) {
    const table = scratch + pass * TABLE;
    const shift = 11 * pass;
    // A digit that all keys share sorts nothing.
    if (load<u32>(table + (((first >> shift) & 2047) << 2)) == rows) continue;
    toPlaces(table, to);
    const end = from + (rows << 3);
    for (let p = from; p < end; p += 8) {
      const pair = load<u64>(p);
      put(table, u32(pair >> (32 + shift)) & 2047, pair);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** Of the pairs from `at` on, the first with another value. */
@inline
function endOfRun(at: u32, end: u32): u32 {
  const key = load<u32>(at, 4);
  let p = at + 8;
  while (p < end && load<u32>(p, 4) == key) p += 8;
  return p;
}

/** Weight of the rows of pairs [at, end): weights f64[rows], or 1 each. */
@inline
function weigh(at: u32, end: u32, weights: u32): f64 {
  if (!weights) return f64((end - at) >> 3);
  let sum: f64 = 0;
  for (let p = at; p < end; p += 8) sum += load<f64>(weights + (load<u32>(p) << 3));
  return sum;
}

/** Gives the rows of pairs [at, end) the code. */
@inline
function encode(at: u32, end: u32, codes: u32, wide: bool, code: u32): void {
  if (wide) for (let p = at; p < end; p += 8) store<u16>(codes + (load<u32>(p) << 1), u16(code));
  else for (let p = at; p < end; p += 8) store<u8>(codes + load<u32>(p), u8(code));
}

/** Begins the choice of cuts with what must be known of the values first; answers how many are distinct. */
function lookThrough(begin: u32, end: u32, weights: u32, maxBin: u32): u32 {
  let distinct: u32 = 0;
  let weight: f64 = 0;
  for (let p = begin; p < end; ) {
    const next = endOfRun(p, end);
    weight += weigh(p, next, weights);
    distinct++;
    p = next;
  }
  const frequentFrom = frequentWeight(weight, distinct, maxBin);
  let frequent: u32 = 0;
  let rare: f64 = 0;
  if (distinct > maxBin) {
    for (let p = begin; p < end; ) {
      const next = endOfRun(p, end);
      const w = weigh(p, next, weights);
      if (w >= frequentFrom) frequent++;
      else rare += w;
      p = next;
    }
  }
  beginCuts(distinct, maxBin, frequentFrom, frequent, rare);
  return distinct;
}

function binColumn(cells: u32, rows: u32, weights: u32, maxBin: u32, cuts: u32, info: u32, scratch: u32): void {
  const begin = sortCells(cells, rows, scratch);
  const all = begin + (rows << 3);
  let end = all;
  while (end > begin && load<u32>(end - 4) == MISSING) end -= 8;
  const missing = (all - end) >> 3;

  const distinct = lookThrough(begin, end, weights, maxBin);
  const bins = min(distinct, maxBin);
  const wide = bins + u32(missing > 0) > 256;
  let bin: u32 = 0;
  let inBin: u32 = 0;
  let mode: u32 = 0;
  let modeRows: u32 = 0;
  for (let p = begin; p < end; ) {
    const next = endOfRun(p, end);
    if (cutsBefore(weigh(p, next, weights))) {
      store<f32>(cuts + (bin << 2), valueOf(load<u32>(p, 4)));
      bin++;
      inBin = 0;
    }
    inBin += (next - p) >> 3;
    if (inBin > modeRows) {
      modeRows = inBin;
      mode = bin;
    }
    encode(p, next, cells, wide, bin);
    p = next;
  }
  encode(end, all, cells, wide, bins);
  if (missing > modeRows) {
    modeRows = missing;
    mode = bins;
  }
  let infinite = false;
  if (bins) {
    const greatest = load<u32>(end - 4);
    store<f32>(cuts + ((bins - 1) << 2), cutAbove(valueOf(greatest)));
    infinite = load<u32>(begin, 4) == MINUS_INFINITY || greatest == PLUS_INFINITY;
  }
  tell(info, bins, missing, mode, modeRows, distinct, infinite);
}

/**
 * Bins columns [from, to): cells f32[][rows] become codes, of one byte or of two, at the beginning of each column's
 * 4 * rows bytes. cuts f32[][maxCuts], info u32[][8]; scratch: 24576 + 16 * rows bytes.
 */
export function binColumns(
  cells: u32, rows: u32, from: u32, to: u32, weights: u32, maxBin: u32, cuts: u32, maxCuts: u32, info: u32, scratch: u32,
): i32 {
  for (let c = from; c < to; c++) {
    const at = cells + ((c * rows) << 2);
    binColumn(at, rows, weights, maxBin, cuts + ((c * maxCuts) << 2), info + (c << 5), scratch);
  }
  return 0;
}
