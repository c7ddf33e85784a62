import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyEstimator } from "../../src/core/estimator.js";
import type { Label } from "../../src/core/labels.js";
import { Matrix } from "../../src/core/matrix.js";
import { outputOf } from "../../src/core/predict-all.js";
import { toOnnx } from "../../src/exchange.js";
import {
  ColumnTransformer,
  DecisionTreeClassifier,
  GridSearchCV,
  KNeighborsClassifier,
  KNeighborsRegressor,
  LogisticRegression,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  Pipeline,
  SimpleImputer,
  StandardScaler,
  VotingClassifier,
} from "../../src/index.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { inOnnx } from "./onnx-session.js";
import { fieldsOf, textOf } from "./protobuf-fields.js";

const options = { pool: inlinePool() };
const { NaN: missing } = Number;
type Rows = readonly (readonly Label[])[];

const chain = (...steps: readonly AnyEstimator[]) =>
  new Pipeline({ steps: steps.map((step, i) => [`step${i}`, step] as const) });

/** The names of what goes in. */
async function inputsOf(estimator: AnyEstimator): Promise<string[]> {
  const graph = fieldsOf(fieldsOf(await toOnnx(estimator)).get(7)![0] as Uint8Array);
  return graph.get(11)!.map((port) => textOf(fieldsOf(port as Uint8Array).get(1)![0]));
}

/** Fits a transformer on some rows and expects of others what it answers, in onnxruntime. */
async function expectTable(transformer: AnyEstimator, rows: Rows, asked: Rows = rows): Promise<void> {
  await transformer.fit(rows, null, options);
  const expected = (await outputOf(transformer, asked, "transform", options)) as Matrix;
  const [got] = await inOnnx(transformer, asked);
  expect(Array.from(got!.transformed!)).toEqual(Array.from(expected.toFloat64(), Math.fround));
}

describe("A table of numbers, strings and booleans", () => {
  const golden = JSON.parse(readFileSync(new URL("../golden/column-transformer.json", import.meta.url), "utf8")) as {
    readonly X: readonly (readonly (Label | null)[])[];
    readonly y: readonly number[];
  };
  const people = golden.X.map((row) => row.map((cell) => cell ?? missing));
  const columns = (remainder: "drop" | "passthrough" = "drop") =>
    new ColumnTransformer({
      transformers: [
        ["place", chain(new SimpleImputer({ strategy: "most_frequent" }), new OneHotEncoder()), [1]],
        ["numbers", chain(new SimpleImputer({ strategy: "median" }), new StandardScaler()), [2, 0]],
        ["size", new OrdinalEncoder({ categories: [["small", "medium", "large"]] }), { from: 3, to: 4 }],
      ],
      remainder,
    });
  const classifiers: Readonly<Record<string, () => AnyEstimator>> = {
    pipeline: () => chain(columns(), new LogisticRegression()),
    "search of a pipeline": () =>
      new GridSearchCV({
        estimator: new Pipeline({ steps: [["columns", columns("passthrough")], ["tree", new DecisionTreeClassifier()]] }),
        paramGrid: { tree__maxDepth: [2] },
        cv: 2,
      }),
    "vote of pipelines": () =>
      new VotingClassifier({
        estimators: [
          ["near", chain(columns(), new KNeighborsClassifier({ nNeighbors: 3 }))],
          ["linear", chain(columns(), new LogisticRegression())],
        ],
        voting: "soft",
      }),
  }; // biome-ignore format: one table
  for (const [what, make] of Object.entries(classifiers)) {
    it(`is what a ${what} answers to, column by column.`, async () => {
      const classifier = await make().fit(people, golden.y, options);
      const [got] = await inOnnx(classifier, people);
      expect(got!.label).toEqual(await outputOf(classifier, people, "predict", options));
      const expected = ((await outputOf(classifier, people, "predictProba", options)) as Matrix).data;
      for (const [i, value] of got!.probabilities!.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
    });
  }

  it("comes as one input for each column that is read, in order.", async () => {
    const transformer = await columns("passthrough").fit(people, null, options);
    expect(await inputsOf(transformer)).toEqual(people[0]!.map((_, column) => `x${column}`));
    const some = new ColumnTransformer({
      transformers: [
        ["place", new SimpleImputer({ strategy: "constant", fillValue: "?" }), [1]],
        ["size", new OrdinalEncoder(), [3]],
        ["number", "passthrough", [0]],
      ],
    });
    const both = await chain(some, new OrdinalEncoder()).fit(people, null, options);
    expect(await inputsOf(both)).toEqual(["x0", "x1", "x3"]);
  });

  it("is one input where all columns that are read are of one kind.", async () => {
    const numbers = new ColumnTransformer({ transformers: [["numbers", "passthrough", [2]]] });
    expect(await inputsOf(await numbers.fit(people, null, options))).toEqual(["X"]);
    const strings = [["red", "s"], ["blue", "s"], ["red", "m"]]; // biome-ignore format: a table
    expect(await inputsOf(await new OneHotEncoder().fit(strings, null, options))).toEqual(["X"]);
    const half = new ColumnTransformer({ transformers: [["colour", new OrdinalEncoder(), [0]]] });
    expect(await inputsOf(await half.fit(strings, null, options))).toEqual(["X"]);
    await expectTable(half, strings);
  });

  it("has columns in any order, and twice.", async () => {
    const transformer = new ColumnTransformer({
      transformers: [
        ["last", new MinMaxScaler(), [3, 1]],
        ["colour", new OneHotEncoder(), [2]],
        ["first", "passthrough", [0, 1]],
        ["all numbers", new StandardScaler({ withStd: false }), [0, 1, 3]],
      ],
    });
    await expectTable(transformer, [[1, 5, "red", 0], [2, 7, "blue", 4], [4, 6, "red", 1]]); // biome-ignore format: a table
    await expectTable(transformer.clone(), [[1, 5, 8, 0], [2, 7, 9, 4], [4, 6, 8, 1]]); // biome-ignore format: a table
  });
});

describe("Encoders", () => {
  const colours = [["red", "s", true], ["blue", "m", false], ["green", "s", true], ["red", "l", true]]; // biome-ignore format: a table

  it("of strings and booleans give the same columns, those of unknown strings being 0.", async () => {
    await expectTable(new OneHotEncoder(), colours);
    const encoder = new OneHotEncoder({ drop: "first", handleUnknown: "ignore" });
    await expectTable(encoder, colours, [["pink", "s", false], ["green", "xl", true]]); // biome-ignore format: a table
  });

  it("give the same codes, of unknown and of missing categories too.", async () => {
    const rows = [["red", 3, true], [missing, 0.1, false], ["blue", missing, true], ["green", -2, missing]]; // biome-ignore format: a table
    const asked = [...rows, ["pink", 4, missing]]; // biome-ignore format: a table
    const known = { handleUnknown: "use_encoded_value", unknownValue: -1 } as const;
    await expectTable(new OrdinalEncoder(known), rows, asked);
    await expectTable(new OrdinalEncoder({ ...known, unknownValue: missing, encodedMissingValue: -5 }), rows, asked);
    await expectTable(new OrdinalEncoder(known), [[missing, 1], [missing, 2]], [[missing, 2], [3, 1]]); // biome-ignore format: a table
    const sizes = [["s", "m", "l"]];
    await expectTable(new OrdinalEncoder({ categories: sizes }), [["l"], ["s"], ["m"]]);
  });

  it("that allow no unknown categories make them NaN in ONNX.", async () => {
    const encoder = await new OrdinalEncoder().fit([["a", 1], ["b", 2]], null, options); // biome-ignore format: a table
    const [got] = await inOnnx(encoder, [["c", 2], ["b", 3]]); // biome-ignore format: a table
    expect(Array.from(got!.transformed!)).toEqual([missing, 1, 1, missing]);
  });
});

describe("Imputers", () => {
  const rows = [[1, missing, 5, missing], [missing, missing, 7, 2], [4, missing, 5, 8.5], [4, missing, 6, 2]]; // biome-ignore format: a table
  for (const strategy of ["mean", "median", "most_frequent", "constant"] as const) {
    it(`that fill numbers by "${strategy}" give the same table.`, async () => {
      for (const keepEmptyFeatures of [false, true]) {
        const fillValue = strategy === "constant" && keepEmptyFeatures ? 0.1 : null;
        const asked = [[missing, 3, missing, missing], ...rows]; // biome-ignore format: a table
        for (const addIndicator of [false, true]) {
          await expectTable(new SimpleImputer({ strategy, keepEmptyFeatures, fillValue, addIndicator }), rows, asked);
        }
      }
    });
  }

  it("fill strings and booleans, and tell where they were missing.", async () => {
    const cells = [["red", 1, true, missing], [missing, missing, true, "s"], ["red", 5, missing, "m"]]; // biome-ignore format: a table
    const imputers = [
      new SimpleImputer({ strategy: "most_frequent", addIndicator: true }),
      new SimpleImputer({ strategy: "most_frequent" }),
    ];
    for (const imputer of imputers) {
      await expectTable(chain(imputer, new OrdinalEncoder({ handleUnknown: "error" })), cells);
    }
    const letters = [["a", missing], [missing, "c"], ["b", "c"]]; // biome-ignore format: a table
    await expectTable(chain(new SimpleImputer({ strategy: "constant" }), new OneHotEncoder()), letters);
  });
});

describe("Neighbours", () => {
  const cell = fc.integer({ min: 0, max: 2 });
  const tables = fc.array(fc.tuple(cell, cell, cell), { minLength: 6, maxLength: 25 });

  it("that are as far away are taken in the same order.", async () => {
    const params = fc.record({
      nNeighbors: fc.integer({ min: 1, max: 6 }),
      weights: fc.constantFrom("uniform" as const, "distance" as const),
      metric: fc.constantFrom("euclidean" as const, "manhattan" as const),
    });
    await fc.assert(
      fc.asyncProperty(tables, tables, params, async (rows, asked, given) => {
        const numbers = rows.map((_, row) => 2 ** row);
        const regressor = await new KNeighborsRegressor(given).fit(rows, numbers, options);
        const [got] = await inOnnx(regressor, asked);
        const expected = await regressor.predict(asked, options);
        for (const [i, value] of got!.prediction!.entries()) {
          expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("of bytes with a scale are found among what they stand for.", async () => {
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i * 97) % 256);
    const pixels = new Matrix(bytes, 20, 3, { scale: 1 / 255 });
    const y = Array.from({ length: 20 }, (_, row) => row % 3);
    const classifier = new KNeighborsClassifier({ weights: "distance", nNeighbors: 4 });
    await classifier.fit(pixels, y, options);
    const [got] = await inOnnx(classifier, pixels);
    expect(got!.label).toEqual(y);
    expect(Array.from(got!.probabilities!)).toEqual(y.flatMap((code) => [0, 1, 2].map((k) => (k === code ? 1 : 0))));
  });
});

describe("What ONNX cannot say of columns is refused:", () => {
  it("strings in the table that comes out.", async () => {
    const imputer = await new SimpleImputer({ strategy: "most_frequent" }).fit([["a"], [missing]], null, options);
    await expect(toOnnx(imputer)).rejects.toThrow("holds strings where numbers are needed; encode strings");
  });

  it("a table without columns.", async () => {
    const imputer = await new SimpleImputer().fit([[missing], [missing]], null, options);
    await expect(toOnnx(imputer)).rejects.toThrow("it leaves out every column of X; keepEmptyFeatures keeps them");
  });

  it("a category that is the string for what is missing.", async () => {
    const encoder = await new OrdinalEncoder().fit([[""], ["a"]], null, options);
    await expect(toOnnx(encoder)).rejects.toThrow('column 0 has the category ""');
  });

  it("a column that holds strings for one and numbers for another.", async () => {
    const imputer = new SimpleImputer({ strategy: "constant", fillValue: "none" });
    const columns = new ColumnTransformer({
      transformers: [
        ["number", new StandardScaler(), [1]],
        ["string", new OneHotEncoder(), [0]],
      ],
    });
    const pipeline = await chain(imputer, columns).fit([["a", 1]], null, options);
    await expect(toOnnx(pipeline)).rejects.toThrow("holds strings where numbers are needed");
  });
});
