import { checkParams, fillParams, integer, type Schema, seed } from "../core/params.js";
import { checkFractions, type SplitSizes, size, splitSizes } from "./split-sizes.js";
import { checkEnoughRows, randomStateFrom, type Split, type Splitter } from "./splitter.js";

export interface ShuffleSplitOptions extends SplitSizes {
  /** Number of independent splits, an integer >= 1. Default 10. */
  readonly nSplits?: number;
  /** Seed, an integer in [0, 2^32 - 1]. Default null: other splits at each call of `split`. */
  readonly randomState?: number | null;
}

const schema: Schema<Required<ShuffleSplitOptions>> = {
  nSplits: integer(10, { min: 1 }),
  testSize: size(),
  trainSize: size(),
  randomState: seed(),
};

/** The options with defaults filled in, or InvalidParameterError. Shared with StratifiedShuffleSplit. */
export function checkedShuffleOptions(
  options: ShuffleSplitOptions,
  owner: string,
): Readonly<Required<ShuffleSplitOptions>> {
  const checked = fillParams(schema, options, owner);
  checkParams(schema, checked, owner);
  checkFractions(checked, owner);
  return checked;
}

/**
 * Independent random splits; unlike folds, test sides may overlap. `testSize` defaults to a tenth of the rows. Both
 * sides come in random order. The same integer `randomState` gives the splits of scikit-learn's `ShuffleSplit`.
 *
 * @throws InvalidParameterError for an option out of range, also one that only `split` can see from the number of rows
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.ShuffleSplit.html
 */
export class ShuffleSplit implements Splitter {
  readonly nSplits: number;
  readonly testSize: number | null;
  readonly trainSize: number | null;
  readonly randomState: number | null;

  constructor(options: ShuffleSplitOptions = {}) {
    const checked = checkedShuffleOptions(options, "ShuffleSplit");
    this.nSplits = checked.nSplits;
    this.testSize = checked.testSize;
    this.trainSize = checked.trainSize;
    this.randomState = checked.randomState;
  }

  split(nRows: number): Iterable<Split> {
    checkEnoughRows(nRows, 0, "ShuffleSplit");
    return this.draw(nRows, splitSizes(nRows, this, 0.1, "ShuffleSplit"));
  }

  private *draw(nRows: number, { nTrain, nTest }: { nTrain: number; nTest: number }): Generator<Split> {
    const random = randomStateFrom(this.randomState);
    for (let k = 0; k < this.nSplits; k++) {
      const order = random.permutation(nRows);
      yield { train: order.slice(nTest, nTest + nTrain), test: order.slice(0, nTest) };
    }
  }
}
