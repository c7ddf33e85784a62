import { type AnyEstimator, Estimator, type Progress, type RunContext } from "../core/estimator.js";
import type { EvalSet } from "../core/eval-set.js";
import { type FitAllOptions, fitAll } from "../core/fit-all.js";
import type { Matrix } from "../core/matrix.js";
import { merge } from "../core/merge.js";
import type { Target } from "../core/target.js";
import type { Scorer } from "../metrics/scorers.js";
import type { Split } from "../split/splitter.js";
import type { Scores } from "./events.js";
import { asError, type Scored, scoreAll } from "./scoring.js";

/** One candidate on one fold. */
export interface FoldScore {
  readonly candidate: number;
  readonly fold: number;
  readonly scores: Scores;
  readonly trainScores: Scores | null;
  /** Fitted on the fold; null unless estimators are kept. */
  readonly estimator: AnyEstimator | null;
  /** The first thing that failed; the scores that it cost are the error score. */
  readonly error: Error | null;
  /** Nothing of it could be scored. */
  readonly isLost: boolean;
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
  /** Handed to the fits of all folds. */
  readonly evalSets: readonly EvalSet[];
  /** Hands the fitted estimators on; otherwise their states are dropped as soon as they are scored. */
  readonly keepEstimators: boolean;
  /** No further round will ask for the same folds: the rows of each are let go with its last score. Default false. */
  readonly isOnlyRound?: boolean;
  /** Told how far the fits of a fold are. */
  readonly onFitProgress?: (fold: number, progress: Progress) => void;
  /** The candidates to fit on a fold, ascending. Default all. */
  readonly candidatesOf?: (fold: number) => readonly number[];
  /** All folds are worked on side by side. Default false: as many as the pool is wide. */
  readonly inStep?: boolean;
  /**
   * How long fitted candidates are held to be scored together, which saves work: milliseconds since the last were scored.
   * Default for as long as it takes; 0 for a reader who may break off after each.
   */
  readonly patience?: number;
}

/** Fitted candidates that are held at most until they are scored together. */
const BATCH = 32;

/**
 * Fits all candidates on every fold, and scores them: all candidates of a fold go through one fitAll, so that they
 * share their work; as many folds as the pool is wide are under way at a time. What was scored together comes together.
 */
export async function* scoreFolds(
  candidates: readonly AnyEstimator[],
  X: Matrix,
  y: Target,
  splits: readonly Split[],
  options: FoldOptions,
  ctx: RunContext,
): AsyncGenerator<readonly FoldScore[]> {
  const stop = new AbortController();
  const run: RunContext = { ...ctx, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  const width = options.inStep === true ? splits.length : Math.min(ctx.pool.width, splits.length);
  const all = [...candidates.keys()];
  const lane = async function* (first: number) {
    for (let fold = first; fold < splits.length; fold += width) {
      const wanted = options.candidatesOf?.(fold) ?? all;
      if (wanted.length > 0) yield* scoreFold(candidates, wanted, X, y, splits[fold]!, fold, options, run);
    }
  };
  const lanes = Array.from({ length: width }, (_, first) => lane(first));
  yield* merge(lanes, () => stop.abort());
}

/** The rows of a fold: the same objects in every round of a search, so that what one round makes of them serves the next. */
const partsOf = (X: Matrix, y: Target, { train, test }: Split) => ({
  XTrain: X.take(train),
  yTrain: y.take(train),
  XTest: X.take(test),
  yTest: y.take(test),
});

async function* scoreFold(
  candidates: readonly AnyEstimator[],
  wanted: readonly number[],
  X: Matrix,
  y: Target,
  split: Split,
  fold: number,
  options: FoldOptions,
  ctx: RunContext,
): AsyncGenerator<readonly FoldScore[]> {
  const { scorers, errorScore, returnTrainScore, sampleWeight, keepEstimators } = options;
  const clones = wanted.map((candidate) => candidates[candidate]!.clone());
  const { train } = split;
  const { XTrain, yTrain, XTest, yTest } = ctx.workspace.memo(split, "parts", () => partsOf(X, y, split));
  /** What failed has the error score. */
  const filled = (scores: Scores): Scores => {
    const missing = errorScore === "raise" ? Number.NaN : errorScore;
    return Object.fromEntries(scorers.map(({ name }) => [name, scores[name] ?? missing]));
  };
  const note = (index: number, test: Scored, own: Scored | null, fitTime: number, scoreTime: number): FoldScore => {
    const candidate = wanted[index]!;
    const error = test.error ?? own?.error ?? null;
    if (error !== null && errorScore === "raise") throw error;
    const trainScores = own === null ? null : filled(own.scores);
    const estimator = keepEstimators ? clones[index]! : null;
    const isLost = Object.keys(test.scores).length === 0;
    return { candidate, fold, scores: filled(test.scores), trainScores, estimator, error, isLost, fitTime, scoreTime };
  };
  const failures: FoldScore[] = [];
  const fail = (index: number, error: unknown): void => {
    const nothing: Scored = { scores: {}, error: asError(error) };
    failures.push(note(index, nothing, returnTrainScore ? nothing : null, 0, 0));
  };
  let started = performance.now();
  const seconds = () => {
    const since = started;
    started = performance.now();
    return (started - since) / 1000;
  };
  const score = async (batch: readonly number[]): Promise<readonly FoldScore[]> => {
    const fitTime = seconds() / batch.length;
    const estimators = batch.map((index) => clones[index]!);
    const testScores = await scoreAll(estimators, XTest, yTest, scorers, ctx);
    const scoreTime = seconds() / batch.length;
    const trainScores = returnTrainScore ? await scoreAll(estimators, XTrain, yTrain, scorers, ctx) : null;
    if (!keepEstimators) for (const estimator of estimators) Estimator.forget(estimator);
    started = performance.now();
    return batch.map((index, i) => note(index, testScores[i]!, trainScores?.[i] ?? null, fitTime, scoreTime));
  };
  const fitting: FitAllOptions = {
    pool: ctx.pool,
    workspace: ctx.workspace,
    signal: ctx.signal,
    sampleWeight: sampleWeight === null ? null : Float64Array.from(train, (row) => sampleWeight[row]!),
    evalSets: options.evalSets,
    onProgress: (progress) => options.onFitProgress?.(fold, progress),
    onFailure: fail,
  };
  const { patience = Number.POSITIVE_INFINITY } = options;
  let batch: number[] = [];
  for await (const index of fitAll(clones, XTrain, yTrain, fitting)) {
    batch.push(index);
    if (batch.length < BATCH && performance.now() - started < patience) continue;
    yield await score(batch);
    batch = [];
  }
  if (batch.length > 0) yield await score(batch);
  if (options.isOnlyRound === true) for (const owner of [split, XTrain, XTest]) ctx.workspace.drop(owner);
  if (failures.length > 0) yield failures;
}
