import { InvalidDataError } from "../core/errors.js";
import type { Label } from "../core/labels.js";
import { describe } from "../core/to-matrix.js";

/** What is found out about the columns of a table, cell by cell; missing cells are not shown. */
export interface ColumnFacts {
  see(cell: Label, row: number, column: number): void;
  /** The fact of a column of which at least one cell was seen. */
  of(column: number): Label;
}

export function means(cols: number): ColumnFacts {
  const sums = new Float64Array(cols);
  const counts = new Float64Array(cols);
  return {
    see(cell, row, column) {
      sums[column]! += numberIn(cell, row, column);
      counts[column]! += 1;
    },
    of: (column) => finite(sums[column]! / counts[column]!, column),
  };
}

export function medians(cols: number): ColumnFacts {
  const columns = Array.from({ length: cols }, (): number[] => []);
  return {
    see: (cell, row, column) => void columns[column]!.push(numberIn(cell, row, column)),
    of(column) {
      const sorted = Float64Array.from(columns[column]!).sort();
      const half = sorted.length >> 1;
      if (sorted.length % 2 === 1) return sorted[half]!;
      return finite((sorted[half - 1]! + sorted[half]!) / 2, column);
    },
  };
}

/** The most frequent cell; the least of several. */
export function modes(cols: number): ColumnFacts {
  const counts = Array.from({ length: cols }, () => new Map<Label, number>());
  return {
    see: (cell, _row, column) => void counts[column]!.set(cell, (counts[column]!.get(cell) ?? 0) + 1),
    of(column) {
      let [best, most] = ["" as Label, 0];
      for (const [cell, count] of counts[column]!) {
        if (count > most || (count === most && cell < best)) [best, most] = [cell, count];
      }
      return best;
    },
  };
}

/** The value that is given; if none is, 0 for a column of numbers, else "missing_value". */
export function constants(cols: number, given: Label | null): ColumnFacts {
  const isNumeric = new Uint8Array(cols).fill(1);
  return {
    see(cell, _row, column) {
      if (typeof cell !== "number") isNumeric[column] = 0;
    },
    of: (column) => given ?? (isNumeric[column] === 1 ? 0 : "missing_value"),
  };
}

function numberIn(cell: Label, row: number, column: number): number {
  if (typeof cell === "number") return cell;
  throw new InvalidDataError(
    `X must hold numbers where strategy of SimpleImputer is "mean" or "median"; got ${describe(cell)} at row ${row}, column ${column}`,
    row,
    column,
  );
}

function finite(value: number, column: number): number {
  if (Number.isFinite(value)) return value;
  throw new InvalidDataError(
    `column ${column} of X holds numbers too large for SimpleImputer: their sum is beyond the range of f64`,
    undefined,
    column,
  );
}
