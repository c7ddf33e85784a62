import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place } from "../core/placed.js";
import { keepPairs, keepScratchBytes, pairBytes } from "../kernels/linear-dual.js";
import type { LinearRows } from "../kernels/logistic-loss.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";

/** Cells of the table that one task looks at: a few milliseconds of work. */
const WORK = 1 << 22;

/** The pairs of features that are not both 0, row by row, in the pool's memory; as the kernel `keepPairs` writes them. */
interface KeptPairs {
  readonly kind: LinearRows["kind"];
  readonly pairs: Block;
  readonly starts: Block;
  readonly norms: Block;
}

/** Lists the pairs of the whole table that X is, or is a view of; once within a top-level verb. */
export function keptPairs(X: Matrix, ctx: RunContext): Promise<KeptPairs> {
  return ctx.workspace.memo(X.root, "keptPairs", () => listed(X.root, ctx));
}

async function listed(X: Matrix, ctx: RunContext): Promise<KeptPairs> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { rows, cols } = X;
  const { kind, cells: data, byteValues } = await place(X, ctx);
  const blocks = ctx.workspace.blocks(pool);
  const starts = blocks.zeros(4 * (rows + 1));
  const norms = blocks.alloc(8 * rows);
  const rowsAtOnce = Math.max(1, Math.floor(WORK / cols));
  const reads = [data, ...(byteValues ? [byteValues] : [])];
  const scope = memory.scope();

  /** Counts them where there is no block for them yet. */
  const pass = async (pairs: Block | null, firstOf: (row: number) => number): Promise<void> => {
    const work = async (i: number, scratch: Block, stop: AbortSignal): Promise<void> => {
      const [from, to] = [i * rowsAtOnce, Math.min(rows, (i + 1) * rowsAtOnce)];
      const addresses = [starts.offset, pairs?.offset ?? 0, norms.offset];
      const args = [scratch.offset, data.offset, kind, byteValues?.offset ?? 0, cols, from, to, ...addresses];
      const written =
        pairs === null
          ? [starts.part(4 * (from + 1), 4 * (to - from))]
          : [pairs.part(firstOf(from), firstOf(to) - firstOf(from)), norms.part(8 * from, 8 * (to - from))];
      const call = { kernel: keepPairs, args, writes: [scratch, ...written], cost: (to - from) * cols };
      await pool.run({ ...call, reads: pairs === null ? reads : [...reads, starts] }, stop);
    };
    const makeSlot = () => scope.alloc(keepScratchBytes(cols));
    for await (const _ of mapTasks(pool, Math.ceil(rows / rowsAtOnce), makeSlot, work, signal));
  };
  try {
    await pass(null, () => 0);
    const first = memory.u32(starts);
    for (let row = 0; row < rows; row++) first[row + 1]! += first[row]!;
    const bytesBefore = Float64Array.from(first, (count) => count * pairBytes(kind)); // They may pass 2^32.
    const pairs = blocks.alloc(bytesBefore[rows]!);
    await pass(pairs, (row) => bytesBefore[row]!);
    return { kind, pairs, starts, norms };
  } finally {
    scope.free();
  }
}
