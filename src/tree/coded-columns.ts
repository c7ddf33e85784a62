import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { BYTES, type Placed, place } from "../core/placed.js";
import { byteRanges, rankColumn, rankColumnScratch, transposeBytes } from "../kernels/encode-columns.js";
import { COLUMN_BYTES } from "../kernels/grow-tree.js";
import { limit } from "../parallel/limit.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";

/** Cells that one task transposes or counts: about a millisecond of work. */
const CELLS = 1 << 19;

/** A table as trees are grown on it: each column's cells as small integers in the order of their values. */
export interface CodedColumns {
  /** Descriptors, `COLUMN_BYTES` each. */
  readonly columns: Block;
  /** The codes row-major too, where all are bytes. */
  readonly rowMajor: Block | null;
  /** Everything that the descriptors point to. */
  readonly reads: readonly Block[];
}

/** Codes the whole table that X is, or is a view of; once within a top-level verb, for all folds. */
export function codedColumns(X: Matrix, ctx: FitContext): Promise<CodedColumns> {
  const { root } = X;
  return ctx.workspace.memo(root, "coded columns", async () => {
    const placed = await place(root, ctx);
    return placed.kind === BYTES ? codeBytes(root, placed, ctx) : rankFloats(root, placed, ctx);
  });
}

async function codeBytes(
  { rows, cols }: Matrix,
  { cells, byteValues }: Placed,
  ctx: FitContext,
): Promise<CodedColumns> {
  const { pool, signal, workspace } = ctx;
  const blocks = workspace.blocks(pool);
  const codes = blocks.alloc(rows * cols);
  const ranges = blocks.alloc(8 * cols);
  // The tasks write to disjoint bytes, but all over the block: workers with copies of it must take turns, and few.
  const { shared } = pool.memory;
  const rowsAtOnce = Math.max(64, Math.ceil(CELLS / cols), shared ? 0 : Math.ceil(rows / 4));
  const transposed = mapTasks(
    shared ? pool : limit(pool, 1),
    Math.ceil(rows / rowsAtOnce),
    () => null,
    (i, _slot, stop) => {
      const from = i * rowsAtOnce;
      const to = Math.min(rows, from + rowsAtOnce);
      const args = [cells.offset, rows, cols, codes.offset, from, to];
      const cost = 2 * (to - from) * cols;
      return pool.run({ kernel: transposeBytes, args, reads: [cells], writes: [codes], cost }, stop);
    },
    signal,
  );
  for await (const _ of transposed);
  const colsAtOnce = Math.max(1, Math.ceil(CELLS / rows));
  const counted = mapTasks(
    pool,
    Math.ceil(cols / colsAtOnce),
    () => blocks.alloc(1024),
    (i, scratch, stop) => {
      const from = i * colsAtOnce;
      const to = Math.min(cols, from + colsAtOnce);
      const args = [codes.offset, rows, from, to, ranges.offset, scratch.offset];
      const writes = [ranges.part(8 * from, 8 * (to - from)), scratch];
      return pool.run({ kernel: byteRanges, args, reads: [codes], writes, cost: (to - from) * rows }, stop);
    },
    signal,
  );
  for await (const _ of counted);
  const columns = blocks.alloc(COLUMN_BYTES * cols);
  const [table, range] = [pool.memory.u32(columns), pool.memory.u32(ranges)];
  for (let j = 0; j < cols; j++) {
    table.set([codes.offset + j * rows, byteValues!.offset, range[2 * j]!, range[2 * j + 1]!], 4 * j);
  }
  return { columns, rowMajor: cells, reads: [codes, byteValues!, cells] };
}

async function rankFloats({ rows, cols }: Matrix, { cells, kind }: Placed, ctx: FitContext): Promise<CodedColumns> {
  const { pool, signal, workspace } = ctx;
  const { memory } = pool;
  const blocks = workspace.blocks(pool);
  const passing = memory.scope();
  try {
    const makeSlot = () => ({
      values: passing.alloc(8 * rows),
      codes: passing.alloc(4 * rows + 8),
      info: passing.alloc(16),
      scratch: passing.alloc(rankColumnScratch(rows)),
    });
    const ranked = mapTasks(
      pool,
      cols,
      makeSlot,
      async (j, { values, codes, info, scratch }, stop) => {
        const args = [cells.offset, kind, rows, cols, j, values.offset, codes.offset, info.offset, scratch.offset];
        const writes = [values, codes, info, scratch];
        await pool.run({ kernel: rankColumn, args, reads: [cells], writes, cost: 40 * rows }, stop);
        const [distinct, base] = memory.u32(info) as unknown as [number, number];
        const codeBytes = (distinct <= 256 ? 1 : 4) * rows;
        const kept = { values: blocks.alloc(8 * distinct), codes: blocks.alloc(codeBytes), distinct, base };
        memory.u8(kept.values).set(memory.u8(values.part(0, 8 * distinct)));
        memory.u8(kept.codes).set(memory.u8(codes.part(0, codeBytes)));
        return kept;
      },
      signal,
    );
    const columns = blocks.alloc(COLUMN_BYTES * cols);
    const reads: Block[] = [];
    let j = 0;
    for await (const { values, codes, distinct, base } of ranked) {
      memory.u32(columns).set([codes.offset, values.offset, distinct, base], 4 * j++);
      reads.push(codes, values);
    }
    return { columns, rowMajor: null, reads };
  } finally {
    passing.free();
  }
}
