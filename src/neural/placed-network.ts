import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place, placeRows } from "../core/placed.js";
import { type NetworkJob, operationWords } from "../kernels/run-network.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Network } from "./network.js";
import { compile, type Program } from "./program.js";
import type { WeightLayout } from "./weight-layout.js";

/** The table that rows are read from, as kernels are told of it. */
export interface PlacedTable {
  readonly blocks: readonly Block[];
  readonly fields: Pick<NetworkJob, "cells" | "cellKind" | "byteValues" | "cols" | "rows">;
}

/** Puts the table that X is of, and the numbers of its rows, into the pool's memory. */
export async function placeTable(X: Matrix, scope: Scope, ctx: RunContext): Promise<PlacedTable> {
  const placed = await place(X, ctx);
  const rows = placeRows(X, scope);
  const { byteValues } = placed;
  const values = byteValues === null ? null : scope.place(Float32Array.from(ctx.pool.memory.f64(byteValues)));
  return {
    blocks: [placed.cells, rows, ...(values === null ? [] : [values])],
    fields: {
      cells: placed.cells.offset,
      cellKind: placed.kind,
      byteValues: values?.offset ?? 0,
      cols: X.cols,
      rows: rows.offset,
    },
  };
}

/** What a job is told of a network that has been compiled. */
export function fieldsOf(
  program: Program,
  network: Network,
  operations: Block,
  batch: number,
  scratch: Block,
): Omit<NetworkJob, keyof PlacedTable["fields"]> {
  return {
    operations: operations.offset,
    operationCount: program.operations.length,
    input: program.input,
    inputStride: program.inputStride,
    batch,
    output: program.output,
    outputGradient: program.outputGradient,
    outputStride: program.outputStride,
    outputs: network.outputs,
    scratch: scratch.offset,
    scratchBytes: scratch.bytes,
  };
}

/** Compiles a network into new blocks: the operations, and the scratch that they work in behind the gradients. */
export function compileInto(
  scope: Scope,
  network: Network,
  layout: WeightLayout,
  batch: number,
  weights: number,
  training: boolean,
) {
  const gradientBytes = training ? 4 * layout.trainable : 0;
  const addressed = (scratch: number) =>
    compile(network, layout, batch, training, { weights, gradients: scratch, scratch: scratch + gradientBytes });
  const scratch = scope.alloc(gradientBytes + addressed(0).scratchBytes);
  const program = addressed(scratch.offset);
  return { program, scratch, operations: scope.place(operationWords(program.operations)) };
}
