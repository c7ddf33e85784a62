import type { FitContext } from "../core/estimator.js";
import type { Two } from "../kernels/svm-solve.js";
import { FOLDS, foldsOf, platt, setHeldOut } from "./calibration.js";
import type { KernelRows } from "./kernel-rows.js";
import { mostRounds, type QuadraticProblem, type Solution, solve } from "./solve.js";
import { pairList } from "./svm-model.js";

/** Training rows, those of a class one after the other. */
export interface ClassRows {
  /** Rows of the training table in that order. */
  readonly sorted: Uint32Array;
  /** By class: where its rows begin, and at last where all end. */
  readonly starts: readonly number[];
}

/** One machine for each pair of classes, with one set of constants. */
export interface MachineSpec {
  /** C by sorted row. */
  readonly bounds: Float64Array;
  readonly tol: number;
  readonly maxIter: number | null;
  /** Seeds of the calibrations that are asked for. */
  readonly seeds: ReadonlySet<number>;
}

/** What was learnt of all pairs. */
export interface PairMachines {
  readonly solutions: readonly Pick<Solution, "alpha" | "rho" | "rounds" | "converged">[];
  /** Platt's A and B by pair, by seed. */
  readonly sigmoids: ReadonlyMap<number, readonly (readonly [A: number, B: number])[]>;
}

/** A problem of a pair: the machine itself, or one of its folds for a calibration. */
interface Item extends QuadraticProblem {
  readonly machine: number;
  readonly pair: number;
  readonly seed: number | null;
  readonly fold: number;
  readonly folds: Uint8Array | null;
}

/** Solves all pairs of all machines over one kernel matrix, and yields each machine's results when they are complete. */
export async function* solvePairs(
  kernel: KernelRows,
  rows: ClassRows,
  specs: readonly MachineSpec[],
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, machines: PairMachines]> {
  const pairs = pairList(rows.starts.length - 1);
  const items = specs.flatMap((spec, machine) => pairs.flatMap((_, pair) => itemsOf(spec, machine, pair, rows)));
  let at = 0;
  let solutions: Solution[] = [];
  let sigmoids = new Map<number, (readonly [number, number])[]>();
  let decisions = new Float64Array(0);
  for await (const solution of solve(kernel, items, ctx)) {
    const { machine, pair, seed, fold, folds, count } = items[at]!;
    ctx.progress({ what: "problems", done: ++at, total: items.length });
    if (seed === null) solutions.push({ ...solution, F: new Float64Array(0) });
    else {
      if (fold === 0) decisions = new Float64Array(count[0] + count[1]);
      setHeldOut(decisions, solution, count[0], folds!, fold);
      if (fold === FOLDS - 1) {
        const known = sigmoids.get(seed) ?? [];
        sigmoids.set(seed, known);
        known[pair] = await platt(decisions, count[0], ctx);
      }
    }
    if (items[at]?.machine === machine) continue;
    yield [machine, { solutions, sigmoids }];
    solutions = [];
    sigmoids = new Map();
  }
}

function itemsOf(spec: MachineSpec, machine: number, pair: number, { starts }: ClassRows): Item[] {
  const [a, b] = pairList(starts.length - 1)[pair]!;
  const begin: Two = [starts[a]!, starts[b]!];
  const count: Two = [starts[a + 1]! - starts[a]!, starts[b + 1]! - starts[b]!];
  const n = count[0] + count[1];
  const maxRounds = spec.maxIter ?? mostRounds(n);
  const bounds = () => {
    const all = new Float64Array(n);
    all.set(spec.bounds.subarray(begin[0], begin[0] + count[0]));
    all.set(spec.bounds.subarray(begin[1], begin[1] + count[1]), count[0]);
    return all;
  };
  const start = () => new Float64Array(n).fill(1, 0, count[0]).fill(-1, count[0]);
  const own = { begin, count, tol: spec.tol, maxRounds, start, machine, pair };
  const calibrations = [...spec.seeds].flatMap((seed) => {
    const folds = foldsOf(n, seed, pair);
    return Array.from({ length: FOLDS }, (_, fold): Item => {
      const others = () => bounds().map((bound, t) => (folds[t] === fold ? 0 : bound));
      return { ...own, seed, fold, folds, bounds: others };
    });
  });
  return [{ ...own, seed: null, fold: 0, folds: null, bounds }, ...calibrations];
}
