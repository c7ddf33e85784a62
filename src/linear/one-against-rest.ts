import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { placeRows } from "../core/placed.js";
import { biasAt, type DualProblem, dualDescent, dualDescentArgs, dualScratchBytes } from "../kernels/linear-dual.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import { keptPairs } from "./kept-pairs.js";

/** One class against the rest. */
export type AgainstRest = Pick<
  DualProblem,
  "positive" | "cost" | "positiveCost" | "loss" | "bias" | "tol" | "maxIter" | "seed"
>;

export interface Separation {
  /** One a feature. */
  readonly weights: Float64Array;
  readonly biasWeight: number;
  readonly rounds: number;
  readonly converged: boolean;
}

/** Solves linear machines on the same rows, each a task of the pool; in the order of the problems. */
export async function* solveAgainstRest(
  X: Matrix,
  codes: Int32Array,
  sampleWeight: Float64Array | null,
  problems: readonly AgainstRest[],
  ctx: RunContext,
): AsyncGenerator<Separation> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const { rows: n, cols } = X;
  const { kind, pairs, starts, norms } = await keptPairs(X, ctx);
  const scope = memory.scope();
  try {
    const rows = placeRows(X, scope);
    const classes = scope.place(codes);
    const rowWeights = scope.place(sampleWeight ?? new Float64Array(n).fill(1));
    const shared = {
      ...{ kind, cols, n, pairs: pairs.offset, starts: starts.offset, norms: norms.offset },
      ...{ rows: rows.offset, codes: classes.offset, rowWeights: rowWeights.offset },
    };
    const reads = [pairs, starts, norms, rows, classes, rowWeights];
    const makeSlot = (): readonly [scratch: Block, weights: Block] => [
      scope.alloc(dualScratchBytes(n)),
      scope.alloc(8 * (biasAt(cols) + 1)),
    ];
    const work = async (i: number, slot: ReturnType<typeof makeSlot>, stop: AbortSignal): Promise<Separation> => {
      const [scratch, weights] = slot;
      memory.u32(scratch)[0] = 0;
      const args = dualDescentArgs({ ...shared, ...problems[i]! }, scratch.offset, weights.offset);
      // Some ten rounds: how many there will be shows only in the end.
      await pool.run({ kernel: dualDescent, args, reads, writes: slot, cost: 10 * n * cols }, stop);
      const [, rounds, converged] = memory.u32(scratch);
      const found = memory.f64(weights).slice();
      return {
        weights: found.subarray(0, cols),
        biasWeight: found[biasAt(cols)]!,
        rounds: rounds!,
        converged: converged === 1,
      };
    };
    yield* mapTasks(pool, problems.length, makeSlot, work, signal);
  } finally {
    scope.free();
  }
}
