// A node's histogram: for each bin of each feature the sums (G, H) of its rows, f64x2.

import { pairs } from "./boosting-job";

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

/**
 * Adds rows [list, end) to the histogram of a dense tile: `count` of a row's `stride` entries, from `skip` on, `piece` of
 * them at a time, whose bins stay in the first-level cache.
 */
export function addDense(
  tile: u32, list: u32, end: u32, entries: u32, stride: u32, skip: u32, count: u32, piece: u32,
): void {
  for (let rows = list; rows < end; rows += ROWS_AT_ONCE << 2) {
    const rowsEnd = min(rows + (ROWS_AT_ONCE << 2), end);
    for (let done: u32 = 0; done < count; done += piece) {
      addPiece(tile, rows, rowsEnd, entries + ((skip + done) << 1), stride << 1, min(piece, count - done) << 1);
    }
  }
}

function addPiece(tile: u32, list: u32, end: u32, entries: u32, stride: u32, bytes: u32): void {
  for (let at = list; at < end; at += 4) {
    const row = load<u32>(at);
    if (load<u64>(pairs + (row << 3)) == 0) continue;
    const from = entries + row * stride;
    addRow(tile, row, from, from + bytes);
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
