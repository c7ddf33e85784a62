import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { type Placed, place, placeRows } from "../core/placed.js";
import { encodePanels, MOST_STEPS, PANEL_ROWS, panelBytes, rowBytes } from "../kernels/neighbors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";

/** Rows that the grid is made from. */
const SAMPLE = 256;
/** The share of the sample that must have codes, twice as far from the middle. */
const WITHIN = 0.95;
/** Steps are 2^-EXPONENT to 2^EXPONENT, so that their squares are within f64. */
const EXPONENT = 400;
/** Cells that one call encodes: some milliseconds. */
const CELLS = 1 << 20;
/** Nanoseconds a cell. */
const COST = 3;

/** A table on a grid, in the pool's memory; see kernels/neighbors.ts. */
export interface CodedTable {
  readonly placed: Placed;
  /** u32 each: the number of the row at each place of the panels. */
  readonly order: Block;
  readonly panels: Block;
  readonly panelCount: number;
  readonly offsets: Block;
  readonly step: number;
  /** The most that the codes of a row leave out, as a distance in steps. */
  readonly error: number;
}

/** The codes of a table, once within a top-level verb. */
export function coded(table: Matrix, ctx: RunContext): Promise<CodedTable> {
  return ctx.workspace.memo(table, "coded", () => encode(table, ctx));
}

async function encode(table: Matrix, ctx: RunContext): Promise<CodedTable> {
  const { pool, signal, workspace } = ctx;
  const { rows: n, cols } = table;
  const { offsets: centre, step } = gridOf(table);
  const placed = await place(table, ctx);
  const blocks = workspace.blocks(pool);
  const [order, offsets] = [placeRows(table, blocks), blocks.place(centre)];
  const panelCount = Math.ceil(n / PANEL_ROWS);
  const panels = blocks.alloc(panelCount * panelBytes(cols));
  const scope = pool.memory.scope();
  try {
    const errors = scope.alloc(8 * panelCount);
    const reads = [placed.cells, order, offsets, ...(placed.byteValues === null ? [] : [placed.byteValues])];
    const atOnce = Math.max(1, Math.floor(CELLS / (PANEL_ROWS * cols)));
    const work = (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * atOnce, Math.min(panelCount, (i + 1) * atOnce)];
      const args = [
        scratch.offset, placed.cells.offset, placed.kind, placed.byteValues?.offset ?? 0, cols, order.offset, n,
        offsets.offset, step, from, to, panels.offset, errors.offset,
      ]; // biome-ignore format: one list
      const partOf = (block: Block, bytes: number) => block.part(bytes * from, bytes * (to - from));
      const writes = [partOf(panels, panelBytes(cols)), partOf(errors, 8)];
      const cost = (to - from) * PANEL_ROWS * cols * COST;
      return pool.run({ kernel: encodePanels, args, reads, writes, scratch: [scratch], cost }, stop);
    };
    for await (const _ of mapTasks(
      pool,
      Math.ceil(panelCount / atOnce),
      () => scope.alloc(rowBytes(cols)),
      work,
      signal,
    ));
    const error = pool.memory.f64(errors).reduce((most, each) => Math.max(most, each), 0);
    return { placed, order, panels, panelCount, offsets, step, error };
  } finally {
    scope.free();
  }
}

/**
 * A grid that fits the table: its middle, and a step that leaves the codes of most rows as large as they may be. Both come from a
 * sample, since they decide how much is computed and not what is found.
 */
export function gridOf(table: Matrix): { readonly offsets: Float64Array; readonly step: number } {
  const { cols } = table;
  const count = Math.min(SAMPLE, table.rows);
  const cells = table.take(Uint32Array.from({ length: count }, (_, i) => (i * table.rows) / count)).toFloat64();
  const means = new Float64Array(cols);
  for (let i = 0; i < count; i++) for (let j = 0; j < cols; j++) means[j]! += cells[i * cols + j]! / count;
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < cols; j++) squares[i]! += (cells[i * cols + j]! - means[j]!) ** 2;
  }
  const usual = Math.sqrt(squares.sort()[Math.ceil(WITHIN * count) - 1]!);
  const exponent = Math.floor(Math.log2((4 * usual) / MOST_STEPS));
  const step = 2 ** Math.max(-EXPONENT, Math.min(EXPONENT, exponent));
  // On the grid itself, so that integers leave nothing out.
  const offsets = new Float64Array(2 * Math.ceil(cols / 2));
  offsets.set(means.map((mean) => Math.round(mean / step) * step));
  return { offsets, step };
}
