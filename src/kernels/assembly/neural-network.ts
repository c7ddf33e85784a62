// Runs the operations that a network has been compiled into: batches of an epoch, or rows to be answered. See src/kernels/run-network.ts.
import { activate, activateBackward, dropout, dropoutBackward } from "./neural-activations";
import { convBackward, convForward } from "./neural-conv";
import { denseBackward, denseForward } from "./neural-dense";
import { lossOfRow, SUM_OF_LOSSES } from "./neural-losses";
import { normalize, normalizeBackward } from "./neural-normalize";
import { ACTIVATE, CONV, DENSE, DROPOUT, DX, KIND, MAX_POOL, MEAN_POOL, NORMALIZE, word, WORDS } from "./neural-op";
import { update } from "./neural-optimizers";
import { largestBackward, largestForward, meanBackward, meanForward } from "./neural-pool";

const DONE: i32 = 0;
const MORE: i32 = 1;

const BYTES: u32 = 0;
const F32: u32 = 1;

// The job, in words.
const OPS: u32 = 0;
const OP_COUNT: u32 = 1;
/** Cells of all rows, how they are kept, f32[256] of what bytes stand for, and values of a row. */
const CELLS: u32 = 2;
const CELL_KIND: u32 = 3;
const TABLE: u32 = 4;
const COLS: u32 = 5;
/** u32[]: numbers of the rows among all cells' rows. */
const ROWS: u32 = 6;
/** f32[batch][stride], what the first operation reads. */
const INPUT: u32 = 7;
const INPUT_STRIDE: u32 = 8;
const BATCH: u32 = 9;
/** What the last operation writes, and where the gradient of that goes. */
const OUTPUT: u32 = 10;
const OUTPUT_GRADIENT: u32 = 11;
const OUTPUT_STRIDE: u32 = 12;
const OUTPUTS: u32 = 13;
/** Room that is cleared when a call begins: what pads rows in it must be 0. */
const SCRATCH: u32 = 14;
const SCRATCH_BYTES: u32 = 15;
/** Of training. ORDER: u32[], positions in ROWS, TARGETS and WEIGHTS; WEIGHTS is 0 for 1 each. */
const ORDER: u32 = 16;
const COUNT: u32 = 17;
const TARGETS: u32 = 18;
const WEIGHTS: u32 = 19;
const LOSS: u32 = 20;
/** Whether the last operation is an activation whose gradient is part of the loss's. */
const SKIPS_LAST: u32 = 21;
const OPTIMIZER: u32 = 22;
const SETTINGS: u32 = 23;
const PARAMETERS: u32 = 24;
const GRADIENTS: u32 = 25;
const FIRST: u32 = 26;
const SECOND: u32 = 27;
const SIZE: u32 = 28;

// Progress: u32 batches (or rows) from start to end, u32 whether the loss has become infinite or NaN, f64[2] sums of losses,
// f64[2] powers of the optimizer.
const NEXT: u32 = 0;
const END: u32 = 4;
const FAILED: u32 = 8;
const START: u32 = 12;
const SUMS: u32 = 16;
const POWERS: u32 = 32;

/** f32 rows of what the cells hold; zeros where rows are padded. `rows` are numbers of cells' rows, or positions in ROWS. */
function gather(job: u32, rows: u32, count: u32, byOrder: bool): void {
  const cols = word(job, COLS);
  const kind = word(job, CELL_KIND);
  const table = word(job, TABLE);
  const stride = word(job, INPUT_STRIDE);
  let out = word(job, INPUT);
  for (let i: u32 = 0; i < count; i++, out += stride << 2) {
    const row = load<u32>(byOrder ? word(job, ROWS) + (load<u32>(rows + (i << 2)) << 2) : rows + (i << 2));
    if (kind == BYTES) {
      const at = word(job, CELLS) + row * cols;
      for (let j: u32 = 0; j < cols; j++) store<f32>(out + (j << 2), load<f32>(table + (u32(load<u8>(at + j)) << 2)));
    } else if (kind == F32) {
      memory.copy(out, word(job, CELLS) + ((row * cols) << 2), cols << 2);
    } else {
      const at = word(job, CELLS) + ((row * cols) << 3);
      for (let j: u32 = 0; j < cols; j++) store<f32>(out + (j << 2), f32(load<f64>(at + (j << 3))));
    }
    for (let j = cols; j < stride; j++) store<f32>(out + (j << 2), 0);
  }
}

function forward(job: u32, rows: u32, rowsBefore: u32, training: bool): void {
  let op = word(job, OPS);
  for (let i = word(job, OP_COUNT); i > 0; i--, op += WORDS << 2) {
    const kind = word(op, KIND);
    if (kind == DENSE) denseForward(op, rows);
    else if (kind == CONV) convForward(op, rows);
    else if (kind == MAX_POOL) largestForward(op, rows);
    else if (kind == MEAN_POOL) meanForward(op, rows);
    else if (kind == NORMALIZE) normalize(op, rows, training);
    else if (kind == ACTIVATE) activate(op, rows);
    else if (kind == DROPOUT) dropout(op, rows, rowsBefore, training);
  }
}

function backward(job: u32, rows: u32, rowsBefore: u32): void {
  let left = word(job, OP_COUNT) - word(job, SKIPS_LAST);
  for (; left > 0; left--) {
    const op = word(job, OPS) + (left - 1) * (WORDS << 2);
    const kind = word(op, KIND);
    if (kind == DENSE) denseBackward(op, rows);
    else if (kind == CONV) convBackward(op, rows);
    else if (kind == NORMALIZE) normalizeBackward(op, rows);
    // The others learn nothing: where nothing below them learns either, they do not matter.
    else if (!word(op, DX)) return;
    else if (kind == ACTIVATE) activateBackward(op, rows);
    else if (kind == MAX_POOL) largestBackward(op, rows);
    else if (kind == MEAN_POOL) meanBackward(op, rows);
    else if (kind == DROPOUT) dropoutBackward(op, rows, rowsBefore);
  }
}

/** Trains on one batch, and answers MORE until END batches of the epoch are done, or the loss is not finite. */
export function trainNetwork(job: u32, progress: u32): i32 {
  const next = load<u32>(progress + NEXT);
  if (next >= load<u32>(progress + END) || load<u32>(progress + FAILED)) return DONE;
  if (next == load<u32>(progress + START)) memory.fill(word(job, SCRATCH), 0, word(job, SCRATCH_BYTES));
  const batch = word(job, BATCH);
  const before = next * batch;
  const rows = min(batch, word(job, COUNT) - before);
  const order = word(job, ORDER) + (before << 2);
  gather(job, order, rows, true);
  forward(job, rows, before, true);

  const share: f32 = 1 / f32(rows);
  const stride = word(job, OUTPUT_STRIDE);
  for (let i: u32 = 0; i < rows; i++) {
    const at = load<u32>(order + (i << 2)) << 2;
    const weight: f32 = word(job, WEIGHTS) ? load<f32>(word(job, WEIGHTS) + at) : 1;
    const offset = (i * stride) << 2;
    lossOfRow(
      word(job, LOSS), word(job, OUTPUT) + offset, word(job, OUTPUTS), stride, load<f32>(word(job, TARGETS) + at), weight, share,
      word(job, OUTPUT_GRADIENT) + offset, progress + SUMS,
    );
  }
  const sum = load<f64>(progress + SUMS + SUM_OF_LOSSES);
  if (!(abs(sum) < f64.MAX_VALUE)) {
    store<u32>(progress + FAILED, 1);
    return DONE;
  }
  backward(job, rows, before);
  update(
    word(job, OPTIMIZER), word(job, SETTINGS), word(job, PARAMETERS), word(job, GRADIENTS), word(job, FIRST), word(job, SECOND),
    word(job, SIZE), progress + POWERS,
  );
  store<u32>(progress + NEXT, next + 1);
  return next + 1 < load<u32>(progress + END) ? MORE : DONE;
}

/** Answers rows NEXT .. END of ROWS, a batch at a time: to out f32[][OUTPUTS], which begins at row START. */
export function runNetwork(job: u32, progress: u32, out: u32): i32 {
  const next = load<u32>(progress + NEXT);
  if (next == load<u32>(progress + START)) memory.fill(word(job, SCRATCH), 0, word(job, SCRATCH_BYTES));
  const rows = min(word(job, BATCH), load<u32>(progress + END) - next);
  gather(job, word(job, ROWS) + (next << 2), rows, false);
  forward(job, rows, 0, false);
  const bytes = word(job, OUTPUTS) << 2;
  for (let i: u32 = 0; i < rows; i++) {
    memory.copy(out + (next - load<u32>(progress + START) + i) * bytes, word(job, OUTPUT) + ((i * word(job, OUTPUT_STRIDE)) << 2), bytes);
  }
  store<u32>(progress + NEXT, next + rows);
  return next + rows < load<u32>(progress + END) ? MORE : DONE;
}
