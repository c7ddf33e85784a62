import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place, placeRows } from "../core/placed.js";
import { codedDescriptor, panelBytes } from "../kernels/neighbors.js";
import type { Block } from "../parallel/memory.js";
import { encodeRows, panelsOf, type RowsOnGrid, treeOf } from "./encode-rows.js";
import { gridOf } from "./grid.js";

/** A tree is made of tables of at most so many features and at least so many rows: with more features all rows are compared as fast. */
const TREE_COLS = 6;
const TREE_ROWS = 1000;
/** Panels of a leaf, at least. */
const LEAF_PANELS = 2;

/** A table on a grid, in the pool's memory; see kernels/neighbors.ts. */
export interface CodedTable extends RowsOnGrid {
  readonly panelCount: number;
  readonly hasTree: boolean;
  readonly descriptor: Block;
  /** All that kernels read of it. */
  readonly reads: readonly Block[];
}

/** The codes of a table, with a tree where it `mayHaveTree` and suits one; once within a top-level verb. */
export function coded(table: Matrix, mayHaveTree: boolean, ctx: RunContext): Promise<CodedTable> {
  const hasTree = mayHaveTree && table.cols <= TREE_COLS && table.rows >= TREE_ROWS;
  return ctx.workspace.memo(table, hasTree ? "tree" : "codes", () => encode(table, hasTree, ctx));
}

async function encode(table: Matrix, hasTree: boolean, ctx: RunContext): Promise<CodedTable> {
  const { rows: count, cols } = table;
  const blocks = ctx.workspace.blocks(ctx.pool);
  const { offsets: middle, step } = gridOf(table);
  const placed = await place(table, ctx);
  const rows = { placed, order: placeRows(table, blocks), count, cols, offsets: blocks.place(middle), step };
  const panelCount = panelsOf(count);
  const panels = blocks.alloc(panelCount * panelBytes(cols));
  const error = await encodeRows(rows, panels, ctx);
  const leaves = hasTree ? 2 ** Math.floor(Math.log2(panelCount / LEAF_PANELS)) : 0;
  const tree = hasTree ? await treeOf(panels, count, cols, leaves, blocks, ctx) : null;
  if (tree !== null) {
    ctx.pool.memory.u32(rows.order).set(tree.order);
    await encodeRows(rows, panels, ctx);
  }
  const { cells, kind, byteValues } = placed;
  const descriptor = blocks.place(
    codedDescriptor({
      cells: cells.offset,
      kind,
      byteValues: byteValues?.offset ?? 0,
      cols,
      order: rows.order.offset,
      offsets: rows.offsets.offset,
      step,
      error,
      panels: panels.offset,
      panelCount,
      boxes: tree?.boxes.offset ?? 0,
      leaves,
      treeFrom: tree?.from ?? 0,
    }),
  );
  const reads = [descriptor, cells, byteValues, rows.order, rows.offsets, panels, tree?.boxes ?? null];
  return { ...rows, panelCount, hasTree, descriptor, reads: reads.filter((block) => block !== null) };
}

/** The places of queries in an order in which those that follow each other are near each other. */
export async function gathered(queries: RowsOnGrid, ctx: RunContext): Promise<Uint32Array> {
  const { count, cols } = queries;
  const scope = ctx.pool.memory.scope();
  try {
    const panels = scope.alloc(panelsOf(count) * panelBytes(cols));
    await encodeRows(queries, panels, ctx);
    const leaves = 2 ** Math.ceil(Math.log2(panelsOf(count)));
    return (await treeOf(panels, count, cols, leaves, scope, ctx)).order;
  } finally {
    scope.free();
  }
}
