import { dotsWithPanel, F64, gather, I16, kindOf, LINE, linesOf, normsOf, packPanel, widthOf } from "./svm-dots";
import { trainingValues } from "./svm-values";

// Square matrices are made by panels of columns, of which the rows at and below the diagonal are computed, four at a
// time, and stored in both places.

// Layout of scratch: dot products and values of four rows, then squared norms of the panel's rows, then a panel.
const RAW: u32 = 0;
const WIDE: u32 = 4 * LINE;
const SINGLE: u32 = WIDE + 2 * LINE;
export const NORMS: u32 = SINGLE + 4 * LINE;
const PANEL: u32 = NORMS + LINE;

/**
 * The columns of the panels from .. to of the matrix of the n rows `order`: kernel values (f32), or dot products as they are
 * where fn is 0 (i32 or f64). Rows of `out` are `stride` bytes apart.
 */
export function gramPanels(
  scratch: u32, vectors: u32, order: u32, n: u32, from: u32, to: u32, fn: u32, out: u32, stride: u32,
): i32 {
  const width = widthOf(kindOf(vectors));
  const panel = scratch + PANEL;
  for (let p = from; p < to; p++) {
    packPanel(vectors, order, n, p * width, panel);
    for (let i = p * width; i < n; i += 4) {
      const rows = min(4, n - i);
      for (let r: u32 = 0; r < rows; r++) {
        dotsWithPanel(vectors, load<u32>(order + ((i + r) << 2)), panel, scratch + RAW + r * LINE);
      }
      storeRows(scratch, vectors, order, i, rows, p * width, n, fn, panel + linesOf(vectors) * LINE, out, stride);
    }
  }
  return 0;
}

/** The same kernel values, gathered from the dot products of all rows of `vectors`, whose rows are `dotsStride` bytes apart. */
export function kernelFromDots(
  scratch: u32, vectors: u32, order: u32, n: u32, from: u32, to: u32, fn: u32, out: u32, stride: u32, dots: u32,
  dotsStride: u32,
): i32 {
  const kind = kindOf(vectors);
  const width = widthOf(kind);
  for (let p = from; p < to; p++) {
    const columns = order + ((p * width) << 2);
    const count = min(width, n - p * width);
    memory.fill(scratch, 0, PANEL);
    for (let i = p * width; i < n; i += 4) {
      const rows = min(4, n - i);
      for (let r: u32 = 0; r < rows; r++) {
        const row = dots + load<u32>(order + ((i + r) << 2)) * dotsStride;
        gather(vectors, row, columns, count, scratch + RAW + r * LINE, scratch + NORMS);
      }
      storeRows(scratch, vectors, order, i, rows, p * width, n, fn, scratch + NORMS, out, stride);
    }
  }
  return 0;
}

/** Stores what was found of up to four rows from i on, and the columns from `first` on. */
export function storeRows(
  scratch: u32, vectors: u32, order: u32, i: u32, rows: u32, first: u32, n: u32, fn: u32, norms: u32, out: u32, stride: u32,
): void {
  const kind = kindOf(vectors);
  const size: u32 = kind == F64 ? 8 : 4;
  const columns = min(widthOf(kind), n - first);
  if (fn == 0) {
    for (let r: u32 = 0; r < rows; r++) copy(scratch + RAW + r * LINE, out + (i + r) * stride + first * size, columns * size);
    if (kind == I16) mirror4(scratch + RAW, columns, out + first * stride + (i << 2), stride);
    else mirror8(scratch + RAW, columns, out + first * stride + (i << 3), stride);
    return;
  }
  for (let r: u32 = 0; r < rows; r++) {
    const norm = normsOf(vectors) + load<u32>(order + ((i + r) << 2)) * size;
    const single = scratch + SINGLE + r * LINE;
    trainingValues(kind, fn, scratch + RAW + r * LINE, norm, norms, scratch + WIDE, single, widthOf(kind));
    copy(single, out + (i + r) * stride + (first << 2), columns << 2);
  }
  mirror4(scratch + SINGLE, columns, out + first * stride + (i << 2), stride);
}

/** The function of each of the n rows `order` with itself, f32; one after the other. */
export function kernelDiagonal(scratch: u32, vectors: u32, order: u32, n: u32, fn: u32, out: u32): i32 {
  const kind = kindOf(vectors);
  memory.fill(scratch, 0, WIDE);
  for (let c: u32 = 0; c < n; c++) {
    const row = load<u32>(order + (c << 2));
    // A row's product with itself is its squared norm.
    if (kind == I16) store<i32>(scratch, load<i32>(normsOf(vectors) + (row << 2)));
    else store<f64>(scratch, load<f64>(normsOf(vectors) + (row << 3)));
    trainingValues(kind, fn, scratch, scratch, scratch, scratch + WIDE, scratch + SINGLE, 4);
    store<f32>(out + (c << 2), load<f32>(scratch + SINGLE));
  }
  return 0;
}

/** Few bytes, up to the next multiple of 16, for which memory.copy would take longer. */
// @ts-ignore: decorator
@inline
function copy(from: u32, to: u32, bytes: u32): void {
  for (let at: u32 = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Four rows of 4-byte values, LINE bytes apart, as the columns of `columns` rows of out. */
function mirror4(from: u32, columns: u32, out: u32, stride: u32): void {
  for (let c: u32 = 0; c < columns; c += 4) {
    const at = from + (c << 2);
    const a = v128.load(at);
    const b = v128.load(at, LINE);
    const d = v128.load(at, 2 * LINE);
    const e = v128.load(at, 3 * LINE);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const de = v128.shuffle<i32>(d, e, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const deHigh = v128.shuffle<i32>(d, e, 2, 6, 3, 7);
    const to = out + c * stride;
    v128.store(to, v128.shuffle<i64>(ab, de, 0, 2));
    if (c + 1 < columns) v128.store(to + stride, v128.shuffle<i64>(ab, de, 1, 3));
    if (c + 2 < columns) v128.store(to + 2 * stride, v128.shuffle<i64>(abHigh, deHigh, 0, 2));
    if (c + 3 < columns) v128.store(to + 3 * stride, v128.shuffle<i64>(abHigh, deHigh, 1, 3));
  }
}

/** The same of 8-byte values. */
function mirror8(from: u32, columns: u32, out: u32, stride: u32): void {
  for (let c: u32 = 0; c < columns; c++) {
    const at = from + (c << 3);
    const to = out + c * stride;
    store<f64>(to, load<f64>(at));
    store<f64>(to, load<f64>(at, LINE), 8);
    store<f64>(to, load<f64>(at, 2 * LINE), 16);
    store<f64>(to, load<f64>(at, 3 * LINE), 24);
  }
}
