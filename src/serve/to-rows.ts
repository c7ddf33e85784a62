import { Matrix } from "../core/matrix.js";
import { isNumberTable } from "./pack-numbers.js";
import { RequestError } from "./request-error.js";

/** What a row has to be; a ServedModel says it of its rows. */
export interface RowRules {
  /** Values in a row. */
  readonly features: number;
  /** With a scale rows are integers from 0 to 255, and kept as bytes of that scale. Default null: any finite numbers. */
  readonly scale?: number | null;
}

/** Of `toRows`. */
export interface RowOptions {
  /** Most rows. Default 2,048. */
  readonly maxRows?: number;
  /** Only integers from here to there. Default: what the rules say. */
  readonly integers?: readonly [from: number, to: number] | undefined;
  /** Where in the body they stand, for the error. Default ["data"]. */
  readonly path?: readonly (string | number)[];
}

const BYTES = [0, 255] as const;

/**
 * The rows of a body's numbers (see `numbers` of `jsonBody`), checked.
 *
 * @throws RequestError 400 EMPTY, BAD_SHAPE, OUT_OF_RANGE naming row and column; 413 TOO_MANY_ROWS
 */
export function toRows(numbers: unknown, { features, scale = null }: RowRules, options: RowOptions = {}): Matrix {
  const { maxRows = 2_048, path = ["data"] } = options;
  const name = String(path.at(-1));
  if (!isNumberTable(numbers)) {
    throw new RequestError(400, "BAD_SHAPE", `${name} must be rows of ${features} numbers, [[...], ...]`, { path });
  }
  const { shape, values } = numbers;
  const [rows, width] = shape;
  if (rows === 0) throw new RequestError(400, "EMPTY", `${name} is empty; at least one row is needed`, { path });
  if (width === undefined) {
    const message = `${name} is a flat array of ${rows} numbers; wrap a single row in [ ]`;
    throw new RequestError(400, "BAD_SHAPE", message, { path });
  }
  if (width !== features) {
    throw new RequestError(400, "BAD_SHAPE", `expected ${features} values, row 0 has ${width}`, { path: [...path, 0] });
  }
  if (rows > maxRows) {
    throw new RequestError(413, "TOO_MANY_ROWS", `${name} has ${rows} rows; at most ${maxRows} are taken at once`, {
      path,
    });
  }
  const integers = scale === null ? options.integers : BYTES;
  if (integers !== undefined) checkIntegers(values, features, integers, path);
  return scale === null
    ? new Matrix(values, rows, features)
    : new Matrix(Uint8Array.from(values), rows, features, { scale });
}

function checkIntegers(
  values: Float64Array,
  width: number,
  [from, to]: readonly [number, number],
  path: readonly (string | number)[],
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= from && value <= to) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    const message = `row ${row}, column ${column} of ${path.at(-1)} must be an integer from ${from} to ${to}; got ${value}`;
    throw new RequestError(400, "OUT_OF_RANGE", message, { path: [...path, row, column] });
  }
}
