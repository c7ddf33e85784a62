import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { MinMaxScaler } from "../../src/preprocessing/min-max-scaler.js";
import { StandardScaler } from "../../src/preprocessing/standard-scaler.js";
import { expectClose, goldens, numbers, type TableName } from "./goldens.js";

/** Bytes come as bytes, all else as f64. */
function given(rows: ReadonlyArray<readonly (number | null)[]>, name: TableName): Matrix {
  const flat = numbers(rows).flat();
  return new Matrix(name === "bytes" ? Uint8Array.from(flat) : Float64Array.from(flat), rows.length, rows[0]!.length);
}

describe("StandardScaler", () => {
  for (const golden of goldens.standard) {
    const { on, weighted, params } = golden;
    const what = `withMean ${params.withMean}, withStd ${params.withStd}${weighted ? ", weighted" : ""}`;
    test(`It learns and changes the ${on} as scikit-learn does (${what}).`, async () => {
      const scaler = new StandardScaler(params);
      await scaler.fit(given(goldens.tables[on], on), null, { sampleWeight: weighted ? goldens.weight : null });
      for (const fact of ["mean", "var", "scale"] as const) {
        const expected = golden[fact];
        if (expected === null) expect(scaler[fact]).toBeNull();
        else expectClose(scaler[fact]!, expected);
      }
      const unseen = given(goldens.unseen[on], on);
      expectClose((await scaler.transform(unseen)).data, golden.transform.flat());
      expectClose((await scaler.inverseTransform(unseen)).data, golden.inverse.flat());
    });
  }

  test("What is learned of scaled bytes, of f32 and of f64 with the same values has the same bits.", async () => {
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256);
    const scaled = new Matrix(bytes, 20, 3, { scale: 1 / 255 });
    const values = scaled.toFloat64();
    const tables = [scaled, new Matrix(Float32Array.from(values), 20, 3), new Matrix(values, 20, 3)];
    const [first, ...others] = await Promise.all(
      tables.map(async (X) => (await new StandardScaler().fit(X)).state.model),
    );
    for (const other of others) expect(other).toEqual(first);
  });

  test("A view of rows is scaled as a copy of these rows.", async () => {
    const X = given(goldens.tables.table, "table");
    const rows = [4, 1, 1, 17];
    const copy = rows.map((row) => X.toArrays()[row]!);
    const scaler = await new StandardScaler().fit(X.take(rows));
    expect(scaler.state).toEqual((await new StandardScaler().fit(copy)).state);
    expect((await scaler.transform(X.take(rows))).data).toEqual((await scaler.transform(copy)).data);
  });
});

describe("MinMaxScaler", () => {
  for (const golden of goldens.minmax) {
    const { on, params } = golden;
    test(`It learns and changes the ${on} as scikit-learn does (${JSON.stringify(params)}).`, async () => {
      const scaler = await new MinMaxScaler(params).fit(given(goldens.tables[on], on));
      for (const fact of ["dataMin", "dataMax", "dataRange", "scale", "min"] as const) {
        expectClose(scaler[fact], golden[fact]);
      }
      const unseen = given(goldens.unseen[on], on);
      expectClose((await scaler.transform(unseen)).data, golden.transform.flat());
      expectClose((await scaler.inverseTransform(unseen)).data, golden.inverse.flat());
    });
  }

  test("A range in the wrong order is refused by name.", async () => {
    await expect(new MinMaxScaler({ featureRange: [1, 0] }).fit([[1]])).rejects.toThrow(
      "featureRange of MinMaxScaler must be two finite numbers, the first less than the second; got an array of 2",
    );
  });
});

const table = fc
  .array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
    minLength: 2,
    maxLength: 20,
  })
  .map((rows) => rows.map((row) => [...row]));

for (const Scaler of [StandardScaler, MinMaxScaler]) {
  test(`${Scaler.name} gives back what it was given when its change is undone.`, async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const scaler = new Scaler();
        const back = await scaler.inverseTransform(await scaler.fitTransform(rows));
        back.toArrays().forEach((row, i) => {
          row.forEach((value, j) => {
            expect(Math.abs(value - rows[i]![j]!)).toBeLessThan(1e-9);
          });
        });
      }),
    );
  });

  test(`${Scaler.name} keeps f32 as f32 and makes f64 of bytes.`, async () => {
    const scaler = await new Scaler().fit(new Matrix(Float32Array.of(1, 2, 4), 3, 1));
    expect((await scaler.transform(new Matrix(Float32Array.of(1, 2), 2, 1))).data).toBeInstanceOf(Float32Array);
    expect((await scaler.transform(new Matrix(Uint8Array.of(1, 2), 2, 1))).data).toBeInstanceOf(Float64Array);
  });

  test(`${Scaler.name} refuses to undo a table of another width.`, async () => {
    const scaler = await new Scaler().fit([[1, 2]]);
    await expect(scaler.inverseTransform([[1]])).rejects.toThrow(
      `X has 1 features, but ${Scaler.name} gives back tables of 2 features`,
    );
  });

  test(`${Scaler.name} refuses numbers that overflow, by their column, but not a column of NaN alone.`, async () => {
    const X = [
      [1, Number.NaN, -1.7e308],
      [2, Number.NaN, 1.7e308],
    ];
    await expect(new Scaler().fit(X)).rejects.toThrow(`column 2 of X holds numbers too large for ${Scaler.name}`);
    await expect(new Scaler().fit(X.map((row) => row.slice(0, 2)))).resolves.toBeInstanceOf(Scaler);
  });

  test(`${Scaler.name} has no learned facts before it is fitted.`, () => {
    expect(() => new Scaler().scale).toThrow(`this ${Scaler.name} is not fitted yet`);
  });
}
