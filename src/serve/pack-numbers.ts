import { RequestError } from "./request-error.js";

/** What became of an array of numbers, or of equally long arrays of numbers, in a body; row-major. */
export interface NumberTable {
  /** [values] or [rows, values in each]. */
  readonly shape: readonly [number] | readonly [number, number];
  /** All numbers of the array, row by row. */
  readonly values: Float64Array;
}

type Path = readonly (string | number)[];

/** Nothing that JSON can hold is one. */
export function isNumberTable(value: unknown): value is NumberTable {
  return typeof value === "object" && value !== null && (value as NumberTable).values instanceof Float64Array;
}

/**
 * Packs an array of numbers, or of rows of numbers, which stands at that path of a body.
 *
 * @throws RequestError 400 BAD_SHAPE for rows of unequal lengths and more than two dimensions, NOT_A_NUMBER for what is no finite
 * number
 */
export function packNumbers(array: readonly unknown[], path: Path): NumberTable {
  return Array.isArray(array[0]) ? packRows(array, path) : packFlat(array, path);
}

function packFlat(array: readonly unknown[], path: Path): NumberTable {
  const values = new Float64Array(array.length);
  const wrong = copyNumbers(array, values, 0);
  if (wrong === array.length) return { shape: [wrong], values };
  throw notANumber(array[wrong], `value ${wrong} of ${path.at(-1)}`, [...path, wrong]);
}

function packRows(rows: readonly unknown[], path: Path): NumberTable {
  const width = (rows[0] as readonly unknown[]).length;
  // All lengths before anything is allocated: one long row and a million empty ones are a small body.
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row)) throw notANumber(row, `row ${i} of ${path.at(-1)}`, [...path, i], "an array of numbers");
    if (row.length === width) continue;
    const message = `row ${i} has ${row.length} values, while row 0 has ${width}`;
    throw new RequestError(400, "BAD_SHAPE", message, { path: [...path, i] });
  }
  const values = new Float64Array(rows.length * width);
  for (const [i, row] of (rows as readonly (readonly unknown[])[]).entries()) {
    const wrong = copyNumbers(row, values, i * width);
    if (wrong === width) continue;
    const place = [...path, i, wrong];
    if (Array.isArray(row[wrong])) {
      const message = `row ${i} holds an array at column ${wrong}; a row is a flat array of numbers, a picture row by row`;
      throw new RequestError(400, "BAD_SHAPE", message, { path: place });
    }
    throw notANumber(row[wrong], `row ${i}, column ${wrong} of ${path.at(-1)}`, place);
  }
  return { shape: [rows.length, width], values };
}

/** Copies until something is no finite number, and says how many it copied. */
function copyNumbers(from: readonly unknown[], to: Float64Array, start: number): number {
  for (let j = 0; j < from.length; j++) {
    const value = from[j];
    if (typeof value !== "number" || !Number.isFinite(value)) return j;
    to[start + j] = value;
  }
  return from.length;
}

function notANumber(value: unknown, where: string, path: Path, expected = "a finite number"): RequestError {
  return new RequestError(400, "NOT_A_NUMBER", `${where} must be ${expected}; got ${kindOf(value)}`, { path });
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return value.length <= 20 ? `the string ${JSON.stringify(value)}` : "a string";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
