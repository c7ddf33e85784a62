import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Label } from "../../src/core/labels.js";

/** A number, or null for NaN. */
type Cell = number | null;
type Rows = readonly (readonly Cell[])[];
export type TableName = "table" | "holes" | "bytes";

interface Golden {
  readonly tables: Readonly<Record<TableName, Rows>>;
  readonly unseen: Readonly<Record<TableName, Rows>>;
  readonly weight: readonly number[];
  readonly standard: readonly {
    readonly on: TableName;
    readonly weighted: boolean;
    readonly params: { readonly withMean: boolean; readonly withStd: boolean };
    readonly mean: readonly Cell[] | null;
    readonly var: readonly Cell[] | null;
    readonly scale: readonly Cell[] | null;
    readonly transform: Rows;
    readonly inverse: Rows;
  }[];
  readonly minmax: readonly {
    readonly on: TableName;
    readonly params: { readonly featureRange: readonly [number, number]; readonly clip: boolean };
    readonly dataMin: readonly Cell[];
    readonly dataMax: readonly Cell[];
    readonly dataRange: readonly Cell[];
    readonly scale: readonly Cell[];
    readonly min: readonly Cell[];
    readonly transform: Rows;
    readonly inverse: Rows;
  }[];
  readonly words: readonly (readonly string[])[];
  readonly numbers: readonly (readonly number[])[];
  readonly unseenWords: readonly (readonly string[])[];
  readonly unseenNumbers: readonly (readonly number[])[];
  readonly onehot: readonly {
    readonly on: "words" | "numbers";
    readonly drop: "first" | "if_binary" | null;
    readonly categories: readonly (readonly Label[])[];
    readonly names: readonly string[];
    readonly transform: readonly (readonly number[])[];
    readonly inverse: readonly (readonly Label[])[];
    readonly ignored?: readonly (readonly number[])[];
    readonly ignoredInverse?: readonly (readonly (Label | null)[])[];
  }[];
  readonly labels: readonly {
    readonly y: readonly Label[];
    readonly classes: readonly Label[];
    readonly codes: readonly number[];
  }[];
}

/** Values of scikit-learn 1.9.1; made by test/golden/make/preprocessing.py. */
export const goldens: Golden = JSON.parse(
  readFileSync(new URL("../golden/preprocessing.json", import.meta.url), "utf8"),
);

/** Null read as NaN. */
export const numbers = (rows: Rows): number[][] => rows.map((row) => row.map((cell) => cell ?? Number.NaN));

/** Asserts that numbers agree to 1e-12 (relative above 1), NaN being written as null. */
export function expectClose(actual: ArrayLike<number>, expected: readonly Cell[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((cell, i) => {
    if (cell === null) expect(actual[i]).toBeNaN();
    else expect(Math.abs(actual[i]! - cell)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(cell)));
  });
}
