import { entriesOf, I16, kindOf, cellsOf, linesOf, LINE, normsOf, packPanel, startsOf, widthOf } from "./svm-dots";

/** Cells of a table: bytes that stand for table f64[256], f32, or f64. */
const BYTES: u32 = 0;
const F32: u32 = 1;

/** Codes of 16 bits leave room for a sign; rows whose squared norm reaches this are not put on a grid. */
const MOST_CODE: f64 = 32767;
const MOST_NORM: i64 = 1 << 29;

/** No code. */
const NONE: i32 = -32768;

// @ts-ignore: decorator
@inline
function valueAt(data: u32, kind: u32, table: u32, i: u32): f64 {
  if (kind == BYTES) return load<f64>(table + (u32(load<u8>(data + i)) << 3));
  if (kind == F32) return f64(load<f32>(data + (i << 2)));
  return load<f64>(data + (i << 3));
}

/** The integer k with value = k / q, or fround(k / q) where `single`; NONE where there is none. */
// @ts-ignore: decorator
@inline
function codeOf(value: f64, q: f64, single: bool): i32 {
  const k = nearest(value * q);
  if (!(abs(k) <= MOST_CODE)) return NONE;
  const back = k / q;
  return (single ? f64(f32(back)) : back) == value ? i32(k) : NONE;
}

/**
 * Codes of the rows rows[from .. to) of a table with divisor q: cells, norms and, in counts u32, how many pairs of features are not 0.
 * A row that is not on the grid has norm -1, and zero codes; the first such ends the work where `all` are needed, and `failed` u32 is set.
 */
export function encodeRows(
  data: u32, kind: u32, table: u32, cols: u32, rows: u32, from: u32, to: u32, q: f64, single: u32, all: u32, codes: u32,
  vectors: u32, counts: u32, failed: u32,
): i32 {
  const lines = linesOf(vectors);
  // Of bytes, the code of each.
  if (kind == BYTES) {
    for (let b: u32 = 0; b < 256; b++) store<i16>(codes + (b << 1), i16(codeOf(load<f64>(table + (b << 3)), q, bool(single))));
  }
  for (let i = from; i < to; i++) {
    const cell = load<u32>(rows + (i << 2)) * cols;
    const out = cellsOf(vectors) + ((i * lines) << 2);
    if (cols & 1) store<i16>(out + ((lines << 2) - 2), 0);
    let norm: i64 = 0;
    let j: u32 = 0;
    for (; j < cols; j++) {
      const code = kind == BYTES
        ? i32(load<i16>(codes + (u32(load<u8>(data + cell + j)) << 1)))
        : codeOf(valueAt(data, kind, table, cell + j), q, bool(single));
      if (code == NONE) break;
      norm += i64(code * code);
      store<i16>(out + (j << 1), i16(code));
    }
    if (j < cols || norm >= MOST_NORM) {
      norm = -1;
      memory.fill(out, 0, lines << 2);
      store<u32>(failed, 1);
      if (all) return 0;
    }
    store<i32>(normsOf(vectors) + (i << 2), i32(norm));
    let count: u32 = 0;
    for (let p: u32 = 0; p < lines; p++) count += u32(load<u32>(out + (p << 2)) != 0);
    store<u32>(counts + (i << 2), count);
  }
  return 0;
}

/** The same rows as f64: cells, norms, counts of features that are not 0. */
export function widenRows(
  data: u32, kind: u32, table: u32, cols: u32, rows: u32, from: u32, to: u32, vectors: u32, counts: u32,
): i32 {
  for (let i = from; i < to; i++) {
    const cell = load<u32>(rows + (i << 2)) * cols;
    const out = cellsOf(vectors) + ((i * cols) << 3);
    let norm: f64 = 0;
    let count: u32 = 0;
    for (let j: u32 = 0; j < cols; j++) {
      const value = valueAt(data, kind, table, cell + j);
      store<f64>(out + (j << 3), value);
      norm += value * value;
      count += u32(value != 0);
    }
    store<f64>(normsOf(vectors) + (i << 3), norm);
    store<u32>(counts + (i << 2), count);
  }
  return 0;
}

/** Lists the cells that are not 0 of the rows from .. to. */
export function listEntries(vectors: u32, from: u32, to: u32): i32 {
  const lines = linesOf(vectors);
  for (let i = from; i < to; i++) {
    const first = load<u32>(startsOf(vectors) + (i << 2));
    if (kindOf(vectors) == I16) {
      const row = cellsOf(vectors) + ((i * lines) << 2);
      let at = entriesOf(vectors) + (first << 3);
      for (let p: u32 = 0; p < lines; p++) {
        const pair = load<u32>(row + (p << 2));
        if (pair == 0) continue;
        store<u32>(at, p * LINE);
        store<u32>(at, pair, 4);
        at += 8;
      }
    } else {
      const row = cellsOf(vectors) + ((i * lines) << 3);
      let at = entriesOf(vectors) + (first << 4);
      for (let p: u32 = 0; p < lines; p++) {
        const value = load<f64>(row + (p << 3));
        if (value == 0) continue;
        store<u64>(at, u64(p * LINE));
        store<f64>(at, value, 8);
        at += 16;
      }
    }
  }
  return 0;
}

/** Packs the panels from .. to of the n rows `order`, one after the other into `out` (that of panel 0 being the first). */
export function packPanels(vectors: u32, order: u32, n: u32, from: u32, to: u32, out: u32): i32 {
  const bytes = (linesOf(vectors) + 1) * LINE;
  for (let p = from; p < to; p++) packPanel(vectors, order, n, p * widthOf(kindOf(vectors)), out + p * bytes);
  return 0;
}
