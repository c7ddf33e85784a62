import type { AnyEstimator, Progress, RunContext } from "../core/estimator.js";
import { type FitAllOptions, fitAll } from "../core/fit-all.js";
import type { Matrix } from "../core/matrix.js";
import { merge } from "../core/merge.js";
import type { Target } from "../core/target.js";
import type { Scorer } from "../metrics/scorers.js";
import type { Split } from "../split/splitter.js";
import type { Scores } from "./events.js";
import { asError, scoreAll } from "./scoring.js";

/** One candidate on one fold. */
export interface FoldScore {
  readonly candidate: number;
  readonly fold: number;
  readonly scores: Scores;
  readonly trainScores: Scores | null;
  readonly estimator: AnyEstimator;
  /** Why it could not be fitted or scored; its scores are the error score then. */
  readonly error: Error | null;
  /** Seconds, the candidate's equal share of what its fold took: shared work has no time of its own. */
  readonly fitTime: number;
  readonly scoreTime: number;
}

export interface FoldOptions {
  readonly scorers: readonly Scorer[];
  readonly returnTrainScore: boolean;
  /** The score of what fails; "raise" to end everything instead. */
  readonly errorScore: number | "raise";
  readonly sampleWeight: Float64Array | null;
  /** Told how far the fits of a fold are. */
  readonly onFitProgress?: (fold: number, progress: Progress) => void;
}

/** Fitted candidates that are held until they are scored together. */
const BATCH = 64;

/**
 * Fits all candidates on every fold, and scores them: all candidates of a fold go through one fitAll, so that they
 * share their work; as many folds as the pool is wide are under way at a time.
 */
export async function* scoreFolds(
  candidates: readonly AnyEstimator[],
  X: Matrix,
  y: Target,
  splits: readonly Split[],
  options: FoldOptions,
  ctx: RunContext,
): AsyncGenerator<FoldScore> {
  const stop = new AbortController();
  const run: RunContext = { ...ctx, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  const width = Math.min(ctx.pool.width, splits.length);
  const lane = async function* (first: number) {
    for (let fold = first; fold < splits.length; fold += width) {
      yield* scoreFold(candidates, X, y, splits[fold]!, fold, options, run);
    }
  };
  const lanes = Array.from({ length: width }, (_, first) => lane(first));
  yield* merge(lanes, () => stop.abort());
}

async function* scoreFold(
  candidates: readonly AnyEstimator[],
  X: Matrix,
  y: Target,
  { train, test }: Split,
  fold: number,
  options: FoldOptions,
  ctx: RunContext,
): AsyncGenerator<FoldScore> {
  const { scorers, errorScore, returnTrainScore, sampleWeight } = options;
  const clones = candidates.map((candidate) => candidate.clone());
  const [XTrain, yTrain, XTest, yTest] = [X.take(train), y.take(train), X.take(test), y.take(test)];
  const failed = Object.fromEntries(
    scorers.map(({ name }) => [name, errorScore === "raise" ? Number.NaN : errorScore]),
  );
  const failures: FoldScore[] = [];
  const fail = (candidate: number, error: unknown): FoldScore => {
    if (errorScore === "raise") throw error;
    const trainScores = returnTrainScore ? failed : null;
    return {
      candidate,
      fold,
      scores: failed,
      trainScores,
      estimator: clones[candidate]!,
      error: asError(error),
      fitTime: 0,
      scoreTime: 0,
    };
  };
  let started = performance.now();
  const seconds = () => {
    const since = started;
    started = performance.now();
    return (started - since) / 1000;
  };
  const score = async function* (batch: readonly number[]): AsyncGenerator<FoldScore> {
    const fitTime = seconds() / batch.length;
    const estimators = batch.map((candidate) => clones[candidate]!);
    const testScores = await scoreAll(estimators, XTest, yTest, scorers, ctx);
    const scoreTime = seconds() / batch.length;
    const trainScores = returnTrainScore ? await scoreAll(estimators, XTrain, yTrain, scorers, ctx) : null;
    for (const [i, candidate] of batch.entries()) {
      const [scores, own] = [testScores[i]!, trainScores?.[i] ?? null];
      const error = [scores, own].find((s) => s instanceof Error);
      if (error !== undefined) yield { ...fail(candidate, error), fitTime, scoreTime };
      else
        yield {
          candidate,
          fold,
          scores: scores as Scores,
          trainScores: own as Scores | null,
          estimator: clones[candidate]!,
          error: null,
          fitTime,
          scoreTime,
        };
    }
    started = performance.now();
  };
  const fitting: FitAllOptions = {
    pool: ctx.pool,
    workspace: ctx.workspace,
    signal: ctx.signal,
    sampleWeight: sampleWeight === null ? null : Float64Array.from(train, (row) => sampleWeight[row]!),
    onProgress: (progress) => options.onFitProgress?.(fold, progress),
    onFailure: (candidate, error) => failures.push(fail(candidate, error)),
  };
  let batch: number[] = [];
  for await (const candidate of fitAll(clones, XTrain, yTrain, fitting)) {
    batch.push(candidate);
    if (batch.length < BATCH) continue;
    yield* score(batch);
    batch = [];
  }
  if (batch.length > 0) yield* score(batch);
  yield* failures;
}
