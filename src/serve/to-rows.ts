import { Matrix } from "../core/matrix.js";
import { isNumberTable } from "./pack-numbers.js";
import { RequestError } from "./request-error.js";

export interface RowRules {
  /** Values in a row. */
  readonly features: number;
  /** Most rows. Default 2,048. */
  readonly maxRows?: number;
  /** Only integers from here to there, kept as bytes if they are that. Default: any finite number. */
  readonly integers?: readonly [from: number, to: number];
  /** Where in the body they stand, for the error. Default ["data"]. */
  readonly path?: readonly (string | number)[];
}

/**
 * The rows of a body's numbers (see `numbers` of `jsonBody`), checked.
 *
 * @throws RequestError 400 EMPTY, BAD_SHAPE, OUT_OF_RANGE naming row and column; 413 TOO_MANY_ROWS
 */
export function toRows(numbers: unknown, rules: RowRules): Matrix {
  const { features, maxRows = 2_048, path = ["data"] } = rules;
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
  return new Matrix(checked(values, features, rules.integers, path), rows, features);
}

function checked(
  values: Float64Array,
  width: number,
  integers: readonly [number, number] | undefined,
  path: readonly (string | number)[],
): Float64Array | Uint8Array {
  if (integers === undefined) return values;
  const [from, to] = integers;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= from && value <= to) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    const message = `row ${row}, column ${column} of ${path.at(-1)} must be an integer from ${from} to ${to}; got ${value}`;
    throw new RequestError(400, "OUT_OF_RANGE", message, { path: [...path, row, column] });
  }
  return from === 0 && to === 255 ? Uint8Array.from(values) : values;
}
