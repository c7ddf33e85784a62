// Rows on a grid: a cell x of feature j has the integer code nearest to (x - offset[j]) / step, the step being a power of two.
// A row whose codes have a sum of squares below MOST_NORM is coded; others have no codes.
//
// Rows of the table come in panels of eight, transposed: a line of i32[8], the squared norms, then for each two features a line of
// eight pairs of i16. Rows that have no codes, and those that fill up the last panel, have zeros, and norms of their own.
import { widen } from "./neighbors-cells";
import { sizeOf } from "./table-cells";

// Fields of a coded table; see ../neighbors.ts.
export const CELLS: usize = 0;
export const KIND: usize = 4;
export const TABLE: usize = 8;
export const COLS: usize = 12;
export const ORDER: usize = 16;
export const OFFSETS: usize = 20;
export const PANELS: usize = 24;
export const PANEL_COUNT: usize = 28;
export const BOXES: usize = 32;
export const LEAVES: usize = 36;
export const TREE_FROM: usize = 40;
export const STEP: usize = 48;
export const ERROR: usize = 56;

/** Rows of a panel. */
export const WIDTH: u32 = 8;
export const LINE: u32 = 32;

/** So codes are at most 11585, twice a code has 16 bits, and distances between rows, in steps squared, are below 2^29. */
const MOST_NORM: f64 = 134217728;
/** Below and above all that a distance can be. */
export const ALWAYS_NEAR: i32 = -1073741824;
const NEVER_NEAR: i32 = 1073741824;

/** Of the row that was coded last: the root of the sum of squares of what its codes leave out, in steps. */
export let error: f64 = 0;

/** Two features, as many times as there are. */
// @ts-ignore: decorator
@inline
export function pairsOf(cols: u32): u32 {
  return (cols + 1) >> 1;
}

/**
 * Writes the codes of a row of f64 times `factor`, each two of them `line` bytes behind those before; answers their squared norm,
 * or -1 for a row that has no codes, of which it wrote zeros. Of an odd number of features, row and offsets have one more, 0.
 */
export function encode(row: u32, cols: u32, offsets: u32, step: f64, factor: i16, out: u32, line: u32): i32 {
  const inverses = f64x2.splat(1 / step);
  const steps = f64x2.splat(step);
  const factors = i16x8.splat(factor);
  let norms = f64x2.splat(0);
  let squares = norms;
  for (let p: u32 = 0, at = out; p < pairsOf(cols); p++, at += line) {
    const x = v128.load(row + (p << 4));
    const o = v128.load(offsets + (p << 4));
    const u = f64x2.sub(x, o);
    // What rounding took from u (Knuth, The Art of Computer Programming 2, 4.2.2).
    const b = f64x2.sub(u, x);
    const lost = f64x2.sub(f64x2.sub(x, f64x2.sub(u, b)), f64x2.add(o, b));
    const code = f64x2.nearest(f64x2.mul(u, inverses));
    const rest = f64x2.sub(u, f64x2.mul(code, steps));
    const left = f64x2.mul(f64x2.add(f64x2.abs(rest), f64x2.abs(lost)), inverses);
    norms = f64x2.add(norms, f64x2.mul(code, code));
    squares = f64x2.add(squares, f64x2.mul(left, left));
    const two = i32x4.trunc_sat_f64x2_s_zero(code);
    v128.store_lane<i32>(at, i16x8.mul(i16x8.narrow_i32x4_s(two, two), factors), 0);
  }
  error = sqrt(f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
  const norm = f64x2.extract_lane(norms, 0) + f64x2.extract_lane(norms, 1);
  if (norm < MOST_NORM) return i32(norm);
  for (let p: u32 = 0; p < pairsOf(cols); p++) store<u32>(out + p * line, 0);
  return -1;
}

/** See ../neighbors.ts. */
export function encodePanels(
  scratch: u32, data: u32, kind: u32, table: u32, cols: u32, order: u32, n: u32, offsets: u32, step: f64, from: u32, to: u32,
  panels: u32, errors: u32,
): i32 {
  const bytes = panelBytes(cols);
  if (cols & 1) store<f64>(scratch + (cols << 3), 0);
  for (let p = from; p < to; p++) {
    const panel = panels + p * bytes;
    const count = min(WIDTH, n - p * WIDTH);
    let most: f64 = 0;
    if (count < WIDTH) memory.fill(panel, 0, bytes);
    for (let r: u32 = 0; r < WIDTH; r++) {
      let norm = NEVER_NEAR;
      if (r < count) {
        const row = load<u32>(order + ((p * WIDTH + r) << 2));
        widen(data + row * cols * sizeOf(kind), kind, table, cols, scratch, 8);
        norm = encode(scratch, cols, offsets, step, 1, panel + LINE + (r << 2), LINE);
        if (norm < 0) norm = ALWAYS_NEAR;
        else most = max(most, error);
      }
      store<i32>(panel + (r << 2), norm);
    }
    store<f64>(errors + (p << 3), most);
  }
  return 0;
}

// @ts-ignore: decorator
@inline
export function panelBytes(cols: u32): u32 {
  return LINE * (1 + pairsOf(cols));
}
