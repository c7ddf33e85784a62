import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { Rule } from "../core/params.js";

/** How large the two sides of a random split are. */
export interface SplitSizes {
  /**
   * Rows of the test side: a fraction in (0, 1), rounded up, or a number of rows (an integer >= 1).
   * Default null: what `trainSize` leaves over; without either, the splitter's own default fraction.
   */
  readonly testSize?: number | null;
  /** Rows of the train side: a fraction in (0, 1), rounded down, or a number of rows. Default null: the rest. */
  readonly trainSize?: number | null;
}

/** The rule of both sizes. */
export function size(): Rule<number | null> {
  return {
    default: null,
    expected: "null, a fraction between 0 and 1 (both excluded) or an integer >= 1",
    allows: (value) => value === null || (typeof value === "number" && isSize(value)),
    samples: [null, 0.5],
    wrong: [0, -1, 1.5, Number.NaN, "0.5", true],
  };
}

function isSize(value: number): boolean {
  return (value > 0 && value < 1) || (Number.isInteger(value) && value >= 1);
}

/** Throws InvalidParameterError for two fractions that make more than all rows, whatever the number of rows. */
export function checkFractions({ testSize, trainSize }: SplitSizes, owner: string): void {
  const test = testSize ?? 0;
  const train = trainSize ?? 0;
  if (test < 1 && train < 1 && test + train > 1) {
    throw new InvalidParameterError(
      `testSize + trainSize of ${owner} must be at most 1 when both are fractions; got ${test + train}`,
      "testSize",
    );
  }
}

/**
 * The rows of both sides for `nRows` rows, rounded as scikit-learn rounds (`_validate_shuffle_split`): test fractions
 * up, train fractions down.
 *
 * @param sizes each as its rule allows
 * @param defaultTestSize fraction used when neither size is given
 * @throws InvalidParameterError if a size is out of range or one side would be empty, InvalidDataError if nRows is 0
 */
export function splitSizes(
  nRows: number,
  sizes: SplitSizes,
  defaultTestSize: number,
  owner: string,
): { nTrain: number; nTest: number } {
  checkFractions(sizes, owner);
  if (nRows < 2) throw new InvalidDataError(`${owner} needs at least 2 rows; got ${nRows}`);
  const trainSize = sizes.trainSize ?? null;
  const testSize = sizes.testSize ?? (trainSize === null ? defaultTestSize : null);
  for (const [name, given] of Object.entries({ testSize, trainSize })) {
    if (given !== null && given >= nRows) {
      throw new InvalidParameterError(
        `${name} of ${owner} must be smaller than the number of rows (${nRows}); got ${given}`,
        name,
      );
    }
  }

  let nTest = testSize === null ? 0 : testSize < 1 ? Math.ceil(testSize * nRows) : testSize;
  let nTrain = trainSize === null ? 0 : trainSize < 1 ? Math.floor(trainSize * nRows) : trainSize;
  if (trainSize === null) nTrain = nRows - nTest;
  if (testSize === null) nTest = nRows - nTrain;
  if (nTrain + nTest > nRows) {
    throw new InvalidParameterError(
      `trainSize and testSize of ${owner} must not exceed the number of rows (${nRows}) together; got ${nTrain} + ${nTest}`,
      "trainSize",
    );
  }
  if (nTrain === 0) {
    const both = `testSize ${testSize}, trainSize ${trainSize}`;
    throw new InvalidParameterError(
      `trainSize of ${owner} must leave at least one row to train on; got none of ${nRows} with ${both}`,
      "trainSize",
    );
  }
  return { nTrain, nTest };
}
