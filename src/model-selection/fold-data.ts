import type { AnyEstimator, FitOptions, RunContext } from "../core/estimator.js";
import { type EvalSet, evalSetsFor, toEvalSets } from "../core/eval-set.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { type Target, type TargetLike, toTarget } from "../core/target.js";
import { toMatrix } from "../core/to-matrix.js";
import { Workspace } from "../core/workspace.js";
import { defaultPool } from "../parallel/default-pool.js";
import { jobsOf, limit } from "../parallel/limit.js";
import type { CvLike } from "../split/check-cv.js";
import type { Split } from "../split/splitter.js";
import { splitsOf } from "./splits-of.js";

export interface FoldData {
  readonly X: Matrix;
  readonly y: Target;
  readonly splits: readonly Split[];
  readonly evalSets: readonly EvalSet[];
}

export interface FoldDataOptions extends Pick<FitOptions, "evalSet" | "pool" | "signal" | "workspace"> {
  readonly cv?: CvLike;
  readonly nJobs?: number | null;
}

/** Clean data, its splits and a run of its own, which ends with `use`. */
export async function withFolds<T>(
  estimator: AnyEstimator,
  X: MatrixLike,
  y: TargetLike | null | undefined,
  options: FoldDataOptions,
  use: (data: FoldData, ctx: RunContext) => Promise<T>,
): Promise<T> {
  const { allowsNaN, allowsLabels, target, definition } = estimator;
  const { nJobs = null, pool = defaultPool(), signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const workspace = options.workspace ?? new Workspace();
  try {
    const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal, workspace });
    workspace.expectViewsOf(matrix.root);
    const truth = toTarget(y, target, matrix.rows, definition.name);
    const trained = { source: X, X: matrix, y: truth };
    const evalSets = await toEvalSets(evalSetsFor(estimator, options), trained, estimator, { signal, workspace });
    const splits = splitsOf(options.cv ?? 5, truth);
    const narrow = limit(pool, jobsOf(nJobs, pool));
    return await use({ X: matrix, y: truth, splits, evalSets }, { pool: narrow, workspace, signal });
  } finally {
    if (options.workspace === undefined) workspace.close();
  }
}
