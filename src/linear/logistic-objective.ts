import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place, placeRows } from "../core/placed.js";
import {
  blockLength,
  blockRowsOf,
  type LogisticLossProblem,
  logisticLoss,
  logisticLossArgs,
  scratchBytes,
  strideOf,
} from "../kernels/logistic-loss.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { KernelCall } from "../parallel/pool.js";
import type { Objective } from "./lbfgs.js";

/** A call of less work (in nanoseconds) is not worth a trip to a worker; one of more would keep an abort waiting. */
const LEAST_COST = 500_000;
const MOST_COST = 50_000_000;

export interface LogisticData {
  readonly X: Matrix;
  /** Class of each row. */
  readonly codes: Int32Array;
  /** Weight of each row; their sum is positive. */
  readonly weights: Float64Array;
  /** 1 for two classes, else as many as classes. */
  readonly outputs: number;
}

/**
 * The mean loss of rows by weight plus l2 / 2 * |w|^2, of points w[features (+ 1)][outputs] in row-major order whose last row,
 * if there is one more than features, is the intercepts, which are not penalised. As scikit-learn's LinearModelLoss.
 */
export async function logisticObjective(
  data: LogisticData,
  l2: number,
  ctx: FitContext,
  scope: Scope,
): Promise<Objective> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { X, codes, outputs } = data;
  const { rows: n, cols } = X;
  const stride = strideOf(outputs);
  const length = blockLength(cols, outputs);
  const blocks = Math.ceil(n / blockRowsOf(n, cols, outputs));
  const placed = await place(X, ctx);
  const rows = placeRows(X, scope);
  const targets = scope.place(codes);
  const sampleWeights = scope.place(data.weights);
  const weights = scope.zeros(8 * (cols + 1) * stride);
  const out = scope.alloc(8 * length * blocks);
  const problem: LogisticLossProblem = {
    data: placed.cells.offset,
    kind: placed.kind,
    table: placed.byteValues?.offset ?? 0,
    cols,
    rows: rows.offset,
    n,
    targets: targets.offset,
    sampleWeights: sampleWeights.offset,
    outputs,
    weights: weights.offset,
  };
  const reads = [
    placed.cells,
    rows,
    targets,
    sampleWeights,
    weights,
    ...(placed.byteValues ? [placed.byteValues] : []),
  ];
  const cost = n * cols * (0.5 + stride * 0.4);
  const worthwhile = Math.min(2 * pool.width, Math.round(cost / LEAST_COST));
  const tasks = Math.min(blocks, Math.max(1, worthwhile, Math.ceil(cost / MOST_COST)));
  const calls = Array.from({ length: tasks }, (_, task): KernelCall => {
    const [first, end] = [Math.floor((task * blocks) / tasks), Math.floor(((task + 1) * blocks) / tasks)];
    const scratch = scope.alloc(scratchBytes(cols, outputs));
    const args = logisticLossArgs(problem, scratch.offset, out.offset, first, end);
    const writes: Block[] = [scratch, out.part(8 * length * first, 8 * length * (end - first))];
    return { kernel: logisticLoss, args, reads, writes, cost: cost / tasks };
  });
  const totalWeight = data.weights.reduce((sum, weight) => sum + weight, 0);

  return async (point, gradient) => {
    const table = memory.f64(weights);
    for (let i = 0; i < point.length; i++) table[Math.floor(i / outputs) * stride + (i % outputs)] = point[i]!;
    const settled = await Promise.allSettled(calls.map((call) => pool.run(call, signal)));
    for (const result of settled) if (result.status === "rejected") throw result.reason;
    signal.throwIfAborted();

    const sums = new Float64Array(length);
    const partial = memory.f64(out);
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < length; i++) sums[i]! += partial[block * length + i]!;
    }
    let loss = sums[length - 2]! / totalWeight;
    for (let i = 0; i < point.length; i++) {
      gradient[i] = sums[Math.floor(i / outputs) * stride + (i % outputs)]! / totalWeight;
    }
    let squares = 0;
    for (let i = 0; i < cols * outputs; i++) {
      squares += point[i]! * point[i]!;
      gradient[i]! += l2 * point[i]!;
    }
    loss += (l2 / 2) * squares;
    return loss;
  };
}
