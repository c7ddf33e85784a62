import { checkSampleWeight } from "../metrics/sample-weight.js";
import { InvalidDataError } from "./errors.js";
import { encodeLabels, type Label, type LabelsLike, sameLabels, uniqueLabels } from "./labels.js";
import { describe, isNumericArray } from "./to-matrix.js";

/** What an estimator learns to predict: classes, numbers, or nothing (transformers). */
export type Target = LabelTarget | NumberTarget | NoTarget;

/** What is accepted as y: labels, numbers, or a target that has been prepared before. */
export type TargetLike = LabelsLike | Target;

/** Classes: each row's label as its position in the sorted classes. */
export class LabelTarget {
  readonly kind = "labels";
  /** Number of rows. */
  readonly length: number;
  constructor(
    /** Sorted; all present in the rows, but for evaluation sets, which have the classes that are learnt. */
    readonly classes: readonly Label[],
    /** For each row the position of its label in `classes`. */
    readonly codes: Int32Array,
  ) {
    this.length = codes.length;
  }

  /** The rows' own target; classes without a row among them are dropped, as if only these rows had been given. */
  take(rows: Uint32Array): LabelTarget {
    const present = new Uint8Array(this.classes.length);
    for (const row of rows) present[this.codes[row]!] = 1;
    const renumbered = new Int32Array(this.classes.length);
    const classes = this.classes.filter((_, code) => present[code] === 1);
    for (let code = 0, next = 0; code < renumbered.length; code++) if (present[code] === 1) renumbered[code] = next++;
    return new LabelTarget(
      classes,
      Int32Array.from(rows, (row) => renumbered[this.codes[row]!]!),
    );
  }

  /**
   * The same labels as positions in these classes, of which some may have no row.
   * @throws InvalidDataError with the row of a label that is not among them
   */
  within(classes: readonly Label[]): LabelTarget {
    if (sameLabels(classes, this.classes)) return this;
    const known = new Set(classes);
    const row = this.codes.findIndex((code) => !known.has(this.classes[code]!));
    if (row < 0) return new LabelTarget(classes, encodeLabels(this.toArray(), classes).codes);
    const label = JSON.stringify(this.classes[this.codes[row]!]);
    throw new InvalidDataError(
      `y has the label ${label} in row ${row}, which is not in the y that is learnt from`,
      row,
    );
  }

  /** The labels themselves. */
  toArray(): Label[] {
    return Array.from(this.codes, (code) => this.classes[code]!);
  }
}

export class NumberTarget {
  readonly kind = "numbers";
  readonly length: number;
  constructor(readonly values: Float64Array) {
    this.length = values.length;
  }

  /** The rows' own target. */
  take(rows: Uint32Array): NumberTarget {
    return new NumberTarget(Float64Array.from(rows, (row) => this.values[row]!));
  }

  /** The numbers themselves, not a copy. */
  toArray(): Float64Array {
    return this.values;
  }
}

export class NoTarget {
  readonly kind = "none";
  constructor(readonly length: number) {}

  /** Nothing, for as many rows. */
  take(rows: Uint32Array): NoTarget {
    return new NoTarget(rows.length);
  }

  /** None. */
  toArray(): never[] {
    return [];
  }
}

/**
 * Converts y into what an estimator of that kind learns from.
 * @throws InvalidDataError if y is missing, of another length than X, or holds what cannot be a target, with its row
 */
export function toTarget(y: TargetLike | undefined | null, kind: Target["kind"], rows: number, owner: string): Target {
  if (kind === "none") return new NoTarget(rows);
  if (y === undefined || y === null)
    throw new InvalidDataError(`${owner} needs y, one value for each of the ${rows} rows of X; got none`);
  const target = y instanceof LabelTarget || y instanceof NumberTarget || y instanceof NoTarget ? y : read(y, kind);
  if (target.kind !== kind) throw new InvalidDataError(`y of ${owner} must be ${kind}; got a target of ${target.kind}`);
  if (target.length !== rows) {
    throw new InvalidDataError(`X has ${rows} rows and y has ${target.length}; they must have as many`);
  }
  return target;
}

function read(y: LabelsLike, kind: "labels" | "numbers"): Target {
  if (!Array.isArray(y) && !isNumericArray(y)) {
    throw new InvalidDataError(`y must be an array of ${kind}; got ${describe(y)}`);
  }
  const values = flat(y);
  return kind === "labels" ? readLabels(values) : readNumbers(values);
}

/** A column vector, rows of one value each, is taken for what it means. */
function flat(y: LabelsLike): LabelsLike {
  const isRow = (value: unknown): value is LabelsLike => Array.isArray(value) || isNumericArray(value);
  const first: unknown = y[0];
  if (!isRow(first)) return y;
  if (first.length !== 1)
    throw new InvalidDataError(`y must be one-dimensional; its row 0 has ${first.length} values`, 0);
  return Array.from(y as ArrayLike<unknown>, (row, i) => {
    if (isRow(row) && row.length === 1) return row[0]!;
    throw new InvalidDataError(`y must be one-dimensional; its row ${i} is ${describe(row)}`, i);
  });
}

function readLabels(y: LabelsLike): LabelTarget {
  const classes = uniqueLabels(y);
  const fraction = classes.find((label) => typeof label === "number" && !Number.isInteger(label));
  if (fraction !== undefined) {
    const row = (y as readonly Label[]).indexOf(fraction);
    throw new InvalidDataError(
      `unknown label type: y is continuous (${fraction} in row ${row}); a classifier needs classes, a regressor takes numbers`,
      row,
    );
  }
  return new LabelTarget(classes, encodeLabels(y, classes).codes);
}

function readNumbers(y: LabelsLike): NumberTarget {
  const values = new Float64Array(y.length);
  for (let row = 0; row < y.length; row++) {
    const value: unknown = y[row];
    if (!Number.isFinite(value))
      throw new InvalidDataError(`y must hold finite numbers; got ${describe(value)} in row ${row}`, row);
    values[row] = value as number;
  }
  return new NumberTarget(values);
}

/**
 * The weights of the rows as f64, or null for none.
 * @throws InvalidDataError if there are not as many as rows, one is negative or not finite, or all are zero
 */
export function toWeights(weights: ArrayLike<number> | null | undefined, rows: number): Float64Array | null {
  if (weights === null || weights === undefined) return null;
  if (!Array.isArray(weights) && !isNumericArray(weights)) {
    throw new InvalidDataError(`sampleWeight must be an array of numbers; got ${describe(weights)}`);
  }
  if (weights.length !== rows) {
    throw new InvalidDataError(`X has ${rows} rows and sampleWeight has ${weights.length}; they must have as many`);
  }
  return checkSampleWeight(weights, rows) ?? null;
}

/** @throws InvalidDataError for a single class where a classifier needs two */
export function requireTwoClasses(classes: readonly Label[], owner: string): void {
  if (classes.length < 2) {
    throw new InvalidDataError(`${owner} needs at least 2 classes in y; got only one class: ${String(classes[0])}`);
  }
}
