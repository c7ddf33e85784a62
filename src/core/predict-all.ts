import { defaultPool } from "../parallel/default-pool.js";
import { InvalidDataError, TrellisError, throwIfAborted } from "./errors.js";
import type { AnyEstimator, FittedWith, Method, Output, RunContext, RunOptions } from "./estimator.js";
import type { MatrixLike } from "./matrix.js";
import { merge } from "./merge.js";
import { toMatrix } from "./to-matrix.js";
import { Workspace } from "./workspace.js";

/**
 * Asks every fitted estimator the same of the same X, sharing work, and yields each one's index and answer. The twin of
 * `fitAll`, with the same law: each answer is what the estimator alone would give.
 *
 * @throws NotFittedError; InvalidDataError if X has another number of features than an estimator was fitted on
 */
export async function* predictAll(
  estimators: readonly AnyEstimator[],
  X: MatrixLike,
  method: Method,
  options: RunOptions = {},
): AsyncGenerator<readonly [index: number, output: Output]> {
  throwIfAborted(options.signal);
  const workspace = options.workspace ?? new Workspace();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const ctx: RunContext = { pool: options.pool ?? defaultPool(), workspace, signal };
  try {
    const groups = new Map<string, number[]>();
    for (const [index, estimator] of estimators.entries()) {
      checkMethod(estimator, method);
      const key = `${classId(estimator, estimators)} ${estimator.allowsNaN} ${estimator.allowsLabels}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [index]);
      else group.push(index);
    }
    const work = [...groups.values()].map((indices) => answerGroup(indices, estimators, X, method, ctx));
    yield* merge(work, () => stop.abort());
  } finally {
    stop.abort();
    if (options.workspace === undefined) workspace.close();
  }
}

/** One estimator's answer. */
export async function outputOf(
  estimator: AnyEstimator,
  X: MatrixLike,
  method: Method,
  options: RunOptions,
): Promise<Output> {
  for await (const [, output] of predictAll([estimator], X, method, options)) return output;
  throw new Error(`inferMany of ${estimator.definition.name} gave no answer`);
}

async function* answerGroup(
  indices: readonly number[],
  estimators: readonly AnyEstimator[],
  X: MatrixLike,
  method: Method,
  ctx: RunContext,
): AsyncGenerator<readonly [index: number, output: Output]> {
  const head = estimators[indices[0]!]!;
  const { allowsNaN, allowsLabels } = head;
  const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal: ctx.signal, workspace: ctx.workspace });
  // One state, one answer: estimators that were fitted together may have it in common.
  const byState = new Map<object, number[]>();
  for (const index of indices) {
    const { state } = estimators[index]!;
    const known = byState.get(state);
    if (known === undefined) byState.set(state, [index]);
    else known.push(index);
  }
  const units = [...byState.values()];
  const fitted = units.map(([index]): FittedWith<object, object> => {
    const { params, state, definition } = estimators[index!]!;
    if (state.nFeatures !== matrix.cols) {
      throw new InvalidDataError(
        `X has ${matrix.cols} features, but ${definition.name} is expecting ${state.nFeatures} features as input`,
      );
    }
    return { ...state, params };
  });
  for await (const [i, output] of head.answerMany(fitted, matrix, method, ctx)) {
    for (const index of units[i]!) yield [index, output];
  }
}

function checkMethod(estimator: AnyEstimator, method: Method): void {
  const { methods, definition } = estimator;
  if (methods.includes(method)) return;
  throw new TrellisError(`${definition.name} has no ${method}; it has ${methods.join(", ")}`, "NO_SUCH_METHOD");
}

/** A class's position among the estimators' classes. */
function classId(estimator: AnyEstimator, all: readonly AnyEstimator[]): number {
  return all.findIndex((other) => other.constructor === estimator.constructor);
}
