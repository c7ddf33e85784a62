import type { FitContext } from "../core/estimator.js";
import type { Two } from "../kernels/svm-solve.js";
import { FOLDS, foldsOf, platt, setHeldOut } from "./calibration.js";
import type { KernelRows } from "./kernel-rows.js";
import type { Segments } from "./segments.js";
import { mostRounds, type QuadraticProblem, type Solution, solve } from "./solve.js";
import { pairList } from "./svm-model.js";

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
export interface Item extends QuadraticProblem {
  readonly machine: number;
  readonly pair: number;
  readonly seed: number | null;
  readonly fold: number;
  readonly folds: Uint8Array | null;
}

/** The problems of all pairs of all machines, in their order. */
export function pairProblems(specs: readonly MachineSpec[], segments: Segments): readonly Item[] {
  const pairs = pairList(segments.starts.length - 1);
  return specs.flatMap((spec, machine) =>
    pairs.flatMap((classes, pair) => problemsOf(spec, machine, pair, classes, segments)),
  );
}

/** Solves them over one kernel matrix, and yields each machine's results when they are complete. */
export async function* solvePairs(
  kernel: KernelRows,
  items: readonly Item[],
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, machines: PairMachines]> {
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

function problemsOf(
  spec: MachineSpec,
  machine: number,
  pair: number,
  [a, b]: Two,
  { starts }: Segments,
): readonly Item[] {
  const count: Two = [starts[a + 1]! - starts[a]!, starts[b + 1]! - starts[b]!];
  const n = count[0] + count[1];
  const maxRounds = spec.maxIter ?? mostRounds(n);
  const bounds = () => {
    const all = new Float64Array(n);
    all.set(spec.bounds.subarray(starts[a], starts[a + 1]));
    all.set(spec.bounds.subarray(starts[b], starts[b + 1]), count[0]);
    return all;
  };
  const start = () => new Float64Array(n).fill(1, 0, count[0]).fill(-1, count[0]);
  const segments: Two = [a, b];
  const own = { segments, count, tol: spec.tol, maxRounds, start, machine, pair };
  const calibrations = [...spec.seeds].flatMap((seed) => {
    const folds = foldsOf(n, seed, pair);
    return Array.from({ length: FOLDS }, (_, fold): Item => {
      const others = () => bounds().map((bound, t) => (folds[t] === fold ? 0 : bound));
      return { ...own, seed, fold, folds, bounds: others };
    });
  });
  return [{ ...own, seed: null, fold: 0, folds: null, bounds }, ...calibrations];
}
