import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { LabelsLike } from "../core/labels.js";
import { describe } from "../core/to-matrix.js";
import { KFold } from "./k-fold.js";
import type { Split, Splitter } from "./splitter.js";
import { isDiscrete } from "./strata.js";
import { StratifiedKFold } from "./stratified-k-fold.js";

/** Row numbers of one split, as a pair or as what `split` gives. */
export type IndexPair =
  | readonly [train: ArrayLike<number>, test: ArrayLike<number>]
  | { readonly train: ArrayLike<number>; readonly test: ArrayLike<number> };

/** What searches and cross-validation take as `cv`: a number of folds, a splitter, or ready-made pairs of row numbers. */
export type CvLike = number | Splitter | Iterable<IndexPair>;

/**
 * Makes a splitter of a `cv` argument, as scikit-learn's `check_cv` does: a number means StratifiedKFold for a
 * classifier with class labels and KFold otherwise, neither shuffled; null or undefined means 5; a splitter is returned
 * as it is; pairs are read once and kept.
 *
 * @throws InvalidParameterError if `cv` is none of these, or names no split at all
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.check_cv.html
 */
export function checkCv(
  cv: CvLike | null | undefined,
  y: LabelsLike | null | undefined,
  classifier: boolean,
): Splitter {
  const given = cv ?? 5;
  if (typeof given === "number") {
    if (!Number.isInteger(given) || given < 2) {
      throw new InvalidParameterError(
        `cv must be an integer >= 2, a splitter or pairs of row numbers; got ${given}`,
        "cv",
      );
    }
    const stratified = classifier && y !== null && y !== undefined && isDiscrete(y);
    return stratified ? new StratifiedKFold({ nSplits: given }) : new KFold({ nSplits: given });
  }
  if (isSplitter(given)) return given;
  if (typeof given === "object" && Symbol.iterator in given) return new GivenSplits(given);
  throw new InvalidParameterError(
    `cv must be an integer >= 2, a splitter or pairs of row numbers; got ${describe(given)}`,
    "cv",
  );
}

/**
 * All splits of a splitter at once, checked: every row number is an integer in [0, nRows) and no side is empty. Anybody
 * can write a splitter; this is where its row numbers are checked before they reach a kernel.
 *
 * @throws InvalidDataError naming the split, the side and the row number; InvalidParameterError if there is no split
 */
export function listSplits(splitter: Splitter, nRows: number, y?: LabelsLike | null): Split[] {
  const splits = Array.from(splitter.split(nRows, y), (pair, k) => checkedSplit(pair, nRows, k));
  if (splits.length === 0) throw new InvalidParameterError("cv must give at least one split; got none", "cv");
  return splits;
}

/** Splits that the user made. */
class GivenSplits implements Splitter {
  readonly nSplits: number;
  private readonly pairs: readonly IndexPair[];

  constructor(pairs: Iterable<IndexPair>) {
    this.pairs = [...pairs];
    this.nSplits = this.pairs.length;
    if (this.nSplits === 0) throw new InvalidParameterError("cv must give at least one split; got none", "cv");
  }

  split(nRows: number): Iterable<Split> {
    return this.pairs.map((pair, k) => checkedSplit(pair, nRows, k));
  }
}

function isSplitter(cv: unknown): cv is Splitter {
  return typeof cv === "object" && cv !== null && "split" in cv && typeof cv.split === "function";
}

function checkedSplit(pair: IndexPair, nRows: number, k: number): Split {
  if (typeof pair !== "object" || pair === null) {
    throw new InvalidDataError(`split ${k} of cv must be a pair of train and test row numbers; got ${String(pair)}`);
  }
  const [train, test] = "train" in pair ? [pair.train, pair.test] : [pair[0], pair[1]];
  return {
    train: checkedRows(train, nRows, `train rows of split ${k}`),
    test: checkedRows(test, nRows, `test rows of split ${k}`),
  };
}

function checkedRows(rows: ArrayLike<number> | undefined, nRows: number, what: string): Uint32Array {
  if (typeof rows !== "object" || rows === null || !Number.isInteger(rows.length) || rows.length === 0) {
    throw new InvalidDataError(`${what} of cv must be at least one row number; got none`);
  }
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row !== "number" || !Number.isInteger(row) || row < 0 || row >= nRows) {
      throw new InvalidDataError(`${what} of cv must be integers from 0 to ${nRows - 1}; got ${String(row)}`);
    }
  }
  return rows instanceof Uint32Array ? rows : Uint32Array.from(rows);
}
