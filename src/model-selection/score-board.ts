import type { Scorer } from "../metrics/scorers.js";
import { type CandidateParams, ranks, type ScoreTable } from "./cv-results.js";
import type { Leader, Scores } from "./events.js";
import type { FoldScore } from "./score-folds.js";

/** A fact of a candidate besides its parameters and scores, such as the resource that it was given. */
export type Fact = number | string;

/** One candidate and its scores so far. */
interface Row {
  params: CandidateParams;
  facts: Readonly<Record<string, Fact>>;
  readonly folds: (FoldScore | undefined)[];
  scored: number;
  /** It can become the best. */
  isRival: boolean;
}

/** What a search found: the candidates that were scored on every fold. */
export interface BoardResults {
  readonly params: readonly CandidateParams[];
  readonly scores: Readonly<Record<string, ScoreTable>>;
  readonly facts: Readonly<Record<string, readonly Fact[]>>;
  readonly times: { readonly fit: Float64Array; readonly score: Float64Array };
  /** Place of the best candidate, the first among equals. */
  readonly bestIndex: number;
  readonly bestScore: number;
}

/** Collects the scores of candidates as they come, in any order. */
export class ScoreBoard {
  /** Candidates that are scored on every fold. */
  done = 0;
  leader: Leader | null = null;
  readonly #rows: Row[] = [];
  readonly #names: readonly string[];
  readonly #folds: number;
  readonly #decider: string;
  readonly #hasTrain: boolean;

  constructor(scorers: readonly Scorer[], folds: number, decider: string, hasTrain: boolean) {
    this.#names = scorers.map(({ name }) => name);
    this.#folds = folds;
    this.#decider = decider;
    this.#hasTrain = hasTrain;
  }

  /** Takes a candidate in; its number. */
  add(params: CandidateParams, facts: Readonly<Record<string, Fact>> = {}): number {
    this.#rows.push({ params, facts, folds: [], scored: 0, isRival: true });
    return this.#rows.length - 1;
  }

  params(candidate: number): CandidateParams {
    return this.#rows[candidate]!.params;
  }

  facts(candidate: number): Readonly<Record<string, Fact>> {
    return this.#rows[candidate]!.facts;
  }

  /** Its scores on all folds, once it is complete. */
  folds(candidate: number): readonly FoldScore[] {
    return this.#rows[candidate]!.folds as FoldScore[];
  }

  note(candidate: number, score: FoldScore): void {
    const row = this.#rows[candidate]!;
    if (row.folds[score.fold] === undefined) row.scored++;
    row.folds[score.fold] = score;
  }

  /** What a candidate came to in the end, where that was open when it was added. */
  complete(candidate: number, params: CandidateParams, facts: Readonly<Record<string, Fact>>): void {
    Object.assign(this.#rows[candidate]!, { params, facts });
  }

  /** Takes back what was noted of a candidate: it was not brought to an end. */
  withdraw(candidate: number): void {
    Object.assign(this.#rows[candidate]!, { folds: [], scored: 0 });
  }

  /** Says that no more is to come of a candidate. Its deciding score. */
  settle(candidate: number, isRival = true): number {
    const row = this.#rows[candidate]!;
    row.isRival = isRival;
    this.done++;
    const score = this.score(candidate);
    if (isRival && !Number.isNaN(score)) {
      const { leader } = this;
      const leads = leader === null || score > leader.score || (score === leader.score && candidate < leader.candidate);
      if (leads) this.leader = { candidate, score, params: row.params };
    }
    return score;
  }

  /** The candidates so far cannot become the best any more: those to come have been given more. */
  supersede(): void {
    for (const row of this.#rows) row.isRival = false;
    this.leader = null;
  }

  isComplete(candidate: number): boolean {
    return this.#rows[candidate]!.scored === this.#folds;
  }

  /** Mean test score by the scorer that decides. */
  score(candidate: number): number {
    return this.means(candidate)[this.#decider]!;
  }

  /** Mean test scores of a candidate. */
  means(candidate: number): Scores {
    const { folds } = this.#rows[candidate]!;
    return Object.fromEntries(
      this.#names.map((name) => [name, folds.reduce((sum, fold) => sum + fold!.scores[name]!, 0) / this.#folds]),
    );
  }

  /** Null while no candidate is scored on every fold, or only such as cannot be the best. */
  results(): BoardResults | null {
    const candidates = [...this.#rows.keys()].filter((candidate) => this.isComplete(candidate));
    const rows = candidates.map((candidate) => this.#rows[candidate]!);
    if (!rows.some(({ isRival }) => isRival)) return null;
    const column = (value: (score: FoldScore) => number) =>
      Float64Array.from(rows.flatMap(({ folds }) => folds.map((score) => value(score!))));
    const table = (name: string): ScoreTable => ({
      test: column(({ scores }) => scores[name]!),
      train: this.#hasTrain ? column(({ trainScores }) => trainScores![name]!) : null,
    });
    const facts = [...new Set(rows.flatMap((row) => Object.keys(row.facts)))];
    const deciding = Float64Array.from(candidates, (candidate) => this.score(candidate));
    // Those that cannot be the best are behind all that can, also behind those that failed.
    const rivals = [...rows.keys()].filter((i) => rows[i]!.isRival);
    const best = rivals[ranks(deciding.filter((_, i) => rows[i]!.isRival)).indexOf(1)]!;
    return {
      params: rows.map(({ params }) => params),
      scores: Object.fromEntries(this.#names.map((name) => [name, table(name)])),
      facts: Object.fromEntries(facts.map((name) => [name, rows.map((row) => row.facts[name]!)])),
      times: { fit: column(({ fitTime }) => fitTime), score: column(({ scoreTime }) => scoreTime) },
      bestIndex: best,
      bestScore: deciding[best]!,
    };
  }
}
