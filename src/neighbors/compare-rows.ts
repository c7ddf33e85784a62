import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place } from "../core/placed.js";
import type { Kernel } from "../kernels/kernel.js";
import {
  euclideanScratchBytes,
  manhattanScratchBytes,
  nearestEuclidean,
  nearestManhattan,
  PANEL_ROWS,
} from "../kernels/neighbors.js";
import type { Block } from "../parallel/memory.js";
import { coded } from "./coded-table.js";
import type { NeighborsParams } from "./neighbors-params.js";

/** How queries are compared with the training rows, which are taken unit by unit. */
export interface Comparison {
  readonly kernel: Kernel;
  /** Where the training rows are, as the kernel is told. */
  readonly args: readonly number[];
  readonly reads: readonly Block[];
  readonly units: number;
  /** Nanoseconds for a query and a unit. */
  readonly timeOfUnit: number;
  /** Bytes of scratch of a call for so many queries. */
  scratchBytes(queries: number): number;
}

/** Nanoseconds: of a pair of rows, of a pair of their cells, and of a place in the list of the nearest, most of which stay as they are. */
const PAIR = 0.4;
const CELL = { euclidean: 0.035, manhattan: 0.3 };
const PLACE = 0.1;

export async function comparisonWith(
  training: Matrix,
  metric: NeighborsParams["metric"],
  k: number,
  ctx: RunContext,
): Promise<Comparison> {
  const { rows: n, cols } = training;
  const { cells, kind, byteValues } = await place(training, ctx);
  const args = [cells.offset, kind, byteValues?.offset ?? 0, cols];
  const reads = byteValues === null ? [cells] : [cells, byteValues];
  const timeOfRow = PAIR + CELL[metric] * cols + PLACE * k;
  if (metric === "manhattan") {
    const scratchBytes = () => manhattanScratchBytes(cols);
    return { kernel: nearestManhattan, args, reads, units: n, timeOfUnit: timeOfRow, scratchBytes };
  }
  const { order, offsets, step, error, panels, panelCount } = await coded(training, ctx);
  return {
    kernel: nearestEuclidean,
    args: [...args, order.offset, offsets.offset, step, error, panels.offset],
    reads: [...reads, order, offsets, panels],
    units: panelCount,
    timeOfUnit: PANEL_ROWS * timeOfRow,
    scratchBytes: (queries) => euclideanScratchBytes(queries, cols),
  };
}
