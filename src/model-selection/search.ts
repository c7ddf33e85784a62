import { AllFitsFailedError } from "../core/errors.js";
import type { AnyEstimator, FitContext, Progress, TrainingData } from "../core/estimator.js";
import { fitEach } from "../core/fit-all.js";
import { withSeeds } from "../core/seeds.js";
import type { Target } from "../core/target.js";
import type { Scorer } from "../metrics/scorers.js";
import { jobsOf, limit } from "../parallel/limit.js";
import { type CvLike, checkCv, listSplits } from "../split/check-cv.js";
import { type CandidateParams, CvResults, ranks, type ScoreTable } from "./cv-results.js";
import type { Leader, SearchEvent } from "./events.js";
import { type FoldScore, scoreFolds } from "./score-folds.js";
import { type Scoring, scorersOf } from "./scoring.js";

/** What every search is told. */
export interface SearchParams<E extends AnyEstimator> {
  /** What is tuned; it is cloned, never fitted itself. */
  readonly estimator: E;
  /** How candidates are scored. Default null: accuracy for classes, R2 for numbers. */
  readonly scoring: Scoring;
  /** Number of folds (stratified for classes), a splitter, or pairs of train and test rows. Default 5. */
  readonly cv: CvLike;
  /** Fits the best candidate on all rows; with several scorers, the name of the one that decides. Default true. */
  readonly refit: boolean | string;
  /** Score of a candidate that fails, or "raise" to stop the search. Default NaN. */
  readonly errorScore: number | "raise";
  /** Also scores each candidate on its training rows. Default false. */
  readonly returnTrainScore: boolean;
  /** Kernel calls at once: null for as many as the pool is wide, -1 for all cores, or a number. Default null. */
  readonly nJobs: number | null;
}

/** State of a finished search. Times are facts of the run and not of the result; they are kept beside it. */
export interface SearchModel {
  readonly params: readonly CandidateParams[];
  readonly scores: Readonly<Record<string, ScoreTable>>;
  readonly folds: number;
  readonly bestIndex: number;
  /** Mean test score of the best candidate by the scorer that decides. */
  readonly bestScore: number;
  /** Fitted on all rows; null without refit. */
  readonly bestEstimator: AnyEstimator | null;
}

/** How long the parts of a search took, in seconds. */
export interface SearchTimes {
  /** Candidates x folds. */
  readonly fit: Float64Array;
  readonly score: Float64Array;
  readonly refit: number;
  readonly total: number;
}

const times = new WeakMap<SearchModel, SearchTimes>();

/** The times of a search that this process ran; null for one that was loaded. */
export function timesOf(model: SearchModel): SearchTimes | null {
  return times.get(model) ?? null;
}

export function resultsOf(model: SearchModel): CvResults {
  return new CvResults(model.params, model.scores, model.folds, timesOf(model));
}

/** Scores all candidates on all folds, and refits the best. */
export async function search<E extends AnyEstimator>(
  patches: readonly CandidateParams[],
  params: Readonly<SearchParams<E>>,
  { X, y, sampleWeight, evalSets }: TrainingData,
  ctx: FitContext,
): Promise<SearchModel> {
  const start = performance.now();
  const { errorScore, returnTrainScore } = params;
  const estimator = withSeeds(params.estimator);
  const pool = limit(ctx.pool, jobsOf(params.nJobs, ctx.pool));
  const scorers = scorersOf(params.scoring, estimator);
  const splits = splitsOf(params.cv, y);
  const candidates = patches.map((patch) => estimator.clone(patch as Parameters<E["clone"]>[0]));
  const board = new ScoreBoard(patches, scorers, splits.length, deciderOf(params.refit, scorers), returnTrainScore);
  const tell = (event: SearchEvent) =>
    ctx.progress({ what: "candidates", done: board.done, total: patches.length, event });

  const tellFit = (fold: number | null, { what, done, total }: Progress) =>
    tell({ type: "fit-progress", fold, what, done, total });
  tell({ type: "search-started", candidates: patches.length, folds: splits.length });
  const run = { pool, workspace: ctx.workspace, signal: ctx.signal };
  let failure: Error | null = null;
  let failures = 0;
  for await (const one of scoreFolds(
    candidates,
    X,
    y,
    splits,
    { scorers, returnTrainScore, errorScore, sampleWeight, evalSets, keepEstimators: false, onFitProgress: tellFit },
    run,
  )) {
    const { candidate, fold, scores, trainScores, error, isLost } = one;
    if (isLost) failures++;
    failure ??= error;
    board.note(one);
    tell({ type: "fold-scored", candidate, fold, scores, trainScores });
    if (!board.isComplete(candidate)) continue;
    tell({
      type: "candidate-scored",
      candidate,
      params: patches[candidate]!,
      scores: board.means(candidate),
      done: board.done,
      total: patches.length,
      best: board.leader,
    });
  }
  if (failures === patches.length * splits.length) {
    throw new AllFitsFailedError(`all ${failures} fits of the search failed; the first: ${failure?.message}`, failure);
  }
  const { bestIndex, bestScore } = board.best();
  const refitStart = performance.now();
  let bestEstimator: AnyEstimator | null = null;
  if (params.refit !== false) {
    bestEstimator = candidates[bestIndex]!.clone();
    const onProgress = (progress: Progress) => tellFit(null, progress);
    await fitEach([bestEstimator], X, y, { ...run, sampleWeight, evalSets, onProgress });
    tell({ type: "refitted", seconds: (performance.now() - refitStart) / 1000 });
  }
  const model: SearchModel = {
    params: patches,
    scores: board.tables,
    folds: splits.length,
    bestIndex,
    bestScore,
    bestEstimator,
  };
  const now = performance.now();
  times.set(model, { ...board.times, refit: (now - refitStart) / 1000, total: (now - start) / 1000 });
  tell({
    type: "search-finished",
    bestIndex,
    bestScore,
    bestParams: patches[bestIndex]!,
    seconds: (now - start) / 1000,
  });
  return model;
}

export function splitsOf(cv: CvLike, y: Target) {
  const values = y.kind === "none" ? null : y.toArray();
  return listSplits(checkCv(cv, values, y.kind === "labels"), y.length, values);
}

/** The scorer that decides which candidate is best. */
function deciderOf(refit: boolean | string, scorers: readonly Scorer[]): string {
  return typeof refit === "string" ? refit : scorers[0]!.name;
}

/** Collects scores as they come, in any order. */
class ScoreBoard {
  readonly tables: Readonly<Record<string, ScoreTable>>;
  readonly times: { readonly fit: Float64Array; readonly score: Float64Array };
  /** Candidates that are scored on every fold. */
  done = 0;
  leader: Leader | null = null;
  readonly #patches: readonly CandidateParams[];
  readonly #folds: number;
  readonly #decider: string;
  readonly #scored: Uint32Array;

  constructor(
    patches: readonly CandidateParams[],
    scorers: readonly Scorer[],
    folds: number,
    decider: string,
    hasTrain: boolean,
  ) {
    const size = patches.length * folds;
    const table = (): ScoreTable => ({ test: new Float64Array(size), train: hasTrain ? new Float64Array(size) : null });
    this.tables = Object.fromEntries(scorers.map(({ name }) => [name, table()]));
    this.times = { fit: new Float64Array(size), score: new Float64Array(size) };
    this.#patches = patches;
    this.#folds = folds;
    this.#decider = decider;
    this.#scored = new Uint32Array(patches.length);
  }

  note({ candidate, fold, scores, trainScores, fitTime, scoreTime }: FoldScore): void {
    const at = candidate * this.#folds + fold;
    for (const [name, { test, train }] of Object.entries(this.tables)) {
      test[at] = scores[name]!;
      if (train !== null) train[at] = trainScores![name]!;
    }
    this.times.fit[at] = fitTime;
    this.times.score[at] = scoreTime;
    this.#scored[candidate]!++;
    if (!this.isComplete(candidate)) return;
    this.done++;
    const score = this.means(candidate)[this.#decider]!;
    const isBetter =
      this.leader === null ||
      score > this.leader.score ||
      (score === this.leader.score && candidate < this.leader.candidate);
    if (!Number.isNaN(score) && isBetter) this.leader = { candidate, score, params: this.#patches[candidate]! };
  }

  isComplete(candidate: number): boolean {
    return this.#scored[candidate] === this.#folds;
  }

  /** Mean test scores of a candidate. */
  means(candidate: number): Record<string, number> {
    const from = candidate * this.#folds;
    const mean = (test: Float64Array) =>
      test.subarray(from, from + this.#folds).reduce((sum, v) => sum + v, 0) / this.#folds;
    return Object.fromEntries(Object.entries(this.tables).map(([name, { test }]) => [name, mean(test)]));
  }

  /** The candidate of rank 1, the first among equals. */
  best(): { bestIndex: number; bestScore: number } {
    const means = Float64Array.from(this.#patches, (_, candidate) => this.means(candidate)[this.#decider]!);
    const bestIndex = ranks(means).indexOf(1);
    return { bestIndex, bestScore: means[bestIndex]! };
  }
}
