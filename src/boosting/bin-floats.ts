import type { Matrix, MatrixData } from "../core/matrix.js";
import { inSlices } from "../core/slices.js";
import { binColumns, binColumnsScratch, COLUMN_INFO_BYTES } from "../kernels/bin-columns.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import { type BinJob, CELLS, type ColumnBins, toColumnBins, widthOf } from "./column-bins.js";

/** Columns that are copied out of the table at a time, at least: its cache lines are read a few times only. */
const COLUMNS_AT_ONCE = 4;
/** Codes of a column begin at multiples of this. */
const ALIGN = 64;

/** Bins columns of floats, rounded to f32. The table itself is never copied as a whole. */
export async function* binFloats(job: BinJob): AsyncGenerator<readonly ColumnBins[]> {
  const { X, maxBin, sampleWeight, ctx } = job;
  const { pool, signal, workspace } = ctx;
  const { memory } = pool;
  const { rows, cols } = X;
  const colsInCall = Math.max(1, Math.floor(CELLS / rows));
  const colsAtOnce = Math.min(Math.max(COLUMNS_AT_ONCE, colsInCall), cols);
  const maxCuts = Math.min(rows, maxBin);
  const blocks = workspace.blocks(pool);
  const passing = memory.scope();
  try {
    const weights = sampleWeight === null ? null : passing.place(sampleWeight);
    const makeSlot = () => ({
      cells: passing.alloc(4 * rows * colsAtOnce),
      cuts: passing.alloc(4 * maxCuts * colsAtOnce),
      info: passing.alloc(COLUMN_INFO_BYTES * colsAtOnce),
      scratch: passing.alloc(binColumnsScratch(rows)),
    });
    yield* mapTasks(
      pool,
      Math.ceil(cols / colsAtOnce),
      makeSlot,
      async (i, { cells, cuts, info, scratch }, stop) => {
        const first = i * colsAtOnce;
        const n = Math.min(colsAtOnce, cols - first);
        await copyColumns(job, first, n, cells, stop);
        for (let c = 0; c < n; c += colsInCall) {
          const end = Math.min(n, c + colsInCall);
          const [at, tell] = [weights?.offset ?? 0, info.offset];
          const args = [cells.offset, rows, c, end, at, maxBin, cuts.offset, maxCuts, tell, scratch.offset];
          const part = (block: Block, bytes: number) => block.part(c * bytes, (end - c) * bytes);
          const told = [part(cuts, 4 * maxCuts), part(info, COLUMN_INFO_BYTES)];
          const writes = [part(cells, 4 * rows), ...told, scratch];
          const reads = weights === null ? [] : [weights];
          await pool.run({ kernel: binColumns, args, reads, writes, cost: 30 * rows * (end - c) }, stop);
        }
        const infos = Array.from({ length: n }, (_, c) => memory.u32(info).slice(8 * c, 8 * c + 8));
        let size = 0;
        const places = infos.map((told) => {
          const bytes = widthOf(told) * rows;
          const start = size;
          size += Math.ceil(bytes / ALIGN) * ALIGN;
          return { start, bytes };
        });
        const kept = blocks.alloc(size);
        return places.map(({ start, bytes }, c) => {
          const codes = kept.part(start, bytes);
          memory.u8(codes).set(memory.u8(cells.part(4 * rows * c, bytes)));
          return toColumnBins(infos[c]!, memory.f32(cuts.part(4 * maxCuts * c, 4 * maxCuts)), codes);
        });
      },
      signal,
    );
  } finally {
    passing.free();
  }
}

/** Copies `n` columns of X's rows, from column `first` on, to f32[n][rows]. */
function copyColumns({ X, ctx }: BinJob, first: number, n: number, to: Block, stop: AbortSignal): Promise<void> {
  const { data } = X.root;
  const copy = (begin: number, end: number) => copyRows(X, data, first, n, begin, end, ctx.pool.memory.f32(to));
  return inSlices(X.rows, Math.ceil(CELLS / n), copy, stop);
}

/** Apart from its caller, so that it is compiled once: this reads the whole table. */
function copyRows(
  { rows, cols, index }: Matrix,
  data: MatrixData,
  first: number,
  n: number,
  begin: number,
  end: number,
  to: Float32Array,
): void {
  for (let r = begin; r < end; r++) {
    const from = (index === null ? r : index[r]!) * cols + first;
    for (let c = 0; c < n; c++) to[c * rows + r] = data[from + c]!;
  }
}
