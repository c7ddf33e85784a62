import { InvalidParameterError } from "../core/errors.js";
import { boolean, checkParams, fillParams, integer, type Schema, seed } from "../core/params.js";
import { checkEnoughRows, randomStateFrom, type Split, type Splitter, splitsByFold } from "./splitter.js";

export interface KFoldOptions {
  /** Number of folds, an integer >= 2. Default 5. */
  readonly nSplits?: number;
  /** Whether rows are dealt to the folds at random. Default false: each fold is a run of neighbouring rows. */
  readonly shuffle?: boolean;
  /** Seed of the shuffle, an integer in [0, 2^32 - 1]. Default null: another shuffle at each call of `split`. */
  readonly randomState?: number | null;
}

const schema: Schema<Required<KFoldOptions>> = {
  nSplits: integer(5, { min: 2 }),
  shuffle: boolean(false),
  randomState: seed(),
};

/** The options with defaults filled in, or InvalidParameterError. Shared with StratifiedKFold. */
export function checkedKFoldOptions(options: KFoldOptions, owner: string): Readonly<Required<KFoldOptions>> {
  const checked = fillParams(schema, options, owner);
  checkParams(schema, checked, owner);
  if (!checked.shuffle && checked.randomState !== null) {
    throw new InvalidParameterError(
      `randomState of ${owner} must be null when shuffle is false, since it would change nothing; got ${checked.randomState}`,
      "randomState",
    );
  }
  return checked;
}

/**
 * K-fold cross-validation: every row is tested once. The first `nRows % nSplits` folds have one row more than the
 * others. The same integer `randomState` gives the folds of scikit-learn's `KFold`.
 *
 * @throws InvalidParameterError for an option out of range; `split` throws InvalidDataError for fewer rows than folds
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html
 */
export class KFold implements Splitter {
  readonly nSplits: number;
  readonly shuffle: boolean;
  readonly randomState: number | null;

  constructor(options: KFoldOptions = {}) {
    const checked = checkedKFoldOptions(options, "KFold");
    this.nSplits = checked.nSplits;
    this.shuffle = checked.shuffle;
    this.randomState = checked.randomState;
  }

  split(nRows: number): Iterable<Split> {
    checkEnoughRows(nRows, this.nSplits, "KFold");
    const order = Uint32Array.from({ length: nRows }, (_, i) => i);
    if (this.shuffle) randomStateFrom(this.randomState).shuffle(order);

    const fold = new Uint32Array(nRows);
    const longer = nRows % this.nSplits;
    const size = Math.floor(nRows / this.nSplits);
    for (let k = 0, start = 0; k < this.nSplits; k++) {
      const stop = start + size + (k < longer ? 1 : 0);
      for (; start < stop; start++) fold[order[start]!] = k;
    }
    return splitsByFold(fold, this.nSplits);
  }
}
