import { InvalidDataError } from "../core/errors.js";
import type { LabelsLike } from "../core/labels.js";
import { drawSeed } from "../core/random.js";
import { RandomState } from "./numpy-random.js";

/** One division of the rows: zero-based row numbers of both sides, in the order in which scikit-learn gives them. */
export interface Split {
  /** Positions of rows, from 0. */
  readonly train: Uint32Array;
  /** Positions of rows, from 0; none is in `train`. */
  readonly test: Uint32Array;
}

/** Divides rows into a train and a test side, `nSplits` times. Anything with these two members can be a `cv`. */
export interface Splitter {
  /** Number of splits that it makes. */
  readonly nSplits: number;
  /**
   * @param nRows number of rows to divide
   * @param y label of each row; stratified splitters need it, the others ignore it
   * @throws InvalidParameterError, InvalidDataError at the call, before the first split is read
   */
  split(nRows: number, y?: LabelsLike | null): Iterable<Split>;
}

/** Throws InvalidDataError unless `nRows` counts rows and there are at least `nSplits` of them. */
export function checkEnoughRows(nRows: number, nSplits: number, owner: string): void {
  if (!Number.isInteger(nRows) || nRows < 0) {
    throw new InvalidDataError(`split of ${owner} must be given the number of rows; got ${String(nRows)}`);
  }
  if (nSplits > nRows) {
    throw new InvalidDataError(`${owner} needs at least as many rows as nSplits (${nSplits}); got ${nRows}`);
  }
}

/** Numpy's generator for a seed; a null seed is drawn anew from the system's entropy at each call. */
export function randomStateFrom(randomState: number | null): RandomState {
  return new RandomState(randomState ?? drawSeed());
}

/** The splits that a test fold per row describes: split k tests the rows of fold k, both sides ascending. */
export function* splitsByFold(fold: Uint32Array, nSplits: number): Generator<Split> {
  const sizes = new Uint32Array(nSplits);
  for (const k of fold) sizes[k]! += 1;
  for (let k = 0; k < nSplits; k++) {
    const test = new Uint32Array(sizes[k]!);
    const train = new Uint32Array(fold.length - test.length);
    let inTest = 0;
    let inTrain = 0;
    for (let row = 0; row < fold.length; row++) {
      if (fold[row] === k) test[inTest++] = row;
      else train[inTrain++] = row;
    }
    yield { train, test };
  }
}
