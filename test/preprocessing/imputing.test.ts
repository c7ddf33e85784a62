import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Label } from "../../src/core/labels.js";
import { Matrix, type MatrixLike } from "../../src/core/matrix.js";
import { OneHotEncoder } from "../../src/preprocessing/one-hot-encoder.js";
import { OrdinalEncoder } from "../../src/preprocessing/ordinal-encoder.js";
import { SimpleImputer, type SimpleImputerParams } from "../../src/preprocessing/simple-imputer.js";
import { expectClose } from "./goldens.js";

type Cells = readonly (readonly (Label | null)[])[];
type Named = "numbers" | "words";

/** Values of scikit-learn 1.9.1; made by test/golden/make/imputing.py. */
const goldens = JSON.parse(readFileSync(new URL("../golden/imputing.json", import.meta.url), "utf8")) as {
  readonly tables: Readonly<Record<Named, { readonly X: Cells; readonly unseen: Cells }>>;
  readonly imputer: readonly {
    readonly on: Named;
    readonly strategy: "mean" | "median" | "most_frequent" | "constant";
    readonly addIndicator: boolean;
    readonly keepEmptyFeatures: boolean;
    readonly statistics: readonly (Label | null)[];
    readonly transform: Cells;
  }[];
  readonly ordinal: readonly {
    readonly on: Named;
    readonly encodedMissingValue: number | null;
    readonly categories: Cells;
    readonly known: Cells;
    readonly unseen: Cells;
    readonly inverse: Cells;
  }[];
  readonly unseenWords: Cells;
};

/** Tables of labels are typed as rows of numbers at the door; null is NaN. */
const table = (rows: Cells) => rows.map((row) => row.map((cell) => cell ?? Number.NaN)) as unknown as MatrixLike;

/** The cells of a table, NaN as null. */
const cells = (X: Matrix): Cells =>
  X.toArrays().map((row) => row.map((value) => (Number.isNaN(value) ? null : (X.labels?.[value] ?? value))));

/** scikit-learn's indicators are booleans among strings, and 0 and 1 among numbers; ours are always 0 and 1. */
const asNumbers = (rows: Cells) =>
  rows.map((row) => row.map((cell) => (typeof cell === "boolean" ? Number(cell) : cell)));

describe("SimpleImputer", () => {
  for (const golden of goldens.imputer) {
    const { on, addIndicator, keepEmptyFeatures } = golden;
    const strategy: SimpleImputerParams["strategy"] =
      golden.strategy === "most_frequent" ? "most_frequent" : golden.strategy;
    const with_ = `${addIndicator ? ", with indicators" : ""}${keepEmptyFeatures ? ", empty columns kept" : ""}`;
    test(`It fills ${on} as scikit-learn does (${strategy}${with_}).`, async () => {
      const { X, unseen } = goldens.tables[on];
      const imputer = await new SimpleImputer({ strategy, addIndicator, keepEmptyFeatures }).fit(table(X));
      const filled = await imputer.transform(table(unseen));
      if (on === "numbers") {
        const numbers = imputer.statistics.map((fill) => (fill ?? Number.NaN) as number);
        expectClose(numbers, golden.statistics as (number | null)[]);
        expectClose(filled.data, golden.transform.flat() as number[]);
      } else {
        expect(imputer.statistics).toEqual(golden.statistics);
        expect(cells(filled)).toEqual(asNumbers(golden.transform));
      }
    });
  }

  test("Words have no mean: the first of them is named.", async () => {
    await expect(new SimpleImputer().fit(table([[1, null], [2, "x"]]))).rejects.toThrow(
      'X must hold numbers where strategy of SimpleImputer is "mean" or "median"; got "x" at row 1, column 1',
    ); // biome-ignore format: rows
  });

  test("Given words stand among numbers, f32 stays f32, and what is left of nothing is refused.", async () => {
    const imputer = await new SimpleImputer({ strategy: "constant", fillValue: "none" }).fit([[1], [Number.NaN]]);
    expect(cells(await imputer.transform([[Number.NaN], [3]]))).toEqual([["none"], [3]]);
    const single = new Matrix(Float32Array.of(0.1, Number.NaN), 2, 1);
    expect((await new SimpleImputer().fitTransform(single)).data).toEqual(Float32Array.of(0.1, 0.1));
    await expect(new SimpleImputer().fitTransform([[Number.NaN]])).rejects.toThrow("leaves out every column of X");
  });

  test("What it fills goes on to an encoder.", async () => {
    const filled = await new SimpleImputer({ strategy: "most_frequent" }).fitTransform(
      table([["a"], [null], ["a"], ["b"]]),
    );
    expect((await new OneHotEncoder().fitTransform(filled)).toArrays()).toEqual([[1, 0], [1, 0], [1, 0], [0, 1]]); // biome-ignore format: rows
  });
});

describe("OrdinalEncoder", () => {
  for (const golden of goldens.ordinal) {
    test(`It encodes ${golden.on} as scikit-learn does, missing ones as ${golden.encodedMissingValue ?? "NaN"}.`, async () => {
      const encodedMissingValue = golden.encodedMissingValue ?? Number.NaN;
      const encoder = new OrdinalEncoder({ handleUnknown: "use_encoded_value", unknownValue: -1, encodedMissingValue });
      const few = (rows: Cells) => table(rows.map((row) => row.slice(0, 3)));
      const { X, unseen } = goldens.tables[golden.on];
      const codes = await encoder.fitTransform(few(X));
      expect(encoder.categories).toEqual(golden.categories);
      expect(cells(codes)).toEqual(golden.known);
      const others = golden.on === "numbers" ? unseen : goldens.unseenWords;
      expect(cells(await encoder.transform(few(others)))).toEqual(golden.unseen);
      const back = await encoder.inverseTransform(codes);
      expect(back.map((row) => row.map((cell) => (Number.isNaN(cell) ? null : cell)))).toEqual(golden.inverse);
    });
  }

  test("Unknown categories are refused by row and column, or become what is asked, and null again.", async () => {
    const X = table([["b"], ["a"]]);
    const strict = await new OrdinalEncoder({ categories: [["b", "a"]] }).fit(X);
    expect((await strict.transform(X)).toArrays()).toEqual([[0], [1]]);
    await expect(strict.transform(table([["a"], ["c"]]))).rejects.toThrow(
      'X has the unknown category "c" at row 1, column 0; OrdinalEncoder knows "b", "a" there',
    );
    const lenient = await new OrdinalEncoder({ handleUnknown: "use_encoded_value", unknownValue: -1 }).fit(X);
    expect(await lenient.inverseTransform([[-1], [1]])).toEqual([[null], ["b"]]);
    await expect(lenient.inverseTransform([[2]])).rejects.toThrow(
      "codes of column 0 must be integers from 0 to 1; got 2",
    );
  });

  test("Codes that stand for a category already, and an unknown value without use, are refused.", async () => {
    const X = [[3], [4]];
    await expect(new OrdinalEncoder({ encodedMissingValue: 1 }).fit(X)).rejects.toThrow(
      "encodedMissingValue of OrdinalEncoder must be no category's code; got 1, which is one in column 0",
    );
    await expect(new OrdinalEncoder({ unknownValue: -1 }).fit(X)).rejects.toThrow(
      'unknownValue of OrdinalEncoder must be a number where handleUnknown is "use_encoded_value", else null; got -1',
    );
  });
});
