import { InvalidDataError } from "../core/errors.js";
import type { FitContext, TrainingData } from "../core/estimator.js";
import type { NumberTarget } from "../core/target.js";
import { groupByKernel } from "./kernel-groups.js";
import { mostRounds, type QuadraticProblem, solve, warnUnless } from "./solve.js";
import { keptRows, type SvmModel } from "./svm-model.js";
import type { SVRParams } from "./svr.js";
import { gridOf, rememberSupport, trainingKernel } from "./training-kernel.js";

/** Fits all candidates over one kernel matrix for each kernel function. */
export async function* learnRegression(
  { X, y, sampleWeight }: TrainingData<NumberTarget>,
  candidates: readonly Readonly<SVRParams>[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: SvmModel]> {
  const rows = Uint32Array.from(y.values.keys()).filter((row) => sampleWeight === null || sampleWeight[row]! > 0);
  if (rows.length === 0) throw new InvalidDataError(`${owner} must have a row with a positive weight; all weigh 0`);
  const n = rows.length;
  const groups = await groupByKernel(candidates, X, ctx);
  const segments = { sorted: rows, starts: [0, n] };
  for (const group of groups) {
    const { kernel, members } = group;
    const scope = ctx.pool.memory.scope();
    try {
      const matrix = await trainingKernel(X, segments, group, members.length, groups.length > 1, scope, ctx);
      const problems = members.map((index): QuadraticProblem => {
        const { C, epsilon, tol, maxIter } = candidates[index]!;
        // The variables that raise the function at each row, and then those that lower it (Smola, Schölkopf 2004, (10)).
        const twice = (value: (row: number, sign: number) => number) => () =>
          Float64Array.from({ length: 2 * n }, (_, t) => (t < n ? value(rows[t]!, 1) : value(rows[t - n]!, -1)));
        return {
          segments: [0, 0],
          count: [n, n],
          tol,
          maxRounds: maxIter ?? mostRounds(2 * n),
          bounds: twice((row) => C * (sampleWeight === null ? 1 : sampleWeight[row]!)),
          start: twice((row, sign) => y.values[row]! - sign * epsilon),
        };
      });
      let done = 0;
      for await (const { alpha, rho, rounds, converged } of solve(matrix, problems, ctx)) {
        const index = members[done]!;
        warnUnless([{ converged }], candidates[index]!.maxIter, owner);
        ctx.progress({ what: "problems", done: ++done, total: problems.length });
        const all = Float64Array.from({ length: n }, (_, t) => alpha[t]! - alpha[n + t]!);
        const chosen = Uint32Array.from(all.keys()).filter((t) => all[t] !== 0);
        const support = chosen.map((t) => rows[t]!);
        const model: SvmModel = {
          ...keptRows(X, support, kernel, await gridOf(X, kernel, ctx)),
          nSupport: Uint32Array.of(support.length),
          coef: Float64Array.from(chosen, (t) => all[t]!),
          rho: Float64Array.of(rho),
          probA: new Float64Array(0),
          probB: new Float64Array(0),
          nIter: Uint32Array.of(rounds),
          converged,
        };
        await rememberSupport(X, model, kernel, ctx);
        yield [index, model];
      }
    } finally {
      scope.free();
    }
  }
}
