import type { RunContext } from "../core/estimator.js";
import type { Placed } from "../core/placed.js";
import { boxesBytes, encodePanels, orderRows, PANEL_ROWS, panelBytes, rowBytes } from "../kernels/neighbors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";

/** Cells that one call encodes: some milliseconds. */
const CELLS = 1 << 20;
/** Nanoseconds a cell; ordering looks at each for each of its nodes. */
const ENCODE_COST = 3;
const ORDER_COST = 5;

/** Rows of a placed table, and the grid that they are put on. */
export interface RowsOnGrid {
  readonly placed: Placed;
  /** u32 each: the numbers of the rows, in the order in which they are to be encoded. */
  readonly order: Block;
  readonly count: number;
  readonly cols: number;
  readonly offsets: Block;
  readonly step: number;
}

export const panelsOf = (rows: number): number => Math.ceil(rows / PANEL_ROWS);

/** Writes the codes of these rows into panels; answers the most that the codes of a row leave out, as a distance in steps. */
export async function encodeRows(rows: RowsOnGrid, panels: Block, { pool, signal }: RunContext): Promise<number> {
  const { placed, order, count, cols, offsets, step } = rows;
  const panelCount = panelsOf(count);
  const scope = pool.memory.scope();
  try {
    const errors = scope.alloc(8 * panelCount);
    const reads = [placed.cells, order, offsets, ...(placed.byteValues === null ? [] : [placed.byteValues])];
    const atOnce = Math.max(1, Math.floor(CELLS / (PANEL_ROWS * cols)));
    const work = (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * atOnce, Math.min(panelCount, (i + 1) * atOnce)];
      const args = [
        scratch.offset, placed.cells.offset, placed.kind, placed.byteValues?.offset ?? 0, cols, order.offset, count,
        offsets.offset, step, from, to, panels.offset, errors.offset,
      ]; // biome-ignore format: one list
      const partOf = (block: Block, bytes: number) => block.part(bytes * from, bytes * (to - from));
      const writes = [partOf(panels, panelBytes(cols)), partOf(errors, 8)];
      const cost = (to - from) * PANEL_ROWS * cols * ENCODE_COST;
      return pool.run({ kernel: encodePanels, args, reads, writes, scratch: [scratch], cost }, stop);
    };
    const makeSlot = () => scope.alloc(rowBytes(cols));
    for await (const _ of mapTasks(pool, Math.ceil(panelCount / atOnce), makeSlot, work, signal));
    return pool.memory.f64(errors).reduce((most, each) => Math.max(most, each), 0);
  } finally {
    scope.free();
  }
}

/** A k-d tree of encoded rows, whose boxes lie in `scope`. */
export interface Tree {
  /** The places of the rows in the panels as they were, in the tree's order. */
  readonly order: Uint32Array;
  readonly boxes: Block;
  readonly leaves: number;
  /** The first panel that is the tree's once the rows are in order. */
  readonly from: number;
}

export async function treeOf(
  panels: Block,
  count: number,
  cols: number,
  leaves: number,
  scope: Scope,
  { pool, signal }: RunContext,
): Promise<Tree> {
  const boxes = scope.alloc(boxesBytes(leaves, cols));
  const inner = pool.memory.scope();
  try {
    const [order, state] = [inner.alloc(4 * count), inner.zeros(8)];
    const args = [panels.offset, cols, count, leaves, order.offset, boxes.offset, state.offset];
    const cost = count * cols * Math.log2(2 * leaves) * ORDER_COST;
    await pool.run({ kernel: orderRows, args, reads: [panels], writes: [order, boxes, state], cost }, signal);
    return { order: pool.memory.u32(order).slice(0, count), boxes, leaves, from: pool.memory.u32(state)[1]! };
  } finally {
    inner.free();
  }
}
