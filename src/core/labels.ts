import { InvalidDataError } from "./errors.js";

/** A class label. Within one problem all labels are of one kind. */
export type Label = number | string | boolean;

/** Labels, one a row: a plain array of one kind of label, or a typed array of numbers. */
export type LabelsLike =
  | readonly Label[]
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/**
 * The distinct labels of all arrays together, sorted: numbers by value, strings by code unit, false before true.
 *
 * @throws InvalidDataError for a label that is no finite number, string or boolean, and for labels of different kinds.
 */
export function uniqueLabels(...ys: readonly LabelsLike[]): Label[] {
  const seen = new Set<Label>();
  let kind: string | undefined;
  for (const y of ys) {
    for (let row = 0; row < y.length; row++) {
      const label = y[row];
      if (label !== undefined && seen.has(label)) continue;
      const its = kindOf(label, row);
      kind ??= its;
      if (its !== kind) {
        throw new InvalidDataError(`labels must be of one kind; got a ${kind} first, and a ${its} in row ${row}`, row);
      }
      seen.add(label as Label);
    }
  }
  return [...seen].sort(compareLabels);
}

/** Labels as positions in the sorted classes. */
export interface EncodedLabels {
  /** Sorted classes, or the given ones as they were given. */
  readonly classes: readonly Label[];
  /** For each row, the position of its label in `classes`. */
  readonly codes: Int32Array;
}

/**
 * Replaces labels by their positions in `classes` (default: `uniqueLabels(y)`).
 *
 * @throws InvalidDataError with the row of a label that is not among the given classes, or is no label at all.
 */
export function encodeLabels(y: LabelsLike, classes?: readonly Label[]): EncodedLabels {
  const known = classes ?? uniqueLabels(y);
  const codeOf = new Map<unknown, number>(known.map((label, code) => [label, code]));
  const codes = new Int32Array(y.length);
  for (let row = 0; row < y.length; row++) {
    const code = codeOf.get(y[row]);
    if (code === undefined) {
      kindOf(y[row], row);
      const list = known.map((label) => JSON.stringify(label)).join(", ");
      throw new InvalidDataError(`labels must be among ${list}; got ${JSON.stringify(y[row])} in row ${row}`, row);
    }
    codes[row] = code;
  }
  return { classes: known, codes };
}

function kindOf(label: unknown, row: number): string {
  const kind = typeof label;
  if (kind === "string" || kind === "boolean" || Number.isFinite(label)) return kind;
  const got = kind === "object" && label !== null ? "an object" : String(label);
  throw new InvalidDataError(`labels must be finite numbers, strings or booleans; got ${got} in row ${row}`, row);
}

function compareLabels(a: Label, b: Label): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether both are the same labels in the same order, or both are none. */
export function sameLabels(a: readonly Label[] | null, b: readonly Label[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((label, i) => Object.is(label, b[i]));
}
