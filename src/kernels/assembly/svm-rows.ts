import { dotsWithPanel, F64, gather, kindOf, LINE, linesOf, normsOf, widthOf } from "./svm-dots";
import { NORMS, storeRows } from "./svm-gram";
import { trainingValues } from "./svm-values";

// Rows of a kernel matrix that are made when they are needed. Columns come in blocks, and a problem needs one or two of
// them. Either there is room for all rows, which all problems share, and a mark says which blocks of a row have been made; or
// a problem has slots for some rows, and those used last are kept.
//
// Where there is room for all, a problem that turns out to need many rows has its blocks filled instead: they are
// symmetric, so half of the work does. Problems vote on whether the next ones begin with that.

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
/** So many rows made mean that the blocks are to be filled. */
const LIMIT: u32 = 60;
/** i32, common to all problems: those that needed many rows less those that did not. */
const VOTES: u32 = 64;
const MADE: u32 = 68;
const STATE: u32 = 72;
/** Panels that have been filled; and which blocks need none, as bits. */
const STEP: u32 = 76;
const COMPLETE: u32 = 80;
/** Of each of two blocks: its number, first position, number of columns, place in a row in bytes, and its panels. */
const RUNS: u32 = 84;
const RUN_BYTES: u32 = 20;
const POSITION: u32 = 4;
const COLUMNS: u32 = 8;
const AT: u32 = 12;
const PANELS: u32 = 16;

/** States. */
const MAKING: u32 = 0;
const FILLING: u32 = 1;
const FULL: u32 = 2;

/** What filling a panel takes, in rounds of a problem. */
const ROUNDS_OF_PANEL: u32 = 64;

const FIRST_OWN: u32 = 1;
const CROSS: u32 = 2;
const SECOND_OWN: u32 = 4;

/** Begins a problem: with filling, where most problems before it came to that. */
export function beginRows(rows: u32): void {
  if (load<u32>(rows, MARKS) != 0 && atomic.load<i32>(load<u32>(rows, VOTES)) > 0) beginFilling(rows);
}

/** Ends a problem. */
export function endRows(rows: u32): void {
  if (load<u32>(rows, MADE) != 0 && load<u32>(rows, STATE) == MAKING && load<u32>(rows, MARKS) != 0) {
    vote(rows, -1);
  }
}

/** A vote that another worker's overtakes is lost, and costs time alone. */
function vote(rows: u32, by: i32): void {
  const votes = load<u32>(rows, VOTES);
  atomic.store<i32>(votes, atomic.load<i32>(votes) + by);
}

/** Address of a row, whose blocks of the problem are there. The row asked for before it stays where it is. */
export function neededRow(rows: u32, row: u32): u32 {
  const marks = load<u32>(rows, MARKS);
  if (marks == 0) return slotOf(rows, row);
  const at = load<u32>(rows, MATRIX) + row * load<u32>(rows, STRIDE);
  if (load<u32>(rows, STATE) == FULL) return at;
  const own = marks + row * load<u32>(rows, BLOCKS);
  const isNew = makeOnce(rows, row, at, own, rows + RUNS) | makeOnce(rows, row, at, own, rows + RUNS + RUN_BYTES);
  if (isNew) {
    const made = load<u32>(rows, MADE) + 1;
    store<u32>(rows, made, MADE);
    if (made == load<u32>(rows, LIMIT) && load<u32>(rows, STATE) == MAKING) {
      vote(rows, 1);
      beginFilling(rows);
    }
  }
  return at;
}

/** Two workers may make the same block at a time; it comes out the same. */
function makeOnce(rows: u32, row: u32, at: u32, marks: u32, run: u32): bool {
  if (load<u32>(run, COLUMNS) == 0) return false;
  const mark = marks + load<u32>(run);
  if (atomic.load<u8>(mark) != 0) return false;
  makeRun(rows, row, at, run);
  atomic.store<u8>(mark, 1);
  return true;
}

function beginFilling(rows: u32): void {
  const first = rows + RUNS;
  const second = first + RUN_BYTES;
  const isCrossed = isComplete(rows, first, second) && isComplete(rows, second, first);
  const complete = (isComplete(rows, first, first) ? FIRST_OWN : 0) | (isCrossed ? CROSS : 0)
    | (isComplete(rows, second, second) ? SECOND_OWN : 0);
  store<u32>(rows, complete, COMPLETE);
  store<u32>(rows, 0, STEP);
  store<u32>(rows, FILLING, STATE);
}

/** Whether all rows of a block have the columns of the other. */
function isComplete(rows: u32, run: u32, other: u32): bool {
  if (load<u32>(other, COLUMNS) == 0) return true;
  const blocks = load<u32>(rows, BLOCKS);
  let mark = load<u32>(rows, MARKS) + load<u32>(run, POSITION) * blocks + load<u32>(other);
  const end = mark + load<u32>(run, COLUMNS) * blocks;
  while (mark < end && atomic.load<u8>(mark) != 0) mark += blocks;
  return mark >= end;
}

function markAll(rows: u32, run: u32, other: u32): void {
  if (load<u32>(other, COLUMNS) == 0) return;
  const blocks = load<u32>(rows, BLOCKS);
  let mark = load<u32>(rows, MARKS) + load<u32>(run, POSITION) * blocks + load<u32>(other);
  const end = mark + load<u32>(run, COLUMNS) * blocks;
  for (; mark < end; mark += blocks) atomic.store<u8>(mark, 1);
}

/** Goes on filling, if that was begun, as far as so many rounds allow; answers the rounds that are left. */
export function fillRows(rows: u32, rounds: u32): u32 {
  if (load<u32>(rows, STATE) != FILLING) return rounds;
  const first = rows + RUNS;
  const second = first + RUN_BYTES;
  const complete = load<u32>(rows, COMPLETE);
  const width = widthOf(kindOf(load<u32>(rows, VECTORS)));
  const firsts = (load<u32>(first, COLUMNS) + width - 1) / width;
  const steps = firsts + (load<u32>(second, COLUMNS) + width - 1) / width;
  let step = load<u32>(rows, STEP);
  for (; step < steps && rounds > 0; step++) {
    let isFilled = false;
    if (step < firsts) isFilled = fillPanel(rows, first, first, step * width, complete & FIRST_OWN);
    else {
      const from = (step - firsts) * width;
      const isCross = fillPanel(rows, first, second, from, complete & CROSS);
      isFilled = fillPanel(rows, second, second, from, complete & SECOND_OWN) || isCross;
    }
    if (isFilled) rounds -= min(rounds, ROUNDS_OF_PANEL);
  }
  store<u32>(rows, step, STEP);
  if (step < steps) return 0;
  markAll(rows, first, first);
  markAll(rows, first, second);
  markAll(rows, second, first);
  markAll(rows, second, second);
  store<u32>(rows, FULL, STATE);
  return rounds;
}

/** The columns of one panel of a block, from position `from` in it, of all rows of a block, and what mirrors them. */
function fillPanel(rows: u32, run: u32, columns: u32, from: u32, isThere: u32): bool {
  if (isThere != 0) return false;
  const vectors = load<u32>(rows, VECTORS);
  const order = load<u32>(rows, ORDER);
  const scratch = load<u32>(rows, SCRATCH);
  const lines = linesOf(vectors);
  const dots = load<u32>(rows, DOTS);
  const width = widthOf(kindOf(vectors));
  const first = load<u32>(columns, POSITION) + from;
  const n = load<u32>(columns, POSITION) + load<u32>(columns, COLUMNS);
  const panel = load<u32>(columns, PANELS) + (from / width) * (lines + 1) * LINE;
  const norms = dots == 0 ? panel + lines * LINE : scratch + NORMS;
  const begin = run == columns ? first : load<u32>(run, POSITION);
  const end = load<u32>(run, POSITION) + load<u32>(run, COLUMNS);
  for (let i = begin; i < end; i += 4) {
    for (let r: u32 = 0; r < 4; r++) {
      const own = load<u32>(order + ((i + r) << 2));
      const raw = scratch + r * LINE;
      if (dots == 0) dotsWithPanel(vectors, own, panel, raw);
      else gather(vectors, dots + own * load<u32>(rows, DOTS_STRIDE), order + (first << 2), min(width, n - first), raw, norms);
    }
    storeRows(
      scratch, vectors, order, i, 4, first, n, load<u32>(rows, FN), norms, load<u32>(rows, MATRIX), load<u32>(rows, STRIDE),
    );
  }
  return true;
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
    trainingValues(kind, load<u32>(rows, FN), raw, norm, norms, wide, out, count);
    out += width << 2;
  }
}
