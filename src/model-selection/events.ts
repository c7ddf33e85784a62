/** Scores by scorer name. */
export type Scores = Readonly<Record<string, number>>;

/** The best candidate so far. */
export interface Leader {
  readonly candidate: number;
  /** Mean test score by the scorer that decides. */
  readonly score: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Why a search ended before all its candidates were scored. */
export type StopReason = "timeout" | "target score" | "callback";

/**
 * What happens in a search, in the order in which it happens. Progress bars and trackers are listeners; the search knows
 * none of them. `candidate` counts from 0 in the order in which candidates were made.
 */
export type SearchEvent =
  | {
      readonly type: "search-started";
      readonly candidates: number;
      readonly folds: number;
      /** Scores of a candidate on a fold that a journal knew already; they come as events all the same. */
      readonly resumed: number;
    }
  | {
      /** A fit tells how far it is; `fold` is null for the refit. */
      readonly type: "fit-progress";
      readonly fold: number | null;
      /** "trees", "iterations". */
      readonly what: string;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: "fold-scored";
      readonly candidate: number;
      readonly fold: number;
      readonly scores: Scores;
      readonly trainScores: Scores | null;
      /** What the candidate was given of a resource so far, where it is given more and more; else null. */
      readonly resource: number | null;
    }
  | {
      readonly type: "candidate-scored";
      readonly candidate: number;
      readonly params: Readonly<Record<string, unknown>>;
      /** What is known of it besides, as in the results: the round and the resource of a halving. */
      readonly facts: Readonly<Record<string, number | string>>;
      /** Mean test scores over the folds. */
      readonly scores: Scores;
      readonly done: number;
      readonly total: number;
      /** Null while every candidate so far has failed. */
      readonly best: Leader | null;
    }
  | {
      /** A candidate is given up after its score at this resource. */
      readonly type: "trial-pruned";
      readonly candidate: number;
      readonly params: Readonly<Record<string, unknown>>;
      readonly resource: number;
      readonly score: number;
      readonly done: number;
      readonly total: number;
      readonly best: Leader | null;
    }
  | { readonly type: "search-stopped"; readonly reason: StopReason }
  | { readonly type: "refitted"; readonly seconds: number }
  | {
      readonly type: "search-finished";
      /** Place of the best candidate in the results. */
      readonly bestIndex: number;
      readonly bestScore: number;
      readonly bestParams: Readonly<Record<string, unknown>>;
      readonly seconds: number;
    };

/** What a listener can do about the search that it listens to. */
export interface SearchControl {
  /** Ends the search after this event: the best of the candidates so far is refitted. */
  stop(): void;
}

export type SearchListener = (event: SearchEvent, control: SearchControl) => void;
