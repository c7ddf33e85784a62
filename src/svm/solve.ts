import type { RunContext } from "../core/estimator.js";
import {
  CONVERGED,
  padded,
  positionsOf,
  problemLayout,
  readProblem,
  type SmoProblem,
  smo,
  type Two,
  writeProblem,
} from "../kernels/svm-solve.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import type { KernelRows } from "./kernel-rows.js";

/** Values of K that one call goes through at most: some milliseconds of work. */
const SLICE = 4_000_000;

/** Nanoseconds by value of K that a problem's variables have among them: most values are gone through a few times. */
const ROUND_COST = 4;

export interface QuadraticProblem extends SmoProblem {
  /** The segments of the kernel matrix that its variables belong to. */
  readonly segments: Two;
  /** By variable, those of the first segment first: C_t. */
  bounds(): Float64Array;
  /** F_t where all variables are 0. */
  start(): Float64Array;
}

export interface Solution {
  /** By variable. */
  readonly alpha: Float64Array;
  readonly F: Float64Array;
  readonly rho: number;
  readonly rounds: number;
  readonly converged: boolean;
}

/** LIBSVM's bound on rounds, where there is no other. */
export const mostRounds = (variables: number): number => Math.max(10_000_000, 100 * variables);

/** Says so, once, where problems were not solved. */
export function warnUnless(
  solutions: readonly Pick<Solution, "converged">[],
  maxIter: number | null,
  owner: string,
): void {
  const stopped = solutions.filter(({ converged }) => !converged).length;
  if (stopped === 0) return;
  const where = solutions.length === 1 ? "" : ` for ${stopped} of ${solutions.length} pairs of classes`;
  const most = maxIter === null ? "10 million" : `maxIter = ${maxIter}`;
  console.warn(
    `${owner} has not converged in ${most} rounds${where}; raise maxIter or tol, lower C, or scale the features`,
  );
}

/** Solves problems over one kernel matrix, as many at a time as the pool is wide, and yields the solutions in order. */
export async function* solve(
  rows: KernelRows,
  problems: readonly QuadraticProblem[],
  { pool, signal }: RunContext,
): AsyncGenerator<Solution> {
  const { memory } = pool;
  const most = problems.reduce((size, { count }) => Math.max(size, positionsOf(count)), 0);
  const scope = memory.scope();
  const makeLane = () => ({ block: scope.alloc(problemLayout(most).bytes), own: scope.alloc(rows.laneBytes) });
  const work = async (i: number, { block, own }: { block: Block; own: Block }, stop: AbortSignal) => {
    const problem = problems[i]!;
    const given = { bounds: problem.bounds(), start: problem.start() };
    const all = given.bounds.length;
    const first = problem.count[0];
    const second = padded(first);
    const put = (values: Float64Array, into: Float64Array) => {
      into.set(values.subarray(0, first));
      into.set(values.subarray(first), second);
    };
    const m = positionsOf(problem.count);
    const layout = problemLayout(m);
    const at = (offset: number) => memory.f64(block.part(offset, 8 * m));
    at(layout.alpha).fill(0);
    put(given.start, at(layout.f).fill(0));
    put(given.bounds, at(layout.bound).fill(0));
    writeProblem(memory.wasm.buffer, block.offset, problem, rows.at(own, problem.segments));
    const args = [block.offset, Math.max(1, Math.ceil(SLICE / m))];
    const writes = [block.part(0, layout.own), ...(rows.laneBytes === 0 ? [] : [own]), ...rows.writes];
    const scratch = [block.part(layout.own, layout.bytes - layout.own)];
    await pool.run({ kernel: smo, args, reads: rows.reads, writes, scratch, cost: ROUND_COST * all * all }, stop);
    const pick = (values: Float64Array) => {
      const picked = new Float64Array(all);
      picked.set(values.subarray(0, first));
      picked.set(values.subarray(second, second + all - first), first);
      return picked;
    };
    const { status, rounds, rho } = readProblem(memory.wasm.buffer, block.offset);
    return { alpha: pick(at(layout.alpha)), F: pick(at(layout.f)), rho, rounds, converged: status === CONVERGED };
  };
  try {
    yield* mapTasks(pool, problems.length, makeLane, work, signal);
  } finally {
    scope.free();
  }
}
