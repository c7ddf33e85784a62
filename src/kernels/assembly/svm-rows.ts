import { dotsWithPanel, F64, I16, kindOf, LINE, linesOf, normsOf, widthOf } from "./svm-dots";
import { kernelValues, narrow } from "./svm-values";

// Rows of a kernel matrix that are made when they are needed. Columns come in blocks, and a problem needs one or two of
// them. Either there is room for all rows, which all problems share, and a mark says which blocks of a row have been made; or
// a problem has slots for some rows, and those used last are kept.

/** Fields, u32 each; see svm-solve.ts among the kernels. */
const VECTORS: u32 = 0;
const ORDER: u32 = 4;
const FN: u32 = 8;
const DOTS: u32 = 12;
const DOTS_STRIDE: u32 = 16;
const SCRATCH: u32 = 20;
/** u8[rows][blocks], or 0 where there are slots. */
const MARKS: u32 = 24;
const BLOCKS: u32 = 28;
const MATRIX: u32 = 32;
const STRIDE: u32 = 36;
const SLOTS: u32 = 40;
/** u32 by row: address of its slot, or 0. */
const SLOT_OF: u32 = 44;
/** (u32 row, u32 time of its last use) by slot. */
const USES: u32 = 48;
const TIME: u32 = 52;
const FILLED: u32 = 56;
/** Of each of two blocks: its number, first position, number of columns, place in a row in bytes, and its panels. */
const RUNS: u32 = 60;
const RUN_BYTES: u32 = 20;
const POSITION: u32 = 4;
const COLUMNS: u32 = 8;
const AT: u32 = 12;
const PANELS: u32 = 16;

/** Address of a row, whose blocks of the problem are there. The row asked for before it stays where it is. */
export function neededRow(rows: u32, row: u32): u32 {
  const marks = load<u32>(rows, MARKS);
  if (marks == 0) return slotOf(rows, row);
  const at = load<u32>(rows, MATRIX) + row * load<u32>(rows, STRIDE);
  const own = marks + row * load<u32>(rows, BLOCKS);
  makeOnce(rows, row, at, own, rows + RUNS);
  makeOnce(rows, row, at, own, rows + RUNS + RUN_BYTES);
  return at;
}

/** Two workers may make the same block at a time; it comes out the same. */
function makeOnce(rows: u32, row: u32, at: u32, marks: u32, run: u32): void {
  if (load<u32>(run, COLUMNS) == 0) return;
  const mark = marks + load<u32>(run);
  if (atomic.load<u8>(mark) != 0) return;
  makeRun(rows, row, at, run);
  atomic.store<u8>(mark, 1);
}

function slotOf(rows: u32, row: u32): u32 {
  const time = load<u32>(rows, TIME) + 1;
  store<u32>(rows, time, TIME);
  const uses = load<u32>(rows, USES);
  const known = load<u32>(rows, SLOT_OF) + (row << 2);
  let at = load<u32>(known);
  if (at == 0) {
    const slot = freeSlot(rows);
    at = load<u32>(rows, MATRIX) + slot * load<u32>(rows, STRIDE);
    store<u32>(known, at);
    store<u32>(uses + (slot << 3), row);
    makeRun(rows, row, at, rows + RUNS);
    makeRun(rows, row, at, rows + RUNS + RUN_BYTES);
  }
  const slot = (at - load<u32>(rows, MATRIX)) / load<u32>(rows, STRIDE);
  store<u32>(uses + (slot << 3), time, 4);
  return at;
}

/** A slot that was never used, or else the one whose last use is the longest ago. */
function freeSlot(rows: u32): u32 {
  const filled = load<u32>(rows, FILLED);
  if (filled < load<u32>(rows, SLOTS)) {
    store<u32>(rows, filled + 1, FILLED);
    return filled;
  }
  const uses = load<u32>(rows, USES);
  let oldest: u32 = 0;
  for (let slot: u32 = 1; slot < filled; slot++) {
    if (load<u32>(uses + (slot << 3), 4) < load<u32>(uses + (oldest << 3), 4)) oldest = slot;
  }
  store<u32>(load<u32>(rows, SLOT_OF) + (load<u32>(uses + (oldest << 3)) << 2), 0);
  return oldest;
}

/** Makes a block of a row, of which columns there are a multiple of 4. */
function makeRun(rows: u32, row: u32, at: u32, run: u32): void {
  const vectors = load<u32>(rows, VECTORS);
  const kind = kindOf(vectors);
  const width = widthOf(kind);
  const raw = load<u32>(rows, SCRATCH);
  const wide = raw + 2 * LINE;
  const order = load<u32>(rows, ORDER);
  const own = load<u32>(order + (row << 2));
  const norm = normsOf(vectors) + own * (kind == F64 ? 8 : 4);
  const lines = linesOf(vectors);
  const columns = load<u32>(run, COLUMNS);
  const dots = load<u32>(rows, DOTS);
  let panel = load<u32>(run, PANELS);
  let out = at + load<u32>(run, AT);
  for (let c: u32 = 0; c < columns; c += width) {
    const count = min(width, columns - c);
    let norms = panel + lines * LINE;
    if (dots == 0) {
      dotsWithPanel(vectors, own, panel, raw);
      panel += (lines + 1) * LINE;
    } else {
      norms = raw + LINE;
      gather(vectors, dots + own * load<u32>(rows, DOTS_STRIDE), order + ((load<u32>(run, POSITION) + c) << 2), count, raw, norms);
    }
    kernelValues(kind, load<u32>(rows, FN), raw, norm, norms, wide);
    narrow(wide, out, count);
    out += width << 2;
  }
}

/** Dot products and squared norms of `count` rows, from a row of dot products. */
export function gather(vectors: u32, dots: u32, columns: u32, count: u32, raw: u32, norms: u32): void {
  const own = normsOf(vectors);
  for (let c: u32 = 0; c < count; c++) {
    const column = load<u32>(columns + (c << 2));
    if (kindOf(vectors) == I16) {
      store<i32>(raw + (c << 2), load<i32>(dots + (column << 2)));
      store<i32>(norms + (c << 2), load<i32>(own + (column << 2)));
    } else {
      store<f64>(raw + (c << 3), load<f64>(dots + (column << 3)));
      store<f64>(norms + (c << 3), load<f64>(own + (column << 3)));
    }
  }
}
