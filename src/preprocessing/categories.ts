import { forEachRow } from "../core/by-row.js";
import { cellOf } from "../core/cell-table.js";
import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import { type Label, uniqueLabels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import { type Shape, thatIs } from "../core/model-shape.js";
import { type Rule, rule } from "../core/params.js";

/** The categories of each column. */
export type Categories = readonly (readonly Label[])[];

function isCategories(value: unknown): boolean {
  const isLabel = (v: unknown) => typeof v === "string" || typeof v === "boolean" || Number.isFinite(v);
  const isColumn = (v: unknown) => Array.isArray(v) && v.length > 0 && v.every(isLabel) && new Set(v).size === v.length;
  return Array.isArray(value) && value.length > 0 && value.every(isColumn);
}

/** The rule of the parameter `categories`. */
export const categoriesRule: Rule<"auto" | Categories> = rule<"auto" | Categories>({
  default: "auto",
  expected: '"auto" or for each column an array of distinct labels',
  allows: (value) => value === "auto" || isCategories(value),
  samples: ["auto"],
  wrong: ["all", [], [[]], [["a", "a"]], [[Number.NaN]], 1],
});

/** One column's categories, as they stand in a file. */
export const categoriesShape: Shape = thatIs("distinct labels", (value) => isCategories([value]));

/** Calls `visit` with each cell, row by row: a string, a boolean or a number; NaN where it is missing. */
export function forEachCell(
  X: Matrix,
  visit: (cell: Label, row: number, column: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return forEachRow(
    X,
    (values, row) => {
      for (let j = 0; j < values.length; j++) visit(cellOf(X, values[j]!), row, j);
    },
    signal,
  );
}

/**
 * The categories of X's columns: those given, or with "auto" those that are there, sorted. Missing cells are none.
 * @throws InvalidParameterError if they are given for another number of columns; InvalidDataError for a column of several kinds
 * of labels, and where `isStrict` for a cell that is not among those given
 */
export async function learnCategories(
  X: Matrix,
  given: "auto" | Categories,
  isStrict: boolean,
  owner: string,
  signal: AbortSignal,
): Promise<Categories> {
  if (given !== "auto" && given.length !== X.cols) {
    throw new InvalidParameterError(
      `categories of ${owner} must be one array for each of the ${X.cols} columns of X; got ${given.length}`,
      "categories",
    );
  }
  const seen = Array.from({ length: X.cols }, () => new Map<Label, number>());
  await forEachCell(
    X,
    (cell, row, j) => {
      if (!seen[j]!.has(cell) && !Number.isNaN(cell)) seen[j]!.set(cell, row);
    },
    signal,
  );
  if (given === "auto") return seen.map(sorted);
  for (const [j, cells] of isStrict ? seen.entries() : []) {
    for (const [cell, row] of cells)
      if (!given[j]!.includes(cell)) throw unknownCategory(cell, given[j]!, row, j, owner);
  }
  return given.map((labels) => [...labels]);
}

export function unknownCategory(
  cell: Label,
  known: readonly Label[],
  row: number,
  column: number,
  owner: string,
): InvalidDataError {
  const list = known.map((label) => JSON.stringify(label)).join(", ");
  return new InvalidDataError(
    `X has the unknown category ${JSON.stringify(cell)} at row ${row}, column ${column}; ${owner} knows ${list} there`,
    row,
    column,
  );
}

function sorted(cells: ReadonlyMap<Label, number>, column: number): Label[] {
  const kinds = new Map([...cells].map(([cell, row]) => [typeof cell, row]));
  if (kinds.size > 1) {
    const [[first], [second, row]] = [...kinds] as [[string, number], [string, number]];
    throw new InvalidDataError(
      `column ${column} of X must hold labels of one kind; got a ${first} and a ${second}`,
      row,
      column,
    );
  }
  return uniqueLabels([...cells.keys()]);
}
