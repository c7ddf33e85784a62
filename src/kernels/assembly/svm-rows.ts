import { dotsWithPanel, F64, kindOf, LINE, linesOf, normsOf, widthOf } from "./svm-dots";
import { narrow } from "./svm-gram";
import { kernelValues } from "./svm-values";

// Rows of a kernel matrix that is too large to be kept: those used last are kept, the others made again when they are needed.

/** Fields of a cache, u32 each but for the first six: see svm-solve.ts. */
const VECTORS: u32 = 0;
const ORDER: u32 = 4;
const FN: u32 = 8;
const PANELS: u32 = 12;
const SLOTS: u32 = 16;
const SLOT_BYTES: u32 = 20;
const SLOTS_AT: u32 = 24;
/** u32 by row: address of its slot, or 0. */
const SLOT_OF: u32 = 28;
/** (u32 row, u32 time of its last use) by slot. */
const USES: u32 = 32;
const TIME: u32 = 36;
const FILLED: u32 = 40;
/** Two runs of panels: first, end, and where the first begins in a slot. */
const RUNS: u32 = 44;
const SCRATCH: u32 = 68;

/** Address of the row, counted in `order`. The row asked for before it stays where it is. */
export function cachedRow(cache: u32, row: u32): u32 {
  const time = load<u32>(cache, TIME) + 1;
  store<u32>(cache, time, TIME);
  const uses = load<u32>(cache, USES);
  const known = load<u32>(cache, SLOT_OF) + (row << 2);
  let at = load<u32>(known);
  if (at == 0) {
    const slot = freeSlot(cache);
    at = load<u32>(cache, SLOTS_AT) + slot * load<u32>(cache, SLOT_BYTES);
    store<u32>(known, at);
    store<u32>(uses + (slot << 3), row);
    makeRow(cache, row, at);
  }
  const slot = (at - load<u32>(cache, SLOTS_AT)) / load<u32>(cache, SLOT_BYTES);
  store<u32>(uses + (slot << 3), time, 4);
  return at;
}

/** A slot that was never used, or else the one whose last use is the longest ago. */
function freeSlot(cache: u32): u32 {
  const filled = load<u32>(cache, FILLED);
  if (filled < load<u32>(cache, SLOTS)) {
    store<u32>(cache, filled + 1, FILLED);
    return filled;
  }
  const uses = load<u32>(cache, USES);
  let oldest: u32 = 0;
  for (let slot: u32 = 1; slot < filled; slot++) {
    if (load<u32>(uses + (slot << 3), 4) < load<u32>(uses + (oldest << 3), 4)) oldest = slot;
  }
  store<u32>(load<u32>(cache, SLOT_OF) + (load<u32>(uses + (oldest << 3)) << 2), 0);
  return oldest;
}

function makeRow(cache: u32, row: u32, at: u32): void {
  makeRun(cache, row, at, cache + RUNS);
  makeRun(cache, row, at, cache + RUNS + 12);
}

function makeRun(cache: u32, row: u32, at: u32, run: u32): void {
  const vectors = load<u32>(cache, VECTORS);
  const kind = kindOf(vectors);
  const scratch = load<u32>(cache, SCRATCH);
  const own = load<u32>(load<u32>(cache, ORDER) + (row << 2));
  const norm = normsOf(vectors) + own * (kind == F64 ? 8 : 4);
  const lines = linesOf(vectors);
  let out = at + load<u32>(run, 8);
  for (let p = load<u32>(run); p < load<u32>(run, 4); p++) {
    const panel = load<u32>(cache, PANELS) + p * (lines + 1) * LINE;
    dotsWithPanel(vectors, own, panel, scratch);
    kernelValues(kind, load<u32>(cache, FN), scratch, norm, panel + lines * LINE, scratch + 128);
    narrow(scratch + 128, out, widthOf(kind));
    out += widthOf(kind) << 2;
  }
}
