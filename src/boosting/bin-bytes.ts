import { place } from "../core/placed.js";
import {
  binBytes as binCounted,
  COLUMN_INFO_BYTES,
  countBytes,
  encodeBytes,
  weighBytes,
} from "../kernels/bin-columns.js";
import type { Kernel } from "../kernels/kernel.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import { type BinJob, CELLS, type ColumnBins, toColumnBins } from "./column-bins.js";

/** At most so many columns make a task: a cache line of a row. */
const COLUMNS_AT_ONCE = 64;
/** Fewer are not worth a pass over the rows. */
const LEAST_COLUMNS = 4;

/** Bins columns of bytes by counting. */
export async function* binBytes({ X, maxBin, sampleWeight, ctx }: BinJob): AsyncGenerator<readonly ColumnBins[]> {
  const { pool, signal, workspace } = ctx;
  const { memory } = pool;
  const { rows, cols } = X;
  const blocks = workspace.blocks(pool);
  const { cells, byteValues } = await place(X, ctx);
  const share = Math.max(LEAST_COLUMNS, Math.ceil(cols / (4 * pool.width)));
  const colsAtOnce = Math.min(COLUMNS_AT_ONCE, share, cols);
  const rowsAtOnce = Math.ceil(CELLS / colsAtOnce);
  const codes = blocks.alloc(rows * cols);
  const passing = memory.scope();
  try {
    const values = passing.place(Float32Array.from(memory.f64(byteValues!)));
    const index = X.index === null ? null : passing.place(X.index);
    // More bins than bytes need no weights: each value has its own.
    const weights = sampleWeight === null || maxBin >= 256 ? null : passing.place(sampleWeight);
    const makeSlot = () => ({
      counts: passing.alloc(1024 * colsAtOnce),
      sums: weights === null ? null : passing.alloc(2048 * colsAtOnce),
      cuts: passing.alloc(1024 * colsAtOnce),
      info: passing.alloc(COLUMN_INFO_BYTES * colsAtOnce),
      codeOf: passing.alloc(256 * colsAtOnce),
      often: passing.alloc(colsAtOnce + 16),
    });
    yield* mapTasks(
      pool,
      Math.ceil(cols / colsAtOnce),
      makeSlot,
      async (i, { counts, sums, cuts, info, codeOf, often }, stop) => {
        const from = i * colsAtOnce;
        const to = Math.min(cols, from + colsAtOnce);
        const inputs = [cells, ...(index === null ? [] : [index])];
        const table = [cells.offset, index?.offset ?? 0];
        const run = (kernel: Kernel, args: number[], reads: Block[], writes: Block[], cost: number) =>
          pool.run({ kernel, args, reads, writes, cost }, stop);

        memory.u8(counts).fill(0);
        if (sums !== null) memory.u8(sums).fill(0);
        for (let r = 0; r < rows; r += rowsAtOnce) {
          const end = Math.min(rows, r + rowsAtOnce);
          const range = [...table, cols, from, to, r, end];
          const cost = (end - r) * (to - from);
          await run(countBytes, [...range, counts.offset], inputs, [counts], cost);
          if (weights === null || sums === null) continue;
          await run(weighBytes, [...range, weights.offset, sums.offset], [...inputs, weights], [sums], 2 * cost);
        }
        const counted = [counts.offset, sums?.offset ?? 0, to - from, values.offset, rows, maxBin];
        const told = [cuts, info, codeOf, often];
        const reads = [values, ...(sums === null ? [] : [sums])];
        await run(binCounted, [...counted, ...told.map((b) => b.offset)], reads, [counts, ...told], 1000 * (to - from));

        const mine = codes.part(from * rows, (to - from) * rows);
        for (let r = 0; r < rows; r += rowsAtOnce) {
          const end = Math.min(rows, r + rowsAtOnce);
          const range = [...table, rows, cols, from, to, r, end];
          const args = [...range, codeOf.offset, often.offset, mine.offset];
          await run(encodeBytes, args, [...inputs, codeOf, often], [mine], (end - r) * (to - from));
        }
        return Array.from({ length: to - from }, (_, c) => {
          const info8 = memory.u32(info).slice(8 * c, 8 * c + 8);
          return toColumnBins(info8, memory.f32(cuts.part(1024 * c, 1024)), mine.part(c * rows, rows));
        });
      },
      signal,
    );
  } finally {
    passing.free();
  }
}
