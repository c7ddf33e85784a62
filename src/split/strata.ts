import { InvalidDataError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike } from "../core/labels.js";

/** Labels as a stratified splitter sees them. */
export interface Classes {
  /** The distinct labels, sorted. */
  readonly classes: readonly Label[];
  /** For each row, the position of its label in `classes`. */
  readonly codes: Uint32Array;
  /** Rows of each class. */
  readonly counts: Uint32Array;
}

/** Encodes and counts the labels; throws InvalidDataError unless there is one label a row. */
export function classesOf(y: LabelsLike | null | undefined, nRows: number, owner: string): Classes {
  if (y === null || y === undefined) throw new InvalidDataError(`${owner} needs labels y to stratify by; got none`);
  if (y.length !== nRows) {
    throw new InvalidDataError(`y of ${owner} must have one label for each of the ${nRows} rows; got ${y.length}`);
  }
  const encoded = encodeLabels(y);
  const codes = Uint32Array.from(encoded.codes);
  const counts = new Uint32Array(encoded.classes.length);
  for (const code of codes) counts[code]! += 1;
  return { classes: encoded.classes, codes, counts };
}

/** Whether labels can be classes: no number among them has a fraction (scikit-learn's `type_of_target`). */
export function isDiscrete(y: LabelsLike): boolean {
  return firstFraction(y) < 0;
}

/** Throws InvalidDataError with the row of the first label that has a fraction. */
export function checkDiscrete(y: LabelsLike, owner: string): void {
  const row = firstFraction(y);
  if (row >= 0) {
    throw new InvalidDataError(
      `y of ${owner} must be classes, not a continuous target; got ${y[row]} in row ${row}`,
      row,
    );
  }
}

function firstFraction(y: LabelsLike): number {
  for (let row = 0; row < y.length; row++) {
    const label = y[row];
    if (typeof label === "number" && !Number.isInteger(label)) return row;
  }
  return -1;
}
