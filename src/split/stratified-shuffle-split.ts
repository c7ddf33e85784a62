import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { LabelsLike } from "../core/labels.js";
import { approximateMode } from "./approximate-mode.js";
import { checkedShuffleOptions, type ShuffleSplitOptions } from "./shuffle-split.js";
import { splitSizes } from "./split-sizes.js";
import { checkEnoughRows, randomStateFrom, type Split, type Splitter } from "./splitter.js";
import { type Classes, classesOf } from "./strata.js";

/**
 * Independent random splits that keep the proportions of the classes on both sides. `testSize` defaults to a tenth of
 * the rows. The same integer `randomState` gives the splits of scikit-learn's `StratifiedShuffleSplit`.
 *
 * @throws InvalidParameterError for an option out of range; `split` throws InvalidDataError without labels or if a
 * class has one member only, and InvalidParameterError if a side would have fewer rows than there are classes
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedShuffleSplit.html
 */
export class StratifiedShuffleSplit implements Splitter {
  readonly nSplits: number;
  readonly testSize: number | null;
  readonly trainSize: number | null;
  readonly randomState: number | null;

  constructor(options: ShuffleSplitOptions = {}) {
    const checked = checkedShuffleOptions(options, "StratifiedShuffleSplit");
    this.nSplits = checked.nSplits;
    this.testSize = checked.testSize;
    this.trainSize = checked.trainSize;
    this.randomState = checked.randomState;
  }

  split(nRows: number, y?: LabelsLike | null): Iterable<Split> {
    checkEnoughRows(nRows, 0, "StratifiedShuffleSplit");
    return stratifiedSplits(nRows, y, this, "StratifiedShuffleSplit");
  }
}

/** Checks at once, then draws the splits as they are read. Shared with trainTestSplit. */
export function stratifiedSplits(
  nRows: number,
  y: LabelsLike | null | undefined,
  options: Required<ShuffleSplitOptions>,
  owner: string,
): Iterable<Split> {
  const sizes = splitSizes(nRows, options, 0.1, owner);
  const classes = classesOf(y, nRows, owner);
  checkStratifiable(classes, sizes, owner);
  return draw(classes, sizes, options);
}

function* draw(
  { codes, counts }: Classes,
  { nTrain, nTest }: { nTrain: number; nTest: number },
  { nSplits, randomState }: Required<ShuffleSplitOptions>,
): Generator<Split> {
  const members = Array.from(counts, (count) => new Uint32Array(count));
  const seen = new Uint32Array(counts.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    members[code]![seen[code]!++] = row;
  }

  const random = randomStateFrom(randomState);
  for (let k = 0; k < nSplits; k++) {
    const inTrain = approximateMode(counts, nTrain, random);
    const left = counts.map((count, c) => count - inTrain[c]!);
    const inTest = approximateMode(left, nTest, random);
    const train: number[] = [];
    const test: number[] = [];
    members.forEach((rows, c) => {
      const order = random.permutation(rows.length);
      const cut = inTrain[c]!;
      for (const at of order.subarray(0, cut)) train.push(rows[at]!);
      for (const at of order.subarray(cut, cut + inTest[c]!)) test.push(rows[at]!);
    });
    yield { train: random.permuted(Uint32Array.from(train)), test: random.permuted(Uint32Array.from(test)) };
  }
}

function checkStratifiable(
  { classes, counts }: Classes,
  sizes: { nTrain: number; nTest: number },
  owner: string,
): void {
  const single = counts.indexOf(1);
  if (single >= 0) {
    throw new InvalidDataError(
      `${owner} needs at least 2 members of every class; class ${JSON.stringify(classes[single])} has 1`,
    );
  }
  for (const [name, rows] of [
    ["trainSize", sizes.nTrain],
    ["testSize", sizes.nTest],
  ] as const) {
    if (rows < counts.length) {
      throw new InvalidParameterError(
        `${name} of ${owner} must give at least as many rows as there are classes (${counts.length}); got ${rows}`,
        name,
      );
    }
  }
}
