import { classWeights, rowWeights } from "../core/class-weight.js";
import { InvalidDataError } from "../core/errors.js";
import type { FitContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import type { LabelTarget } from "../core/target.js";
import { groupByKernel } from "./kernel-groups.js";
import type { AnyKernel } from "./kernel-params.js";
import { type MachineSpec, type PairMachines, pairProblems, solvePairs } from "./pair-machines.js";
import type { Segments } from "./segments.js";
import { warnUnless } from "./solve.js";
import type { SVCParams } from "./svc.js";
import { keptRows, pairList, type SvmModel } from "./svm-model.js";
import { gridOf, rememberSupport, trainingKernel } from "./training-kernel.js";

type Candidate = Readonly<SVCParams>;

/** One machine for each pair, and the candidates that it serves. */
interface Machines {
  readonly spec: MachineSpec & { readonly seeds: Set<number> };
  readonly members: number[];
}

/** Fits all candidates: one kernel matrix for each kernel function and set of rows, and each problem once. */
export async function* learnPairs(
  data: TrainingData<LabelTarget>,
  candidates: readonly Candidate[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: SvmModel]> {
  const { X } = data;
  // "balanced" counts rows, whatever they weigh, as in scikit-learn's SVC.
  const weights = candidates.map(({ classWeight }) =>
    rowWeights(data.y, classWeights(classWeight, data.y, owner), data.sampleWeight),
  );
  const groups = await groupByKernel(candidates, X, ctx);
  for (const group of groups) {
    const { kernel, members } = group;
    const parts = groupByRows(members, (index) => rowsByClass(data.y, weights[index]!, owner));
    for (const { rows, indices } of parts) {
      const scope = ctx.pool.memory.scope();
      try {
        const isShared = groups.length * parts.length > 1;
        const machines = machinesOf(indices, candidates, rows, weights);
        const specs = machines.map(({ spec }) => spec);
        const problems = pairProblems(specs, rows);
        const matrix = await trainingKernel(X, rows, group, problems.length, isShared, scope, ctx);
        for await (const [m, solved] of solvePairs(matrix, problems, ctx)) {
          warnUnless(solved.solutions, specs[m]!.maxIter, owner);
          for (const index of machines[m]!.members) {
            const { probability, randomState } = candidates[index]!;
            const sigmoids = probability ? solved.sigmoids.get(randomState!)! : [];
            const model = modelOf(X, rows, kernel, await gridOf(X, kernel, ctx), solved, sigmoids);
            await rememberSupport(X, model, kernel, ctx);
            yield [index, model];
          }
        }
      } finally {
        scope.free();
      }
    }
  }
}

/** Candidates by the rows that they learn from, which weights of 0 leave out. */
function groupByRows(members: readonly number[], rowsOf: (index: number) => Segments) {
  const groups: { readonly rows: Segments; readonly indices: number[] }[] = [];
  for (const index of members) {
    const rows = rowsOf(index);
    const known = groups.find((group) => isEqual(group.rows.sorted, rows.sorted));
    if (known === undefined) groups.push({ rows, indices: [index] });
    else known.indices.push(index);
  }
  return groups;
}

function isEqual(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((row, i) => row === other[i]);
}

/** The distinct machines of the candidates. */
function machinesOf(
  indices: readonly number[],
  candidates: readonly Candidate[],
  rows: Segments,
  weights: readonly (Float64Array | null)[],
): readonly Machines[] {
  const machines = new Map<string, Machines>();
  for (const index of indices) {
    const { C, tol, maxIter, classWeight, probability, randomState } = candidates[index]!;
    const key = JSON.stringify([C, tol, maxIter, classWeight]);
    const own = weights[index]!;
    const bounds = () => Float64Array.from(rows.sorted, (row) => C * (own === null ? 1 : own[row]!));
    const machine = machines.get(key) ?? { spec: { bounds: bounds(), tol, maxIter, seeds: new Set() }, members: [] };
    machines.set(key, machine);
    machine.members.push(index);
    if (probability) machine.spec.seeds.add(randomState!);
  }
  return [...machines.values()];
}

/** Rows with a weight, class by class. */
function rowsByClass({ classes, codes }: LabelTarget, weights: Float64Array | null, owner: string): Segments {
  const rowsOf: number[][] = classes.map(() => []);
  for (let row = 0; row < codes.length; row++)
    if (weights === null || weights[row]! > 0) rowsOf[codes[row]!]!.push(row);
  const empty = rowsOf.findIndex((rows) => rows.length === 0);
  if (empty >= 0) {
    throw new InvalidDataError(
      `each class of ${owner} must have a row with a positive weight; all rows of ${JSON.stringify(classes[empty])} weigh 0`,
    );
  }
  const starts = [0];
  for (const rows of rowsOf) starts.push(starts.at(-1)! + rows.length);
  return { sorted: Uint32Array.from(rowsOf.flat()), starts };
}

function modelOf(
  X: Matrix,
  { sorted, starts }: Segments,
  kernel: AnyKernel,
  divisor: number,
  { solutions }: PairMachines,
  sigmoids: readonly (readonly [A: number, B: number])[],
): SvmModel {
  const classes = starts.length - 1;
  const { coef, isSupport } = coefficients(solutions, starts);
  const chosen = Uint32Array.from(isSupport.keys()).filter((i) => isSupport[i] === 1);
  const count = chosen.length;
  const packed = new Float64Array((classes - 1) * count);
  for (let r = 0; r < classes - 1; r++) {
    for (let s = 0; s < count; s++) packed[s * (classes - 1) + r] = coef[r * sorted.length + chosen[s]!]!;
  }
  return {
    ...keptRows(
      X,
      chosen.map((i) => sorted[i]!),
      kernel,
      divisor,
    ),
    nSupport: Uint32Array.from({ length: classes }, (_, k) =>
      isSupport.subarray(starts[k], starts[k + 1]).reduce((sum, is) => sum + is, 0),
    ),
    coef: packed,
    rho: Float64Array.from(solutions, ({ rho }) => rho),
    probA: Float64Array.from(sigmoids, ([A]) => A),
    probB: Float64Array.from(sigmoids, ([, B]) => B),
    nIter: Uint32Array.from(solutions, ({ rounds }) => rounds),
    converged: solutions.every(({ converged }) => converged),
  };
}

/** Coefficients of all sorted rows, (classes - 1) x rows, and which rows have one. */
function coefficients(solutions: PairMachines["solutions"], starts: readonly number[]) {
  const classes = starts.length - 1;
  const n = starts[classes]!;
  const coef = new Float64Array((classes - 1) * n);
  const isSupport = new Uint8Array(n);
  for (const [pair, [a, b]] of pairList(classes).entries()) {
    const { alpha } = solutions[pair]!;
    const firsts = starts[a + 1]! - starts[a]!;
    for (let t = 0; t < alpha.length; t++) {
      if (alpha[t] === 0) continue;
      const isFirst = t < firsts;
      const row = isFirst ? starts[a]! + t : starts[b]! + t - firsts;
      isSupport[row] = 1;
      coef[(isFirst ? b - 1 : a) * n + row] = isFirst ? alpha[t]! : -alpha[t]!;
    }
  }
  return { coef, isSupport };
}
