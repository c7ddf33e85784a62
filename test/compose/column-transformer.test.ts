import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { ColumnTransformer } from "../../src/compose/column-transformer.js";
import { Pipeline } from "../../src/compose/pipeline.js";
import { fitEach } from "../../src/core/fit-all.js";
import type { Label } from "../../src/core/labels.js";
import { Matrix } from "../../src/core/matrix.js";
import type { ParamGrid, Path } from "../../src/core/paths.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { GridSearchCV } from "../../src/model-selection/grid-search-cv.js";
import { OneHotEncoder } from "../../src/preprocessing/one-hot-encoder.js";
import { OrdinalEncoder } from "../../src/preprocessing/ordinal-encoder.js";
import { SimpleImputer } from "../../src/preprocessing/simple-imputer.js";
import { StandardScaler } from "../../src/preprocessing/standard-scaler.js";
import { difference } from "../../src/testing/difference.js";
import { Counter, count, reset, Times } from "../ensemble/toys.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/column_transformer.py. */
const golden = JSON.parse(readFileSync(new URL("../golden/column-transformer.json", import.meta.url), "utf8")) as {
  readonly X: readonly (readonly (Label | null)[])[];
  readonly y: readonly number[];
  readonly cases: readonly { readonly remainder: "drop" | "passthrough"; readonly transform: number[][] }[];
  readonly probabilities: number[][];
};
const people = golden.X.map((row) => row.map((cell) => cell ?? Number.NaN));

const columnsOf = (remainder: "drop" | "passthrough") =>
  new ColumnTransformer({
    transformers: [
      [
        "numbers",
        new Pipeline({
          steps: [
            ["fill", new SimpleImputer({ strategy: "median" })],
            ["scale", new StandardScaler()],
          ],
        }),
        [0, 2],
      ],
      [
        "place",
        new Pipeline({
          steps: [
            ["fill", new SimpleImputer({ strategy: "most_frequent" })],
            ["encode", new OneHotEncoder()],
          ],
        }),
        [1],
      ],
      ["size", new OrdinalEncoder({ categories: [["small", "medium", "large"]] }), { from: 3, to: 4 }],
    ],
    remainder,
  });

function expectNear(actual: number[][], expected: number[][], within: number) {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(Math.abs(actual[i]![j]! - value)).toBeLessThanOrEqual(within);
  }
}

describe("Rows of numbers, words and missing values", () => {
  for (const { remainder, transform } of golden.cases) {
    test(`become what scikit-learn makes of them (remainder ${remainder}).`, async () => {
      expectNear((await columnsOf(remainder).fitTransform(people)).toArrays(), transform, 1e-12);
    });
  }

  test("are learnt from in a pipeline as by scikit-learn.", async () => {
    const clf = new LogisticRegression({ tol: 1e-8, maxIter: 1000 });
    const pipe = new Pipeline({ steps: [["columns", columnsOf("passthrough")], ["clf", clf]] }); // biome-ignore format: short
    await pipe.fit(people, golden.y);
    expectNear((await pipe.predictProba(people)).toArrays(), golden.probabilities, 1e-5);
  });

  test("are searched by paths of any depth, which the compiler knows.", async () => {
    const pipe = new Pipeline({ steps: [["columns", columnsOf("drop")], ["clf", new LogisticRegression()]] }); // biome-ignore format: short
    type Paths = Path<typeof pipe>;
    expectTypeOf<"columns__numbers__fill__strategy">().toExtend<Paths>();
    expectTypeOf<"columns__remainder">().toExtend<Paths>();
    expectTypeOf<"columns__numbers__fill__strateg">().not.toExtend<Paths>();
    expectTypeOf<{ columns__numbers__scale__withMean: number[] }>().not.toExtend<ParamGrid<typeof pipe>>();
    const paramGrid = {
      columns__numbers__fill__strategy: ["mean", "median"],
      columns__remainder: ["drop", "passthrough"],
    } as const;
    const search = await new GridSearchCV({ estimator: pipe, paramGrid, cv: 3 }).fit(people, golden.y);
    expect(search.bestScore).toBeGreaterThan(0.5);
    expect(search.cvResults.length).toBe(4);
  });

  test("that pass through stay as they are.", async () => {
    const kept = await new ColumnTransformer({ transformers: [["words", "passthrough", [3, 1]]] }).fitTransform(people);
    expect(kept.labels!.slice(0, 2)).toEqual(people[0]!.filter((_, j) => j === 3 || j === 1).reverse());
    expect(kept.at(4, 1)).toBeNaN();
  });
});

const X = Array.from({ length: 9 }, (_, i) => [i / 4, (i * 3) % 5, i]);
const y = X.map((_, i) => i % 3);
const make = () =>
  new Pipeline({
    steps: [
      [
        "columns",
        new ColumnTransformer({
          transformers: [
            ["a", new Times(), [0]],
            ["b", new Times(), [1, 2]],
            ["c", "drop", [0]],
          ],
        }),
      ],
      ["clf", new Counter()],
    ],
  });

beforeEach(() => reset());

test("Candidates share their parts: each part of a product grid is fitted once, with the bits of an independent fit.", async () => {
  const patches = [2, 5].flatMap((a) =>
    [3, 4, 6].flatMap((b) => [1, 2].map((depth) => ({ columns__a__by: a, columns__b__by: b, clf__depth: depth }))),
  );
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  expect(count).toMatchObject({ scales: 2 + 3, transforms: 2 + 3 });
  for (const [i, patch] of patches.entries()) {
    expect(difference(shared[i]!.state, (await make().clone(patch).fit(X, y)).state)).toBeNull();
  }
});

test("Bytes stay bytes for who takes them, f32 stays f32, and columns may come twice and in any order.", async () => {
  const twice = () => new ColumnTransformer({ transformers: [["x", "passthrough", [2, 0]], ["y", "passthrough", [2]]] }); // biome-ignore format: short
  const bytes = new Matrix(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 3, { scale: 0.5 });
  expect((await twice().fitTransform(bytes)).toArrays()).toEqual([[1.5, 0.5, 1.5], [3, 2, 3]]); // biome-ignore format: rows
  const single = new Matrix(Float32Array.of(1, 2, 3), 1, 3);
  expect((await twice().fitTransform(single)).data).toEqual(Float32Array.of(3, 1, 3));
  const alone = new ColumnTransformer({ transformers: [["x", "passthrough", [2]]] });
  expect((await alone.fitTransform(bytes)).data).toEqual(Uint8Array.of(3, 6));
});

test("What cannot be is refused in a sentence, with the column of X.", async () => {
  const learn = (
    transformers: readonly (readonly [string, StandardScaler | Counter | "drop" | "passthrough", number[]])[],
    rows = X,
  ) => new ColumnTransformer({ transformers }).fit(rows);
  await expect(learn([["a", "drop", [0]]])).rejects.toThrow("must leave a column; got none but drops");
  await expect(learn([["a", "passthrough", [3]]])).rejects.toThrow(
    'transformers of ColumnTransformer must name columns of X, which has 3; got column 3 for "a"',
  );
  await expect(learn([["a", new Counter(), [0]]])).rejects.toThrow(
    'transformers of ColumnTransformer must be transformers; got "a" (Counter), which is none',
  );
  await expect(learn([["a", "drop", [0]], ["a", "drop", [1]]])).rejects.toThrow('names that differ; got "a" twice'); // biome-ignore format: short
  const words = people.map((row) => row.slice(0, 2)) as unknown as number[][];
  const refusal = learn([["a", new StandardScaler(), [0]], ["b", new StandardScaler(), [1]], ["c", "passthrough", [1]]], words); // biome-ignore format: short
  await expect(refusal).rejects.toThrow("in the table of the columns 1 of X: X must hold numbers");
});
