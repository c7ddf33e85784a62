import { ConfigurationKeys } from "../core/configuration.js";
import { AllFitsFailedError, SearchStoppedError } from "../core/errors.js";
import type { AnyEstimator, FitContext, FitOptions, TrainingData } from "../core/estimator.js";
import { EventLoop } from "../parallel/event-loop.js";
import { jobsOf, limit } from "../parallel/limit.js";
import type { Split } from "../split/splitter.js";
import { CandidateFits, type FitsContext } from "./candidate-fits.js";
import type { CandidateParams } from "./cv-results.js";
import type { SearchEvent, SearchListener, StopReason } from "./events.js";
import { type BoardResults, type Fact, ScoreBoard } from "./score-board.js";
import type { FoldScore } from "./score-folds.js";
import type { SearchJournal } from "./search-journal.js";
import type { SearchParams } from "./search-params.js";

/** What the fit of a search takes besides what every fit does. */
export interface SearchFitOptions extends FitOptions {
  /** Told of everything that happens in the search, in order; it can stop the search by its second argument. */
  readonly onEvent?: SearchListener | undefined;
  /** Where scores are kept as they are made, so that a search that was killed goes on where it was. Default none. */
  readonly journal?: SearchJournal | undefined;
}

/** Milliseconds, 25 days; a longer timer would go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface RoundOptions {
  /** Facts of each candidate, as columns of the results. */
  readonly facts?: Readonly<Record<string, Fact>>;
  /** Other rows than those of `cv`, with a name that tells them apart. */
  readonly on?: { readonly name: string; readonly splits: readonly Split[] };
  /** These candidates are given more than all before them, of which none can be the best any more. */
  readonly supersedes?: boolean;
  /** Candidates may be the same as earlier ones that also might; they are then not scored again. */
  readonly mayRepeat?: boolean;
}

/**
 * One run of a search: scores the candidates that a strategy hands it, tells of it, and stops when it is told to. A strategy that
 * finds `isStopped` returns.
 */
export class SearchRun<E extends AnyEstimator = AnyEstimator> {
  /** The deciding scores, and all others, of all candidates so far. */
  readonly board: ScoreBoard;
  readonly data: TrainingData;
  readonly #fits: CandidateFits<E>;
  readonly #params: Readonly<SearchParams<E>>;
  readonly #total: number;
  readonly #ctx: FitContext;
  readonly #run: FitsContext;
  readonly #listener: SearchListener | undefined;
  /** The first candidate of each configuration, where candidates may repeat themselves. */
  readonly #earlier = new Map<string, number>();
  readonly #keys = new ConfigurationKeys();
  readonly #stopping = new AbortController();
  readonly #eventLoop = new EventLoop();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped: StopReason | null = null;
  #failure: Error | null = null;
  #units = 0;
  #lost = 0;

  private constructor(
    params: Readonly<SearchParams<E>>,
    data: TrainingData,
    total: number,
    ctx: FitContext,
    fits: CandidateFits<E>,
  ) {
    const { onEvent } = ctx.options as SearchFitOptions;
    this.#params = params;
    this.data = data;
    this.#fits = fits;
    this.#total = total;
    this.#ctx = ctx;
    this.#listener = onEvent;
    const pool = limit(ctx.pool, jobsOf(params.nJobs, ctx.pool));
    const signal = AbortSignal.any([ctx.signal, this.#stopping.signal]);
    const onFitProgress: FitsContext["onFitProgress"] = (fold, { what, done, total }) =>
      this.tell({ type: "fit-progress", fold, what, done, total });
    this.#run = { pool, workspace: ctx.workspace, signal, onFitProgress };
    this.board = new ScoreBoard(fits.scorers, fits.splits.length, this.#decider, params.returnTrainScore);
    if (params.timeout !== null) {
      const milliseconds = Math.min(params.timeout * 1000, LONGEST_TIMER);
      this.#timer = setTimeout(() => this.stop("timeout"), milliseconds);
    }
  }

  /**
   * @param search the estimator that searches, as its journal knows it
   * @param total how many candidates there will be
   */
  static async start<E extends AnyEstimator>(
    search: AnyEstimator,
    params: Readonly<SearchParams<E>>,
    data: TrainingData,
    total: number,
    ctx: FitContext,
  ): Promise<SearchRun<E>> {
    const { journal } = ctx.options as SearchFitOptions;
    const fits = await CandidateFits.open(search, params, data, journal, ctx);
    try {
      const run = new SearchRun<E>(params, data, total, ctx, fits);
      const [folds, resumed] = [fits.splits.length, fits.known];
      run.tell({ type: "search-started", candidates: total, folds, resumed });
      return run;
    } catch (error) {
      await fits.close();
      throw error;
    }
  }

  /** The folds of `cv`. */
  get splits(): readonly Split[] {
    return this.#fits.splits;
  }

  /** Whether no further candidate shall be fitted. */
  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** Why not; null while it goes on. */
  get stopReason(): StopReason | null {
    return this.#stopped;
  }

  get #decider(): string {
    const { refit } = this.#params;
    return typeof refit === "string" ? refit : this.#fits.scorers[0]!.name;
  }

  /** Ends the search with the candidates that it has. */
  stop(reason: StopReason): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    this.#stopping.abort();
    this.tell({ type: "search-stopped", reason });
  }

  /**
   * Scores candidates together, so that they share their work.
   *
   * @returns the deciding score of each; NaN for one that failed, or that was not scored because the search was stopped
   */
  async score(
    patches: readonly CandidateParams[],
    { facts, on, supersedes = false, mayRepeat = false }: RoundOptions = {},
  ): Promise<number[]> {
    const { board } = this;
    if (supersedes) board.supersede();
    const numbers = patches.map((patch) => board.add(patch, facts));
    const scores = new Map<number, number>();
    const fresh = mayRepeat ? numbers.filter((number) => !this.#repeats(number)) : numbers;
    for (const number of numbers) if (board.isComplete(number)) scores.set(number, this.#settle(number));
    const params = fresh.map((number) => board.params(number));
    for await (const { candidate } of this.#foldScores(params, fresh, on)) {
      const number = fresh[candidate]!;
      if (board.isComplete(number)) scores.set(number, this.#settle(number));
    }
    return numbers.map((number) => scores.get(number) ?? Number.NaN);
  }

  /** Takes the scores of an earlier candidate of the same configuration over, if there is one that has all. */
  #repeats(candidate: number): boolean {
    const key = this.#keys.keyOf(this.#fits.candidate(this.board.params(candidate)));
    const earlier = this.#earlier.get(key);
    if (earlier === undefined || !this.board.isComplete(earlier)) {
      this.#earlier.set(key, candidate);
      return false;
    }
    for (const fold of this.board.folds(earlier)) this.#note(fold, candidate);
    return true;
  }

  /**
   * Scores one candidate with one resource after the other, until all are done or the reader breaks off: then it is pruned.
   *
   * @param patch the candidate, without its resource
   * @param name of the parameter that is the resource
   * @param resources ascending
   */
  async *climb(
    patch: CandidateParams,
    name: string,
    resources: readonly number[],
  ): AsyncGenerator<readonly [resource: number, score: number]> {
    const number = this.board.add(patch);
    const rungs = resources.map((resource) => ({ ...patch, [name]: resource }));
    const scored = rungs.map((): FoldScore[] => []);
    let [rung, score, ended] = [0, Number.NaN, false];
    try {
      for await (const one of this.#foldScores(
        rungs,
        rungs.map(() => number),
        undefined,
        resources,
      )) {
        scored[one.candidate]!.push(one);
        while (scored[rung]?.length === this.splits.length) {
          for (const fold of scored[rung]!) this.board.note(number, fold);
          score = this.board.score(number);
          rung++;
          yield [resources[rung - 1]!, score];
        }
      }
      ended = rung === rungs.length;
    } finally {
      if (this.isStopped && !ended) this.board.withdraw(number);
      else if (rung > 0) this.#settleClimb(number, name, resources[rung - 1]!, score, ended);
    }
  }

  #settleClimb(number: number, name: string, resource: number, score: number, ended: boolean): void {
    const patch = { ...this.board.params(number), [name]: resource };
    this.board.complete(number, patch, { state: ended ? "complete" : "pruned" });
    this.#settle(number, ended);
    if (ended) return;
    const { done, leader: best } = this.board;
    const params = this.board.params(number);
    this.tell({ type: "trial-pruned", candidate: number, params, resource, score, done, total: this.#total, best });
  }

  /**
   * The scores of all folds as they come, those that the journal knows first.
   *
   * @param numbers of the patches on the board
   * @param resources of the patches, where they are rungs of one candidate: then all folds are worked on in step
   */
  async *#foldScores(
    patches: readonly CandidateParams[],
    numbers: readonly number[],
    on: RoundOptions["on"] = { name: "", splits: this.splits },
    resources?: readonly number[],
  ): AsyncGenerator<FoldScore> {
    if (this.isStopped) return;
    if (numbers[0]! + patches.length < this.#total) this.#run.workspace.expectRounds();
    try {
      for await (const batch of this.#fits.scores(patches, numbers, on, resources !== undefined, this.#run)) {
        // Work that is shared may take no turn of its own, and timers and aborts must have their say.
        if (this.#eventLoop.isDue) await this.#eventLoop.turn();
        for (const one of batch) {
          yield this.#note(one, numbers[one.candidate]!, resources?.[one.candidate] ?? null);
          if (this.isStopped) return;
        }
      }
    } catch (error) {
      // What was under way when the search was stopped is of no interest; an abort from outside is.
      if (!this.isStopped || this.#ctx.signal.aborted) throw error;
    }
  }

  #note(one: FoldScore, candidate: number, resource: number | null = null): FoldScore {
    const { fold, scores, trainScores, error, isLost } = one;
    this.#units++;
    if (isLost) this.#lost++;
    this.#failure ??= error;
    if (resource === null) this.board.note(candidate, one);
    this.tell({ type: "fold-scored", candidate, fold, scores, trainScores, resource });
    return one;
  }

  #settle(candidate: number, isRival = true): number {
    const { board } = this;
    const score = board.settle(candidate, isRival);
    if (!isRival) return score;
    this.tell({
      type: "candidate-scored",
      candidate,
      params: board.params(candidate),
      facts: board.facts(candidate),
      scores: board.means(candidate),
      done: board.done,
      total: this.#total,
      best: board.leader,
    });
    const { targetScore } = this.#params;
    if (targetScore !== null && score >= targetScore) this.stop("target score");
    return score;
  }

  /**
   * What was found.
   * @throws AllFitsFailedError; SearchStoppedError
   */
  results(): BoardResults {
    if (this.#units > 0 && this.#lost === this.#units) {
      const first = this.#failure?.message;
      throw new AllFitsFailedError(`all ${this.#lost} fits of the search failed; the first: ${first}`, this.#failure);
    }
    const results = this.board.results();
    if (results !== null) return results;
    throw new SearchStoppedError(
      `the search was stopped (${this.#stopped}) before any candidate had been scored on all folds; give it more time`,
    );
  }

  /** Fits a candidate on all rows. */
  async refit(patch: CandidateParams): Promise<E> {
    const started = performance.now();
    const estimator = await this.#fits.refit(patch, { ...this.#run, signal: this.#ctx.signal });
    this.tell({ type: "refitted", seconds: (performance.now() - started) / 1000 });
    return estimator;
  }

  /** Ends its timer and its journal. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#fits.close();
  }

  /** Tells the listeners. */
  tell(event: SearchEvent): void {
    this.#ctx.progress({ what: "candidates", done: this.board.done, total: this.#total, event });
    this.#listener?.(event, { stop: () => this.stop("callback") });
  }
}
