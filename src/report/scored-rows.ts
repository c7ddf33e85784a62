import { InvalidDataError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike } from "../core/labels.js";
import { columnClasses } from "../metrics/class-targets.js";
import { checkRows } from "../metrics/rows.js";
import { readScores, type Scores, type ScoresLike, scoreColumn } from "../metrics/scores.js";

/** Rows of which both the classes and what a model said of them are known. */
export interface ScoredRows {
  readonly yTrue: LabelsLike;
  /**
   * Of two classes one score a row (probability or decision value of the second class), or two columns of which the second
   * is taken; of more classes a column a class.
   */
  readonly yScore: ScoresLike;
  /** The classes that the columns stand for, sorted: `classes` of the model. Default: those of yTrue. */
  readonly labels?: readonly Label[] | undefined;
}

/** Scored rows, checked. */
export interface ScoredTable {
  readonly classes: readonly Label[];
  /** Of each row, the position of its class. */
  readonly codes: Int32Array;
  readonly scores: Scores;
  /** Two classes: one score a row says it all. */
  readonly isBinary: boolean;
}

/** @throws InvalidDataError for columns that are not one a class, and what metrics throw */
export function readScoredRows({ yTrue, yScore, labels }: ScoredRows, picture: string): ScoredTable {
  const scores = readScores(yScore);
  checkRows(yTrue.length, scores.rows, "yScore");
  const classes = columnClasses(yTrue, labels);
  const { codes } = encodeLabels(yTrue, classes);
  const isBinary = classes.length === 2 && scores.cols <= 2;
  if (!isBinary && scores.cols !== classes.length) {
    throw new InvalidDataError(
      `yScore of ${picture} must have a column for each of the ${classes.length} classes; got ${scores.cols}`,
    );
  }
  return { classes, codes, scores, isBinary };
}

/** What a model holds the most probable class of each row to be, and how probable. */
export interface TopLabels {
  readonly codes: Int32Array;
  readonly probabilities: Float64Array;
}

/** @throws InvalidDataError for values outside of [0, 1] */
export function topLabels({ scores, isBinary }: ScoredTable, picture: string): TopLabels {
  const { data, rows, cols } = scores;
  const outside = data.findIndex((value) => value < 0 || value > 1);
  if (outside >= 0) {
    const row = Math.floor(outside / cols);
    throw new InvalidDataError(
      `yScore of ${picture} must be probabilities in [0, 1]; got ${data[outside]} in row ${row}`,
      row,
    );
  }
  const [codes, probabilities] = [new Int32Array(rows), new Float64Array(rows)];
  const isLone = isBinary && cols === 1;
  for (let row = 0; row < rows; row++) {
    const own = isLone ? [1 - data[row]!, data[row]!] : data.subarray(row * cols, (row + 1) * cols);
    probabilities[row] = Math.max(...own);
    codes[row] = own.indexOf(probabilities[row]!);
  }
  return { codes, probabilities };
}

/** The scores of a class; in a problem of two, those of the second. */
export function scoresOfClass({ scores, isBinary }: ScoredTable, code: number): Float64Array {
  return scoreColumn(scores, isBinary ? scores.cols - 1 : code);
}
