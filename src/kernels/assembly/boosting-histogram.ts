// A node's histogram: for each bin of each feature the sums (G, H) of its rows, f64x2.

import { pairs, rows as allRows } from "./boosting-job";

@inline
function addTo(tile: u32, entry: u32, pair: v128): void {
  const at = tile + (u32(load<u16>(entry)) << 4);
  v128.store(at, f64x2.add(v128.load(at), pair));
}

/** Adds a row to the bins of its entries. A row has no bin twice, so the additions need not wait for one another. */
@inline
function addRow(tile: u32, row: u32, from: u32, to: u32): void {
  const pair = f64x2.convert_low_i32x4_s(v128.load64_zero(pairs + (row << 3)));
  let entry = from;
  for (; entry + 8 <= to; entry += 8) {
    addTo(tile, entry, pair);
    addTo(tile, entry + 2, pair);
    addTo(tile, entry + 4, pair);
    addTo(tile, entry + 6, pair);
  }
  for (; entry < to; entry += 2) addTo(tile, entry, pair);
}

/** Adds rows u32[] [list, end) to the histogram of a tile that leaves out each feature's most frequent bin. */
export function addSparse(tile: u32, list: u32, end: u32, entries: u32, pointers: u32): void {
  for (let at = list; at < end; at += 4) {
    const row = load<u32>(at);
    if (load<u64>(pairs + (row << 3)) == 0) continue;
    const pointer = pointers + (row << 2);
    addRow(tile, row, entries + (load<u32>(pointer) << 1), entries + (load<u32>(pointer, 4) << 1));
  }
}

/** Rows whose entries stay in the second-level cache while they are added to one piece of the histogram after the other. */
const ROWS_AT_ONCE: u32 = 1024;
/** Bytes of entries that no second-level cache holds. */
const LARGE: u32 = 1 << 22;

/**
 * Adds rows [list, end) to the histogram of a dense tile: `piece` of a row's `stride` entries at a time, whose bins stay in
 * the first-level cache. An entry is a u16, the bin in the tile, or a u8, the bin in a
 * feature of 256 bins. `sink` is room for four bytes.
 */
export function addDense(
  tile: u32, list: u32, end: u32, entries: u32, width: u32, stride: u32, piece: u32, sink: u32,
): void {
  const rowBytes = stride * width;
  const isLarge = allRows * rowBytes > LARGE;
  for (let rows = list; rows < end; rows += ROWS_AT_ONCE << 2) {
    const rowsEnd = min(rows + (ROWS_AT_ONCE << 2), end);
    if (isLarge) store<u32>(sink, touch(rows, rowsEnd, entries, rowBytes));
    for (let done: u32 = 0; done < stride; done += piece) {
      const some = min(piece, stride - done);
      if (width == 1) addBytes(tile + (done << 12), rows, rowsEnd, entries + done, stride, some);
      else addWords(tile, rows, rowsEnd, entries + (done << 1), rowBytes, some << 1);
    }
  }
}

/**
 * Reads a byte of all that will be read of some rows, which lie anywhere in memory: loads that wait for nothing but memory
 * wait together, and it takes a third less time (1,000,000 x 28). The sum is for the caller to keep, or no load would be made.
 */
function touch(list: u32, end: u32, entries: u32, rowBytes: u32): u32 {
  let sum: u32 = 0;
  for (let at = list; at < end; at += 4) {
    const row = load<u32>(at);
    const from = entries + row * rowBytes;
    sum += load<u8>(pairs + (row << 3));
    for (let line: u32 = 0; line < rowBytes; line += 64) sum += load<u8>(from + line);
    sum += load<u8>(from + rowBytes - 1);
  }
  return sum;
}

function addWords(tile: u32, list: u32, end: u32, entries: u32, stride: u32, bytes: u32): void {
  for (let at = list; at < end; at += 4) {
    const row = load<u32>(at);
    if (load<u64>(pairs + (row << 3)) == 0) continue;
    const from = entries + row * stride;
    addRow(tile, row, from, from + bytes);
  }
}

@inline
function addByte(feature: u32, entry: u32, pair: v128): void {
  const at = feature + (u32(load<u8>(entry)) << 4);
  v128.store(at, f64x2.add(v128.load(at), pair));
}

function addBytes(tile: u32, list: u32, end: u32, entries: u32, stride: u32, count: u32): void {
  for (let at = list; at < end; at += 4) {
    const row = load<u32>(at);
    if (load<u64>(pairs + (row << 3)) == 0) continue;
    const pair = f64x2.convert_low_i32x4_s(v128.load64_zero(pairs + (row << 3)));
    let entry = entries + row * stride;
    const entriesEnd = entry + count;
    let feature = tile;
    for (; entry + 4 <= entriesEnd; entry += 4, feature += 16384) {
      addByte(feature, entry, pair);
      addByte(feature + 4096, entry + 1, pair);
      addByte(feature + 8192, entry + 2, pair);
      addByte(feature + 12288, entry + 3, pair);
    }
    for (; entry < entriesEnd; entry++, feature += 4096) addByte(feature, entry, pair);
  }
}

/** Bytes of the bins that one summary stands for. */
const BLOCK_BINS: u32 = 16;
export const BLOCK_BYTES: u32 = 16 * BLOCK_BINS;

/**
 * Sums up bins [at, end), and writes for each block of them a summary: the sum of its bins, and that of their positive
 * parts, f64x2 each.
 */
export function summarize(at: u32, end: u32, blocks: u32): v128 {
  const zero = f64x2.splat(0);
  let total = zero;
  let block = blocks;
  for (let p = at; p < end; block += 32) {
    const to = min(p + BLOCK_BYTES, end);
    let sum = zero;
    let positive = zero;
    for (; p + 64 <= to; p += 64) {
      const a = v128.load(p);
      const b = v128.load(p, 16);
      const c = v128.load(p, 32);
      const d = v128.load(p, 48);
      sum = f64x2.add(sum, f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
      positive = f64x2.add(positive, f64x2.add(positives(a, b), positives(c, d)));
    }
    for (; p < to; p += 16) {
      const a = v128.load(p);
      sum = f64x2.add(sum, a);
      positive = f64x2.add(positive, f64x2.pmax(a, zero));
    }
    v128.store(block, sum);
    v128.store(block, positive, 16);
    total = f64x2.add(total, sum);
  }
  return total;
}

@inline
function positives(a: v128, b: v128): v128 {
  const zero = f64x2.splat(0);
  return f64x2.add(f64x2.pmax(a, zero), f64x2.pmax(b, zero));
}

/** Adds to one bin, and to its block's summary. */
export function addToBin(bins: u32, bin: u32, blocks: u32, pair: v128): void {
  v128.store(bins + (bin << 4), pair);
  const block = blocks + ((bin / BLOCK_BINS) << 5);
  v128.store(block, f64x2.add(v128.load(block), pair));
  v128.store(block, f64x2.add(v128.load(block, 16), f64x2.pmax(pair, f64x2.splat(0))), 16);
}

/** to[bin] += other[bin] for bins [to, end). */
export function addBins(to: u32, end: u32, other: u32): void {
  let q = other;
  for (let p = to; p < end; p += 16, q += 16) v128.store(p, f64x2.add(v128.load(p), v128.load(q)));
}

/** from[bin] -= other[bin] for bins [from, end), with summaries of what is left. */
export function subtract(from: u32, end: u32, other: u32, blocks: u32): void {
  const zero = f64x2.splat(0);
  let q = other;
  let block = blocks;
  for (let p = from; p < end; block += 32) {
    const to = min(p + BLOCK_BYTES, end);
    let sum = zero;
    let positive = zero;
    for (; p + 64 <= to; p += 64, q += 64) {
      const a = f64x2.sub(v128.load(p), v128.load(q));
      const b = f64x2.sub(v128.load(p, 16), v128.load(q, 16));
      const c = f64x2.sub(v128.load(p, 32), v128.load(q, 32));
      const d = f64x2.sub(v128.load(p, 48), v128.load(q, 48));
      v128.store(p, a);
      v128.store(p, b, 16);
      v128.store(p, c, 32);
      v128.store(p, d, 48);
      sum = f64x2.add(sum, f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
      positive = f64x2.add(positive, f64x2.add(positives(a, b), positives(c, d)));
    }
    for (; p < to; p += 16, q += 16) {
      const a = f64x2.sub(v128.load(p), v128.load(q));
      v128.store(p, a);
      sum = f64x2.add(sum, a);
      positive = f64x2.add(positive, f64x2.pmax(a, zero));
    }
    v128.store(block, sum);
    v128.store(block, positive, 16);
  }
}
