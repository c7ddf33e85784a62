import { InvalidModelError, InvalidParameterError, TrellisError } from "../core/errors.js";
import type {
  AnyEstimator,
  FitContext,
  FittedWith,
  Method,
  Output,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import { sameLabels } from "../core/labels.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { MetaEstimator } from "../core/meta-estimator.js";
import { arrayOf, fittedEstimator, listOf, nullOr, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { predictAll } from "../core/predict-all.js";
import { isUnseeded, seedNameOf } from "../core/seeds.js";
import { type Target, type TargetLike, toTarget } from "../core/target.js";
import { toMatrix } from "../core/to-matrix.js";
import { type CandidateParams, CvResults, type ScoreTable } from "./cv-results.js";
import type { StopReason } from "./events.js";
import type { Fact } from "./score-board.js";
import { scoreAll, scorersOf } from "./scoring.js";
import type { SearchParams } from "./search-params.js";
import type { SearchFitOptions, SearchRun } from "./search-run.js";

/** State of a finished search. Times are facts of the run and not of the result; they are kept beside it. */
export interface SearchModel {
  /** For each candidate the parameters that it differs in. */
  readonly params: readonly CandidateParams[];
  /** By scorer: candidates x folds. */
  readonly scores: Readonly<Record<string, ScoreTable>>;
  /** More columns of the results, such as the resource that a candidate was given. */
  readonly facts: Readonly<Record<string, readonly Fact[]>>;
  readonly folds: number;
  /** The place of the best candidate among `params`. */
  readonly bestIndex: number;
  /** Mean test score of the best candidate by the scorer that decides. */
  readonly bestScore: number;
  /** Fitted on all rows; null without refit. */
  readonly bestEstimator: AnyEstimator | null;
  /** Why it ended before its end; null if it did not. */
  readonly stopReason: StopReason | null;
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const record = thatIs(
  "a record",
  (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype,
);
const searchShape = recordOf({
  params: listOf(record),
  scores: record,
  facts: record,
  folds: thatIs("an integer >= 1", (value) => isCount(value) && value !== 0),
  bestIndex: thatIs("an integer >= 0", isCount),
  bestScore: thatIs("a number", (value) => typeof value === "number"),
  bestEstimator: nullOr(fittedEstimator),
  stopReason: nullOr(thatIs("a string", (value) => typeof value === "string")),
});

/** How long the parts of a search took, in seconds. */
interface SearchTimes {
  /** Candidates x folds. */
  readonly fit: Float64Array;
  readonly score: Float64Array;
  readonly refit: number;
  readonly total: number;
}

const times = new WeakMap<SearchModel, SearchTimes>();

/**
 * What all searches are: candidates are made by a strategy, scored by cross-validation, and the best is refitted on all
 * rows. A subclass gives the strategy (`explore`) and how many candidates there will be.
 */
export abstract class SearchCV<E extends AnyEstimator, P extends SearchParams<E>> extends MetaEstimator<
  P,
  SearchModel,
  { readonly estimator: E },
  E
> {
  override get members(): { readonly estimator: E } {
    return { estimator: this.params.estimator };
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<P> {
    return { estimator: members.estimator } as Partial<P>;
  }

  override get target(): Target["kind"] {
    return this.params.estimator.target;
  }

  override get methods(): readonly Method[] {
    return this.params.estimator.methods;
  }

  override get allowsNaN(): boolean {
    return this.params.estimator.allowsNaN;
  }

  override get allowsLabels(): boolean {
    return this.params.estimator.allowsLabels;
  }

  override get usesSampleWeight(): boolean {
    return this.params.estimator.usesSampleWeight;
  }

  override get usesEvalSet(): boolean {
    return this.params.estimator.usesEvalSet;
  }

  /**
   * Runs the search. `onEvent` is told of every score as it is made, and can stop the search; a `journal` keeps them, so
   * that the same call goes on after a crash where it was.
   *
   * @throws JournalMismatchError if the journal is another search's; whatever every fit throws
   */
  override async fit(X: MatrixLike, y?: TargetLike | null, options: SearchFitOptions = {}): Promise<this> {
    if (options.journal !== undefined && isUnseeded(this as unknown as AnyEstimator)) {
      const name = seedNameOf(this as unknown as AnyEstimator)!;
      throw new InvalidParameterError(
        `${name} of ${this.definition.name} must be an integer where there is a journal, so that the search can be resumed; got null`,
        name,
      );
    }
    return super.fit(X, y, options);
  }

  /** For implementers: how many candidates `explore` will hand to the run. */
  protected abstract count(params: Readonly<P>, data: TrainingData): number;

  /** For implementers: hands candidates to the run until there are no more, or the run is stopped. */
  protected abstract explore(run: SearchRun<E>, params: Readonly<P>): Promise<void>;

  override async learn(data: TrainingData, params: Readonly<P>, ctx: FitContext): Promise<SearchModel> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    // Whoever only predicts does not load what searches.
    const { SearchRun } = await import("./search-run.js");
    const run = await SearchRun.start<E>(this as unknown as AnyEstimator, params, data, this.count(params, data), ctx);
    try {
      await this.explore(run, params);
      const { times: spent, ...found } = run.results();
      const refitStart = seconds();
      const best = found.params[found.bestIndex]!;
      const bestEstimator = params.refit === false ? null : ((await run.refit(best)) as AnyEstimator);
      const model = { ...found, folds: run.splits.length, bestEstimator, stopReason: run.stopReason };
      times.set(model, { ...spent, refit: seconds() - refitStart, total: seconds() });
      const { bestIndex, bestScore } = found;
      run.tell({ type: "search-finished", bestIndex, bestScore, bestParams: best, seconds: seconds() });
      return model;
    } finally {
      await run.close();
    }
  }

  /** Scores of all candidates, with scikit-learn's columns. */
  get cvResults(): CvResults {
    const { model } = this.state;
    return new CvResults(model.params, model.scores, model.facts, model.folds, times.get(model) ?? null);
  }

  /** Which candidate is best. */
  get bestIndex(): number {
    return this.state.model.bestIndex;
  }

  /** Its mean test score. */
  get bestScore(): number {
    return this.state.model.bestScore;
  }

  /** Its parameters: those that were searched. */
  get bestParams(): CandidateParams {
    return this.state.model.params[this.bestIndex]!;
  }

  /**
   * The best candidate, fitted on all rows.
   * @throws TrellisError without refit
   */
  get bestEstimator(): E {
    return this.#refitted(this.state.model) as E;
  }

  /** Number of folds. */
  get nSplits(): number {
    return this.state.model.folds;
  }

  /** Why the search ended before its end (its timeout, its target score or a callback); null if it did not. */
  get stopReason(): StopReason | null {
    return this.state.model.stopReason;
  }

  /** Seconds of the refit; null for a search that was loaded. */
  get refitTime(): number | null {
    return times.get(this.state.model)?.refit ?? null;
  }

  /** Seconds of the whole search; null for one that was loaded. */
  get totalTime(): number | null {
    return times.get(this.state.model)?.total ?? null;
  }

  /** The best estimator's score by the scorer that decided. */
  override async score(X: MatrixLike, y: TargetLike, options: RunOptions = {}): Promise<number> {
    const { scoring, refit } = this.params;
    const scorers = scorersOf(scoring, this.params.estimator);
    const scorer = scorers.find(({ name }) => name === refit) ?? scorers[0]!;
    const { allowsNaN, allowsLabels } = this;
    const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal: options.signal });
    const truth = toTarget(y, this.target, matrix.rows, this.definition.name);
    const [scored] = await scoreAll([this.bestEstimator], matrix, truth, [scorer], options);
    if (scored!.error !== null) throw scored!.error;
    return scored!.scores[scorer.name]!;
  }

  override async *inferMany(
    fitted: readonly FittedWith<P, SearchModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    yield* predictAll(
      fitted.map(({ model }) => this.#refitted(model)),
      X,
      method,
      ctx,
    );
  }

  override validate({ model, params, classes, nFeatures }: FittedWith<P, SearchModel>): void {
    const { name } = this.definition;
    requireShape(name, model, searchShape);
    const { bestIndex, bestEstimator: best, folds, scores } = model;
    const count = model.params.length;
    const perFold = arrayOf(Float64Array, count * folds);
    const tables = Object.values(scores);
    requireShape(name, tables, listOf(recordOf({ test: perFold, train: nullOr(perFold) })));
    requireShape(name, Object.values(model.facts), listOf(listOf(() => null, count)));
    const isLike =
      best === null ||
      (best.constructor === params.estimator.constructor &&
        best.state.nFeatures === nFeatures &&
        sameLabels(best.state.classes, classes));
    if (bestIndex >= count || tables.length === 0 || !isLike) {
      throw new InvalidModelError(`the stored model of ${name} is damaged: its best candidate does not suit the rest`);
    }
  }

  #refitted({ bestEstimator }: SearchModel): AnyEstimator {
    if (bestEstimator !== null) return bestEstimator;
    throw new TrellisError(
      `this ${this.definition.name} has refit: false, so it has no best estimator to predict with`,
      "NOT_REFITTED",
    );
  }
}
