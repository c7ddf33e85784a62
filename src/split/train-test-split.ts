import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { LabelsLike } from "../core/labels.js";
import type { NumericArray } from "../core/matrix.js";
import { boolean, checkParams, fillParams, type Schema, seed } from "../core/params.js";
import { describe, isNumericArray } from "../core/to-matrix.js";
import { ShuffleSplit } from "./shuffle-split.js";
import { type SplitSizes, size, splitSizes } from "./split-sizes.js";
import type { Split } from "./splitter.js";
import { stratifiedSplits } from "./stratified-shuffle-split.js";

export interface TrainTestSplitOptions extends SplitSizes {
  /** Seed, an integer in [0, 2^32 - 1]. Default null: another split at each call. */
  readonly randomState?: number | null;
  /** Default true. False gives the first rows to the train side and the next ones to the test side. */
  readonly shuffle?: boolean;
  /** Labels whose proportions both sides keep. Default null: none. */
  readonly stratify?: LabelsLike | null;
}

const schema: Schema<Required<Omit<TrainTestSplitOptions, "stratify">>> = {
  testSize: size(),
  trainSize: size(),
  randomState: seed(),
  shuffle: boolean(true),
};

/** A table that gives some of its rows as a table of its own kind, such as a Matrix. */
export interface RowTaker<T> {
  /** Number of rows. */
  readonly rows: number;
  /** These rows, in this order. */
  take(rows: Uint32Array): T;
}

/** What has rows: a Matrix, a typed array of one value a row, or an array of anything. */
export type Rowed = RowTaker<unknown> | NumericArray | readonly unknown[];

/** What some rows of T are: arrays give arrays of the same elements, typed arrays and a Matrix their own kind. */
export type Side<T> = T extends RowTaker<infer R> ? R : T extends readonly (infer U)[] ? U[] : T;

/**
 * Splits arrays into a random train and test side, the same rows of each: `[XTrain, XTest, yTrain, yTest]`. Without
 * sizes a quarter of the rows is the test side. Arrays of rows keep their row objects; nothing is changed in place. The
 * same integer `randomState` gives the split of scikit-learn's `train_test_split`, in the same order.
 *
 * @throws InvalidDataError if the arrays differ in rows, are of no known kind, or a class of `stratify` has one member
 * only; InvalidParameterError for an option out of range
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 */
export function trainTestSplit<A extends Rowed>(
  X: A,
  options?: TrainTestSplitOptions,
): [XTrain: Side<A>, XTest: Side<A>];
export function trainTestSplit<A extends Rowed, B extends Rowed>(
  X: A,
  y: B,
  options?: TrainTestSplitOptions,
): [XTrain: Side<A>, XTest: Side<A>, yTrain: Side<B>, yTest: Side<B>];
export function trainTestSplit<A extends Rowed, B extends Rowed, C extends Rowed>(
  X: A,
  y: B,
  sampleWeight: C,
  options?: TrainTestSplitOptions,
): [XTrain: Side<A>, XTest: Side<A>, yTrain: Side<B>, yTest: Side<B>, weightTrain: Side<C>, weightTest: Side<C>];
export function trainTestSplit(...args: readonly (Rowed | TrainTestSplitOptions | undefined)[]): unknown[] {
  const last = args.at(-1);
  const hasOptions = last === undefined || !isRowed(last);
  const options = hasOptions ? ((last ?? {}) as TrainTestSplitOptions) : {};
  const arrays = (hasOptions ? args.slice(0, -1) : args).map(checkedRowed);

  const first = arrays[0];
  if (first === undefined) throw new InvalidDataError("trainTestSplit needs at least one array; got none");
  const nRows = rowsOf(first);
  for (const [k, array] of arrays.entries()) {
    if (rowsOf(array) !== nRows) {
      throw new InvalidDataError(
        `argument ${k + 1} of trainTestSplit must have as many rows as the first (${nRows}); got ${rowsOf(array)}`,
      );
    }
  }
  const { train, test } = divide(nRows, options);
  return arrays.flatMap((array) => [takeRows(array, train), takeRows(array, test)]);
}

function divide(nRows: number, options: TrainTestSplitOptions): Split {
  const { stratify = null, ...others } = options;
  const checked = fillParams(schema, others, "trainTestSplit");
  checkParams(schema, checked, "trainTestSplit");
  const { randomState, shuffle } = checked;
  const { nTrain, nTest } = splitSizes(nRows, checked, 0.25, "trainTestSplit");
  if (stratify !== null && stratify.length !== nRows) {
    throw new InvalidDataError(
      `stratify of trainTestSplit must have one label for each of the ${nRows} rows; got ${stratify.length}`,
    );
  }
  if (!shuffle) {
    if (stratify !== null) {
      throw new InvalidParameterError("stratify of trainTestSplit must be null when shuffle is false", "stratify");
    }
    const order = Uint32Array.from({ length: nTrain + nTest }, (_, i) => i);
    return { train: order.slice(0, nTrain), test: order.slice(nTrain) };
  }
  const once = { nSplits: 1, trainSize: nTrain, testSize: nTest, randomState };
  const [split] =
    stratify === null ? new ShuffleSplit(once).split(nRows) : stratifiedSplits(nRows, stratify, once, "trainTestSplit");
  return split!;
}

function isRowTaker(value: object): value is RowTaker<unknown> {
  return "take" in value && typeof value.take === "function" && "rows" in value && typeof value.rows === "number";
}

function isRowed(value: unknown): value is Rowed {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || isNumericArray(value) || isRowTaker(value);
}

function checkedRowed(value: unknown, k: number): Rowed {
  if (isRowed(value)) return value;
  throw new InvalidDataError(
    `argument ${k + 1} of trainTestSplit must be an array, a typed array or a Matrix; got ${describe(value)}`,
  );
}

function rowsOf(array: Rowed): number {
  return isRowTaker(array) ? array.rows : array.length;
}

function takeRows(array: Rowed, rows: Uint32Array): unknown {
  if (isRowTaker(array)) return array.take(rows);
  if (!isNumericArray(array)) return Array.from(rows, (row) => array[row]);
  // A Buffer is a Uint8Array whose own constructor is deprecated.
  const kind = array instanceof Uint8Array ? Uint8Array : (array.constructor as new (length: number) => NumericArray);
  const taken = new kind(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = array[rows[i]!]!;
  return taken;
}
