import type { RunContext } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { Rng } from "../core/random.js";
import {
  PLATT_SCRATCH_BYTES,
  pairArgs,
  pairProbabilities,
  pairScratchBytes,
  plattArgs,
  plattScaling,
} from "../kernels/svm-probabilities.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import type { Solution } from "./solve.js";
import type { SvmModel } from "./svm-model.js";

/** Rows of one task: some milliseconds of work. */
const ROWS_AT_ONCE = 1024;

/** Folds that decision values are made out of, as in LIBSVM. */
export const FOLDS = 5;

/** The fold of each of n rows of a pair of classes. */
export function foldsOf(n: number, seed: number, pair: number): Uint8Array {
  const order = new Rng(seed).stream("calibration", pair).permutation(n);
  const folds = new Uint8Array(n);
  for (let i = 0; i < n; i++) folds[order[i]!] = Math.floor((FOLDS * i) / n);
  return folds;
}

/**
 * Decision values of the rows that a fold held out, from a solution without them; the first `firsts` rows are of the
 * first class. Where a class has no other rows they are 1, -1, or 0 if neither has, as in LIBSVM.
 */
export function setHeldOut(
  decisions: Float64Array,
  { F, rho }: Solution,
  firsts: number,
  folds: Uint8Array,
  fold: number,
): void {
  const left = [0, 0];
  for (let t = 0; t < folds.length; t++) if (folds[t] !== fold) left[t < firsts ? 0 : 1]!++;
  const isOneSided = left[0] === 0 || left[1] === 0;
  for (let t = 0; t < folds.length; t++) {
    if (folds[t] !== fold) continue;
    const y = t < firsts ? 1 : -1;
    // F is what y misses of the sum, since none of these rows is part of it.
    decisions[t] = isOneSided ? Math.sign(left[0]! - left[1]!) : y - F[t]! - rho;
  }
}

/** Platt's A and B of the decision values of a pair, of which the first `firsts` are of the first class. */
export async function platt(
  decisions: Float64Array,
  firsts: number,
  { pool, signal }: RunContext,
): Promise<readonly [A: number, B: number]> {
  const scope = pool.memory.scope();
  try {
    const values = scope.place(decisions);
    const scratch = scope.alloc(PLATT_SCRATCH_BYTES);
    const out = scope.alloc(16);
    const first = { at: values.offset, n: firsts };
    const second = { at: values.offset + 8 * firsts, n: decisions.length - firsts };
    const args = plattArgs(first, second, scratch.offset, out.offset);
    const cost = 100 * decisions.length;
    await pool.run({ kernel: plattScaling, args, reads: [values], writes: [out], scratch: [scratch], cost }, signal);
    const [A, B] = pool.memory.f64(out);
    return [A!, B!];
  } finally {
    scope.free();
  }
}

/** Probabilities, rows x classes, from the decision values of pairs, rows x pairs. */
export async function coupled(
  decisions: Matrix,
  classes: number,
  { probA, probB }: SvmModel,
  { pool, signal }: RunContext,
): Promise<Matrix> {
  const { rows, cols: pairs } = decisions;
  const scope = pool.memory.scope();
  try {
    const values = scope.place(decisions.data);
    const [A, B] = [scope.place(probA), scope.place(probB)];
    const out = scope.alloc(8 * rows * classes);
    const makeSlot = () => scope.alloc(pairScratchBytes(classes));
    const work = (i: number, scratch: Block, stop: AbortSignal) => {
      const [from, to] = [i * ROWS_AT_ONCE, Math.min(rows, (i + 1) * ROWS_AT_ONCE)];
      const own = { decisions: values.offset + 8 * pairs * from, rows: to - from, classes };
      const mine = out.part(8 * classes * from, 8 * classes * (to - from));
      const args = pairArgs({ ...own, probA: A.offset, probB: B.offset }, scratch.offset, mine.offset);
      const cost = 200 * (to - from) * pairs;
      return pool.run(
        { kernel: pairProbabilities, args, reads: [values, A, B], writes: [mine], scratch: [scratch], cost },
        stop,
      );
    };
    for await (const _ of mapTasks(pool, Math.ceil(rows / ROWS_AT_ONCE), makeSlot, work, signal));
    return new Matrix(pool.memory.f64(out).slice(), rows, classes);
  } finally {
    scope.free();
  }
}
