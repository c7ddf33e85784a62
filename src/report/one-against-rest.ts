import { InvalidDataError } from "../core/errors.js";
import { readScoredRows, type ScoredRows, scoresOfClass } from "./scored-rows.js";
import { printable } from "./theme.js";

/** Which rows are of a class, and how surely each was said to be of it. */
export interface Ranking {
  readonly name: string;
  /** 1 for a row of the class, else 0. */
  readonly truth: Uint8Array;
  readonly score: Float64Array;
}

/** The questions that scores answer: one of two classes, one a class of more. */
export interface OneAgainstRest {
  /** Of the classes that can be judged: some rows are of it, and some are not. */
  readonly rankings: readonly Ranking[];
  /** All of them as one question; null for two classes. */
  readonly pooled: Ranking | null;
  /** Names of the classes that cannot be judged. */
  readonly unjudged: readonly string[];
}

/**
 * Takes scores of classes apart.
 *
 * @throws InvalidDataError where no class can be judged; what `readScoredRows` throws
 */
export function oneAgainstRest(rows: ScoredRows, picture: string): OneAgainstRest {
  const table = readScoredRows(rows, picture);
  const { classes, codes, isBinary } = table;
  const asked = isBinary ? [1] : [...classes.keys()];
  const all = asked.map((code): Ranking => {
    const truth = Uint8Array.from(codes, (its) => (its === code ? 1 : 0));
    return { name: printable(String(classes[code])), truth, score: scoresOfClass(table, code) };
  });
  const canBeJudged = ({ truth }: Ranking) => truth.includes(1) && truth.includes(0);
  const rankings = all.filter(canBeJudged);
  if (rankings.length === 0) {
    throw new InvalidDataError(`yTrue of ${picture} must have rows of at least two classes; got one class`);
  }
  const unjudged = all.filter((ranking) => !canBeJudged(ranking)).map(({ name }) => name);
  return { rankings, pooled: isBinary ? null : pooled(all), unjudged };
}

/** Every class of every row is a question of its own. */
function pooled(rankings: readonly Ranking[]): Ranking {
  const rows = rankings[0]!.truth.length;
  const [truth, score] = [new Uint8Array(rows * rankings.length), new Float64Array(rows * rankings.length)];
  for (const [i, ranking] of rankings.entries()) {
    truth.set(ranking.truth, i * rows);
    score.set(ranking.score, i * rows);
  }
  return { name: "micro average", truth, score };
}
