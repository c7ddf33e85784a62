/** Scores by scorer name. */
export type Scores = Readonly<Record<string, number>>;

/** The best candidate so far. */
export interface Leader {
  readonly candidate: number;
  /** Mean test score by the scorer that decides. */
  readonly score: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * What happens in a search, in the order in which it happens. Progress bars, journals and trackers are listeners; the
 * search knows none of them.
 */
export type SearchEvent =
  | { readonly type: "search-started"; readonly candidates: number; readonly folds: number }
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
    }
  | {
      readonly type: "candidate-scored";
      readonly candidate: number;
      readonly params: Readonly<Record<string, unknown>>;
      /** Mean test scores over the folds. */
      readonly scores: Scores;
      readonly done: number;
      readonly total: number;
      /** Null while every candidate so far has failed. */
      readonly best: Leader | null;
    }
  | { readonly type: "refitted"; readonly seconds: number }
  | {
      readonly type: "search-finished";
      readonly bestIndex: number;
      readonly bestScore: number;
      readonly bestParams: Readonly<Record<string, unknown>>;
      readonly seconds: number;
    };
