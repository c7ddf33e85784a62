import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { type Placed, place } from "../core/placed.js";
import type { Kernel } from "../kernels/kernel.js";
import {
  euclideanScratchBytes,
  manhattanScratchBytes,
  nearestEuclidean,
  nearestInTree,
  nearestManhattan,
  nearestPlain,
  PANEL_ROWS,
  plainScratchBytes,
  treeScratchBytes,
} from "../kernels/neighbors.js";
import type { Block } from "../parallel/memory.js";
import { coded, gathered } from "./coded-table.js";
import type { NeighborsParams } from "./neighbors-params.js";

/** How queries are compared with the training rows, which are taken unit by unit. */
export interface Comparison {
  readonly kernel: Kernel;
  readonly reads: readonly Block[];
  readonly units: number;
  /** Nanoseconds for a query and a unit. */
  readonly timeOfUnit: number;
  /** The kernel's arguments that say with which rows to compare. */
  args(first: number, last: number): readonly number[];
  /** Bytes of scratch of a call for so many queries. */
  scratchBytes(queries: number): number;
  /** The places of these queries in the order that suits the kernel; null for as they are. */
  arrange(placed: Placed, rows: Block, count: number, ctx: RunContext): Promise<Uint32Array> | null;
}

/** Nanoseconds: of a pair of rows, and of a place in the list of the nearest, most of which stay as they are. */
const PAIR = 0.5;
const PLACE = 0.1;
/** Nanoseconds of a pair of cells. */
const CELL = { codes: 0.035, manhattan: 0.3, plain: 0.4 };
/** Rows that a query is compared with in a tree. */
const ROWS_IN_TREE = 1000;

/** Queries that pay for a grid, and for a tree, that is made for them alone; measured, and about the same for all sizes of tables. */
const WORTH_CODES = 12;
const WORTH_TREE = 2000;

/** `isKept` says that further queries will come: then everything is made that makes them fast. */
export async function comparisonWith(
  training: Matrix,
  metric: NeighborsParams["metric"],
  k: number,
  queries: number,
  isKept: boolean,
  ctx: RunContext,
): Promise<Comparison> {
  const { cols } = training;
  if (metric === "manhattan" || (queries < WORTH_CODES && !isKept)) return withCells(training, metric, k, ctx);
  const table = await coded(training, queries >= WORTH_TREE || isKept, ctx);
  const { reads, descriptor, offsets, step } = table;
  const timeOfRow = PAIR + CELL.codes * cols + PLACE * k;
  if (!table.hasTree) {
    return {
      kernel: nearestEuclidean,
      reads,
      units: table.panelCount,
      timeOfUnit: PANEL_ROWS * timeOfRow,
      args: (first, last) => [descriptor.offset, first, last],
      scratchBytes: (count) => euclideanScratchBytes(count, cols),
      arrange: () => null,
    };
  }
  return {
    kernel: nearestInTree,
    reads,
    units: 1,
    timeOfUnit: ROWS_IN_TREE * timeOfRow,
    args: () => [descriptor.offset],
    scratchBytes: (count) => treeScratchBytes(count, cols),
    arrange: (placed, order, count, around) =>
      count < WORTH_TREE ? null : gathered({ placed, order, count, cols, offsets, step }, around),
  };
}

/** With the rows as they are. */
async function withCells(
  training: Matrix,
  metric: NeighborsParams["metric"],
  k: number,
  ctx: RunContext,
): Promise<Comparison> {
  const { rows, cols } = training;
  const { cells, kind, byteValues } = await place(training, ctx);
  const [kernel, cell, scratch] =
    metric === "manhattan"
      ? [nearestManhattan, CELL.manhattan, manhattanScratchBytes(cols)]
      : [nearestPlain, CELL.plain, plainScratchBytes(cols)];
  return {
    kernel,
    reads: byteValues === null ? [cells] : [cells, byteValues],
    units: rows,
    timeOfUnit: PAIR + cell * cols + PLACE * k,
    args: (first, last) => [cells.offset, kind, byteValues?.offset ?? 0, cols, rows, first, last],
    scratchBytes: () => scratch,
    arrange: () => null,
  };
}
