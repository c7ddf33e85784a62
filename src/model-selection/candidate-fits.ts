import type { AnyEstimator, FitContext, Progress, RunContext, TrainingData } from "../core/estimator.js";
import { fitEach } from "../core/fit-all.js";
import { drawSeeds, withSeeds } from "../core/seeds.js";
import type { Scorer } from "../metrics/scorers.js";
import { kernelIdentity } from "../parallel/kernel-identity.js";
import type { Split } from "../split/splitter.js";
import type { CandidateParams } from "./cv-results.js";
import { type CandidatesOf, journaledScores } from "./journaled-scores.js";
import { type FoldScore, scoreFolds } from "./score-folds.js";
import { scorersOf } from "./scoring.js";
import { type OpenJournal, type SearchJournal, specParts } from "./search-journal.js";
import type { SearchParams } from "./search-params.js";
import { splitsOf } from "./splits-of.js";

/** With a journal, a crash must not cost more than about so many milliseconds of work and one fit. */
const PATIENCE = 200;

/** Folds that candidates are scored on. */
interface Folds {
  /** "" for those of `cv`; tells others apart in the journal. */
  readonly name: string;
  readonly splits: readonly Split[];
}

/** What the fits of candidates are given. */
export interface FitsContext extends RunContext {
  /** Told how far a fit on a fold is; on all rows the fold is null. */
  readonly onFitProgress: (fold: number | null, progress: Progress) => void;
}

/** Fits the candidates of a search: on each fold, where the journal does not know their scores yet, and on all rows. */
export class CandidateFits<E extends AnyEstimator> {
  readonly splits: readonly Split[];
  readonly scorers: readonly Scorer[];
  readonly #estimator: E;
  readonly #params: Readonly<SearchParams<E>>;
  readonly #data: TrainingData;
  readonly #journal: OpenJournal | null;

  private constructor(
    params: Readonly<SearchParams<E>>,
    data: TrainingData,
    splits: readonly Split[],
    estimator: E,
    journal: OpenJournal | null,
  ) {
    this.#params = params;
    this.#data = data;
    this.splits = splits;
    this.#estimator = estimator;
    this.#journal = journal;
    this.scorers = scorersOf(params.scoring, estimator);
  }

  /**
   * @param search the estimator that searches, as its journal knows it
   * @param kept where its scores are kept; undefined for nowhere
   */
  static async open<E extends AnyEstimator>(
    search: AnyEstimator,
    params: Readonly<SearchParams<E>>,
    data: TrainingData,
    kept: SearchJournal | undefined,
    { pool }: FitContext,
  ): Promise<CandidateFits<E>> {
    const splits = splitsOf(params.cv, data.y);
    const drawn = drawSeeds(params.estimator);
    let journal: OpenJournal | null = null;
    if (kept !== undefined) {
      const parts = specParts(search, splits, kernelIdentity(pool));
      journal = await kept.open({ owner: search.definition.name, parts, data, seeds: drawn });
    }
    try {
      const estimator = withSeeds(params.estimator, journal?.seeds ?? drawn);
      return new CandidateFits(params, data, splits, estimator, journal);
    } catch (error) {
      await journal?.close();
      throw error;
    }
  }

  /** How many scores the journal knew when it was opened. */
  get known(): number {
    return this.#journal?.size ?? 0;
  }

  /** The candidate, not yet fitted. */
  candidate(patch: CandidateParams): E {
    return this.#estimator.clone(patch as Parameters<E["clone"]>[0]);
  }

  /**
   * The scores of all folds as they come, those that the journal knows first.
   *
   * @param numbers of the patches in the search
   * @param inStep the patches are rungs of one candidate: all folds are worked on side by side
   */
  scores(
    patches: readonly CandidateParams[],
    numbers: readonly number[],
    { name, splits }: Folds,
    inStep: boolean,
    { onFitProgress, ...run }: FitsContext,
  ): AsyncGenerator<readonly FoldScore[]> {
    const { X, y, sampleWeight, evalSets } = this.#data;
    const { errorScore, returnTrainScore } = this.#params;
    const candidates = patches.map((patch) => this.candidate(patch));
    const score = (candidatesOf?: CandidatesOf) =>
      scoreFolds(
        candidates,
        X,
        y,
        splits,
        {
          scorers: this.scorers,
          returnTrainScore,
          errorScore,
          sampleWeight,
          evalSets,
          keepEstimators: false,
          onFitProgress,
          inStep,
          ...(candidatesOf !== undefined && { candidatesOf, patience: PATIENCE }),
          ...(inStep && { patience: 0 }),
        },
        run,
      );
    if (this.#journal === null) return score();
    return journaledScores(this.#journal, candidates, numbers, name, splits.length, score);
  }

  /** Fits a candidate on all rows. */
  async refit(patch: CandidateParams, { onFitProgress, ...run }: FitsContext): Promise<E> {
    const { X, y, sampleWeight, evalSets } = this.#data;
    const estimator = this.candidate(patch);
    const onProgress = (progress: Progress) => onFitProgress(null, progress);
    await fitEach([estimator], X, y, { ...run, sampleWeight, evalSets, onProgress });
    return estimator;
  }

  /** Ends the journal. */
  async close(): Promise<void> {
    await this.#journal?.close();
  }
}
