import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";

/** Columns by their indices, or those from `from` on and before `to`. */
export type Columns = readonly number[] | { readonly from: number; readonly to: number };

/** Transformers (or what else happens to columns) with their names and their columns, in order. */
export type ColumnTransformers = readonly (readonly [
  name: string,
  transformer: AnyEstimator | "drop" | "passthrough",
  columns: Columns,
])[];

/** The transformers among them as a record, so that `name__param` is typed. */
export type ColumnMembers<T extends ColumnTransformers> = {
  readonly [Part in T[number] as [Extract<Part[1], AnyEstimator>] extends [never] ? never : Part[0]]: Extract<
    Part[1],
    AnyEstimator
  >;
};

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export function isColumns(value: unknown): value is Columns {
  if (Array.isArray(value)) return value.length > 0 && value.every(isIndex);
  if (typeof value !== "object" || value === null) return false;
  const { from, to, ...others } = value as { from?: unknown; to?: unknown };
  return isIndex(from) && isIndex(to) && from < to && Object.keys(others).length === 0;
}

/** What a ColumnTransformer does with a part of the columns. */
export interface ColumnPart {
  /** Position among the transformers that are fitted; -1 for columns that pass through. */
  readonly member: number;
  readonly columns: Uint32Array;
}

/**
 * The parts of tables of so many columns that make the result, in its order; the rest comes last.
 * @throws InvalidParameterError for a column that X does not have
 */
export function partsOf(
  transformers: ColumnTransformers,
  remainder: "drop" | "passthrough",
  cols: number,
): readonly ColumnPart[] {
  checkColumns(transformers, cols);
  const parts: ColumnPart[] = [];
  let members = 0;
  for (const [, transformer, columns] of transformers) {
    if (transformer === "drop") continue;
    parts.push({ member: transformer === "passthrough" ? -1 : members++, columns: indicesOf(columns) });
  }
  if (remainder === "passthrough") {
    const named = new Set(transformers.flatMap(([, , columns]) => [...indicesOf(columns)]));
    const rest = Array.from({ length: cols }, (_, column) => column).filter((column) => !named.has(column));
    if (rest.length > 0) parts.push({ member: -1, columns: Uint32Array.from(rest) });
  }
  if (parts.length > 0) return parts;
  throw new InvalidParameterError(
    "transformers of ColumnTransformer must leave a column; got none but drops",
    "transformers",
  );
}

/** @throws InvalidParameterError for a column that a table of so many does not have */
export function checkColumns(transformers: ColumnTransformers, cols: number): void {
  for (const [name, , columns] of transformers) {
    const beyond = "from" in columns ? columns.to - 1 : columns.find((column) => column >= cols);
    if (beyond === undefined || beyond < cols) continue;
    throw new InvalidParameterError(
      `transformers of ColumnTransformer must name columns of X, which has ${cols}; got column ${beyond} for "${name}"`,
      "transformers",
    );
  }
}

/** How many they are. */
export const widthOf = (columns: Columns): number => ("from" in columns ? columns.to - columns.from : columns.length);

function indicesOf(columns: Columns): Uint32Array {
  if ("from" in columns) return Uint32Array.from({ length: widthOf(columns) }, (_, i) => columns.from + i);
  return Uint32Array.from(columns);
}
