// Bins of columns of bytes: count, choose the cuts, code the cells. Rows are those of cells u8[][cols] that
// index u32[] names, or 0 .. rows - 1 where index is 0.
import { beginCuts, cutAbove, cutsBefore, frequentWeight, tell } from "./boosting-cuts";

@inline
function rowAt(cells: u32, index: u32, cols: u32, row: u32): u32 {
  return cells + (index ? load<u32>(index + (row << 2)) : row) * cols;
}

@inline
function countOne(table: u32, byte: u32): void {
  const at = table + (byte << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/**
 * Adds to counts u32[colEnd - colBegin][256] how often each byte occurs in rows [rowBegin, rowEnd). Zeros are skipped
 * sixteen at a time, so their counts say nothing.
 */
export function countBytes(
  cells: u32, index: u32, cols: u32, colBegin: u32, colEnd: u32, rowBegin: u32, rowEnd: u32, counts: u32,
): i32 {
  const n = colEnd - colBegin;
  for (let r = rowBegin; r < rowEnd; r++) {
    const at = rowAt(cells, index, cols, r) + colBegin;
    let c: u32 = 0;
    for (; c + 16 <= n; c += 16) {
      let set = u32(i8x16.bitmask(i8x16.ne(v128.load(at + c), i8x16.splat(0))));
      for (; set; set &= set - 1) {
        const col = c + ctz(set);
        countOne(counts + (col << 10), load<u8>(at + col));
      }
    }
    for (; c < n; c++) countOne(counts + (c << 10), load<u8>(at + c));
  }
  return 0;
}

/** Adds to sums f64[colEnd - colBegin][256] what the rows [rowBegin, rowEnd) of each byte weigh: weights f64[]. */
export function weighBytes(
  cells: u32, index: u32, cols: u32, colBegin: u32, colEnd: u32, rowBegin: u32, rowEnd: u32, weights: u32, sums: u32,
): i32 {
  const n = colEnd - colBegin;
  for (let r = rowBegin; r < rowEnd; r++) {
    const at = rowAt(cells, index, cols, r) + colBegin;
    const weight = load<f64>(weights + (r << 3));
    for (let c: u32 = 0; c < n; c++) {
      const sum = sums + (c << 11) + (u32(load<u8>(at + c)) << 3);
      store<f64>(sum, load<f64>(sum) + weight);
    }
  }
  return 0;
}

/** Bytes from `byte` on that occur and have its value; answers the first byte after them. */
function endOfRun(counts: u32, values: u32, byte: u32): u32 {
  const value = load<f32>(values + (byte << 2));
  let end = byte + 1;
  while (end < 256 && (load<u32>(counts + (end << 2)) == 0 || load<f32>(values + (end << 2)) == value)) end++;
  return end;
}

function sumCounts(counts: u32, from: u32, to: u32): u32 {
  let sum: u32 = 0;
  for (let byte = from; byte < to; byte++) sum += load<u32>(counts + (byte << 2));
  return sum;
}

function weigh(counts: u32, sums: u32, from: u32, to: u32): f64 {
  if (!sums) return f64(sumCounts(counts, from, to));
  let sum: f64 = 0;
  for (let byte = from; byte < to; byte++) sum += load<f64>(sums + (byte << 3));
  return sum;
}

/** The lowest byte from `from` on that occurs, or 256. */
function nextByte(counts: u32, from: u32): u32 {
  while (from < 256 && load<u32>(counts + (from << 2)) == 0) from++;
  return from;
}

/** Begins the choice of cuts with what must be known of the values first; answers how many are distinct. */
function lookThrough(counts: u32, sums: u32, values: u32, first: u32, maxBin: u32): u32 {
  let distinct: u32 = 0;
  let weight: f64 = 0;
  for (let byte = first; byte < 256; ) {
    const next = endOfRun(counts, values, byte);
    weight += weigh(counts, sums, byte, next);
    distinct++;
    byte = next;
  }
  const frequentFrom = frequentWeight(weight, distinct, maxBin);
  let frequent: u32 = 0;
  let rare: f64 = 0;
  if (distinct > maxBin) {
    for (let byte = first; byte < 256; ) {
      const next = endOfRun(counts, values, byte);
      const w = weigh(counts, sums, byte, next);
      if (w >= frequentFrom) frequent++;
      else rare += w;
      byte = next;
    }
  }
  beginCuts(distinct, maxBin, frequentFrom, frequent, rare);
  return distinct;
}

function binColumn(
  counts: u32, sums: u32, values: u32, rows: u32, maxBin: u32, cuts: u32, info: u32, codeOf: u32,
): u32 {
  store<u32>(counts, rows - sumCounts(counts, 1, 256));
  const first = nextByte(counts, 0);
  const distinct = lookThrough(counts, sums, values, first, maxBin);
  let bin: u32 = 0;
  let inBin: u32 = 0;
  let mode: u32 = 0;
  let modeRows: u32 = 0;
  let often: u32 = 0;
  let greatest: f32 = 0;
  for (let byte = first; byte < 256; ) {
    const next = endOfRun(counts, values, byte);
    greatest = load<f32>(values + (byte << 2));
    if (cutsBefore(weigh(counts, sums, byte, next))) {
      store<f32>(cuts + (bin << 2), greatest);
      bin++;
      inBin = 0;
    }
    inBin += sumCounts(counts, byte, next);
    if (inBin > modeRows) {
      modeRows = inBin;
      mode = bin;
    }
    for (let b = byte; b < next; b++) {
      if (load<u32>(counts + (b << 2)) > load<u32>(counts + (often << 2))) often = b;
    }
    memory.fill(codeOf + byte, u8(bin), next - byte);
    byte = next;
  }
  store<f32>(cuts + (bin << 2), cutAbove(greatest));
  tell(info, bin + 1, 0, mode, modeRows, distinct, greatest == Infinity);
  return often;
}

/**
 * Bins `columns` columns that have been counted (and weighed, unless sums is 0): values f32[256] of the bytes,
 * cuts f32[columns][256], info u32[columns][8], codeOf u8[columns][256]: the code of each byte that occurs,
 * often u8[columns]: the most frequent byte.
 */
export function binBytes(
  counts: u32, sums: u32, columns: u32, values: u32, rows: u32, maxBin: u32, cuts: u32, info: u32, codeOf: u32, often: u32,
): i32 {
  for (let c: u32 = 0; c < columns; c++) {
    const weighed = sums ? sums + (c << 11) : 0;
    const table = codeOf + (c << 8);
    store<u8>(
      often + c,
      u8(binColumn(counts + (c << 10), weighed, values, rows, maxBin, cuts + (c << 10), info + (c << 5), table)),
    );
  }
  return 0;
}

/**
 * codes u8[colEnd - colBegin][rows] of rows [rowBegin, rowEnd): most frequent bytes by filling, the others one by one,
 * which columns of pixels have few of.
 */
export function encodeBytes(
  cells: u32, index: u32, rows: u32, cols: u32, colBegin: u32, colEnd: u32, rowBegin: u32, rowEnd: u32,
  codeOf: u32, often: u32, codes: u32,
): i32 {
  const n = colEnd - colBegin;
  for (let c: u32 = 0; c < n; c++) {
    const fill = load<u8>(codeOf + (c << 8) + u32(load<u8>(often + c)));
    memory.fill(codes + c * rows + rowBegin, fill, rowEnd - rowBegin);
  }
  for (let r = rowBegin; r < rowEnd; r++) {
    const at = rowAt(cells, index, cols, r) + colBegin;
    const to = codes + r;
    let c: u32 = 0;
    for (; c + 16 <= n; c += 16) {
      let other = u32(i8x16.bitmask(i8x16.ne(v128.load(at + c), v128.load(often + c))));
      for (; other; other &= other - 1) {
        const col = c + ctz(other);
        store<u8>(to + col * rows, load<u8>(codeOf + (col << 8) + u32(load<u8>(at + col))));
      }
    }
    for (; c < n; c++) store<u8>(to + c * rows, load<u8>(codeOf + (c << 8) + u32(load<u8>(at + c))));
  }
  return 0;
}
