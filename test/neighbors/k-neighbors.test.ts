import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitAll } from "../../src/core/fit-all.js";
import { Matrix } from "../../src/core/matrix.js";
import { predictAll } from "../../src/core/predict-all.js";
import { KNeighborsClassifier } from "../../src/neighbors/k-neighbors-classifier.js";
import { KNeighborsRegressor } from "../../src/neighbors/k-neighbors-regressor.js";
import type { NeighborsParams } from "../../src/neighbors/neighbors-params.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { nearestRows } from "../kernels/reference/nearest-rows.js";

type Rows = readonly (readonly number[])[];
type Name = "floats" | "grid" | "wide";

interface Case {
  readonly on: Name;
  readonly metric: NeighborsParams["metric"];
  readonly weights: NeighborsParams["weights"];
  readonly k: number;
  /** No two of the distances are as large, nor the next one. */
  readonly unique: boolean;
  readonly distances: Rows;
  readonly indices: Rows;
  readonly own: Rows;
  readonly predict: readonly number[];
  readonly predictProba: Rows;
  readonly numbers: readonly number[];
}

const goldens: {
  readonly tables: Readonly<Record<Name, number[][]>>;
  readonly queries: Readonly<Record<Name, number[][]>>;
  readonly labels: Readonly<Record<Name, number[]>>;
  readonly targets: Readonly<Record<Name, number[]>>;
  readonly cases: readonly Case[];
} = JSON.parse(readFileSync(new URL("../golden/neighbors.json", import.meta.url), "utf8"));

function expectNear(found: ArrayLike<number>, expected: readonly number[]) {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(found[i]! - value), `at ${i}`).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
  }
}

const pool = inlinePool();

function countingPool() {
  let calls = 0;
  const counting = inlinePool();
  const run = counting.run.bind(counting);
  counting.run = (call, signal) => {
    calls++;
    return run(call, signal);
  };
  return { counting, calls: () => calls };
}

describe("scikit-learn's neighbours and answers are found:", () => {
  for (const { on, metric, weights, k, unique, ...golden } of goldens.cases) {
    test(`${on}, ${metric}, ${weights}, ${k}.`, async () => {
      const [X, queries] = [goldens.tables[on], goldens.queries[on]];
      const params = { nNeighbors: k, weights, metric };
      const classifier = await new KNeighborsClassifier(params).fit(X, goldens.labels[on], { pool });
      const found = await classifier.kneighbors(queries, { pool });
      expectNear(found.distances.data, golden.distances.flat());
      expectNear((await classifier.kneighbors(null, { pool })).distances.data, golden.own.flat());
      if (!unique) return;
      expect(found.indices.map((row) => [...row])).toEqual(golden.indices);
      expect(await classifier.predict(queries, { pool })).toEqual(golden.predict);
      expectNear((await classifier.predictProba(queries, { pool })).data, golden.predictProba.flat());
      const regressor = await new KNeighborsRegressor(params).fit(X, goldens.targets[on], { pool });
      expectNear(await regressor.predict(queries, { pool }), golden.numbers);
    });
  }

  test("enough of the cases have no ties.", () => {
    expect(goldens.cases.filter(({ unique }) => unique).length).toBeGreaterThan(10);
  });
});

const kinds = ["bytes", "scaled", "f32", "f64"] as const;

function tableOf(kind: (typeof kinds)[number], cells: readonly number[], cols: number): Matrix {
  const rows = cells.length / cols;
  if (kind === "bytes") return new Matrix(Uint8Array.from(cells), rows, cols);
  if (kind === "scaled") return new Matrix(Uint8Array.from(cells), rows, cols, { scale: 1 / 255 });
  const fractions = cells.map((cell) => cell / 7);
  return new Matrix(kind === "f32" ? Float32Array.from(fractions) : Float64Array.from(fractions), rows, cols);
}

const problem = fc
  .record({
    cols: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(64, 65, 130)),
    rows: fc.integer({ min: 1, max: 40 }),
    queries: fc.integer({ min: 1, max: 20 }),
    range: fc.constantFrom(2, 255),
    kind: fc.constantFrom(...kinds),
    queryKind: fc.constantFrom(...kinds),
    metric: fc.constantFrom("euclidean" as const, "manhattan" as const),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
  })
  .map((p) => {
    let state = p.seed;
    const cell = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 8) % (p.range + 1);
    };
    const X = tableOf(p.kind, Array.from({ length: p.rows * p.cols }, cell), p.cols);
    const queries = tableOf(p.queryKind, Array.from({ length: p.queries * p.cols }, cell), p.cols);
    return { ...p, X, queries, k: 1 + Math.floor(p.share * (p.rows - 1)) };
  });

test("Neighbours are those of the definition, to the bit, in whatever kind of table rows and queries come.", async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ X, queries, metric, k }) => {
      const y = new Int32Array(X.rows);
      const model = await new KNeighborsClassifier({ nNeighbors: k, metric }).fit(X, y, { pool });
      const { distances, indices } = await model.kneighbors(queries, { pool });
      const rows = X.toArrays();
      const expected = queries.toArrays().map((query) => nearestRows(rows, query, metric, k));
      expect(indices.map((row) => [...row])).toEqual(expected.map((row) => row.map(({ index }) => index)));
      const distanceOf = (sum: number) => (metric === "euclidean" ? Math.sqrt(sum) : sum);
      expect([...distances.data]).toEqual(expected.flat().map(({ sum }) => distanceOf(sum)));
    }),
    { numRuns: 150 },
  );
});

test.each(["euclidean", "manhattan"] as const)(
  "A search by %s distances that takes several calls finds them.",
  async (metric) => {
    const [rows, cols] = [8000, 2];
    const X = tableOf(
      "f64",
      Array.from({ length: rows * cols }, (_, i) => Math.imul(i, 2654435761) >>> 24),
      cols,
    );
    const { counting, calls } = countingPool();
    const model = await new KNeighborsRegressor({ nNeighbors: rows, metric }).fit(X, new Float64Array(rows));
    const { indices } = await model.kneighbors(X.take([3900, 7]), { pool: counting });
    expect(calls()).toBeGreaterThan(1);
    const table = X.toArrays();
    const expected = [3900, 7].map((i) => nearestRows(table, table[i]!, metric, rows).map(({ index }) => index));
    expect(indices.map((row) => [...row])).toEqual(expected);
  },
);

test.each(kinds)(
  "Many rows of %s are found by a tree, the same for any number of queries and on any pool.",
  async (kind) => {
    const [rows, cols] = [1200, 3];
    const cell = (_: unknown, i: number) => (Math.imul(i, 2654435761) >>> 16) % 24;
    const X = tableOf(kind, Array.from({ length: rows * cols }, cell), cols);
    const y = new Int32Array(rows);
    const model = await new KNeighborsClassifier({ nNeighbors: 7 }).fit(X, y, { pool });
    const queries = X.take(Array.from({ length: 2100 }, (_, i) => 3 * (i % 300)));
    const table = X.toArrays();
    const distinct = Array.from({ length: 300 }, (_, i) => nearestRows(table, table[3 * i]!, "euclidean", 7));
    const expected = Array.from({ length: queries.rows }, (_, i) => distinct[i % 300]!);
    const threads = threadPool({ workers: 2, sharedMemory: false });
    for (const [count, on] of [
      [2100, pool],
      [2100, threads],
      [20, pool],
      [3, pool],
    ] as const) {
      const asked = queries.take(Array.from({ length: count }, (_, i) => i));
      const { distances, indices } = await model.kneighbors(asked, { pool: on });
      const found = expected.slice(0, count);
      expect(indices.map((row) => [...row])).toEqual(found.map((row) => row.map(({ index }) => index)));
      expect([...distances.data]).toEqual(found.flat().map(({ sum }) => Math.sqrt(sum)));
    }
    await threads.close();
  },
);

test("A row is no neighbour of its own where the training rows are asked.", async () => {
  const model = await new KNeighborsRegressor({ nNeighbors: 2 }).fit([[0], [1], [1], [1], [5]], [0, 1, 2, 3, 4]);
  const { indices } = await model.kneighbors();
  expect(indices.map((row) => [...row])).toEqual([
    [1, 2],
    [2, 3],
    [1, 3],
    [1, 2],
    [1, 2],
  ]);
});

test("Candidates that differ in nNeighbors and weights share one search, and answer as each alone.", async () => {
  const { tables, queries, labels } = goldens;
  const candidates = [3, 1, 6].flatMap((nNeighbors) =>
    (["uniform", "distance"] as const).map((weights) => new KNeighborsClassifier({ nNeighbors, weights })),
  );
  for await (const _ of fitAll(candidates, tables.grid, labels.grid));
  const { counting, calls } = countingPool();
  const answers: unknown[] = [];
  for await (const [i, answer] of predictAll(candidates, queries.grid, "predictProba", { pool: counting })) {
    answers[i] = (answer as Matrix).data;
  }
  expect(calls()).toBe(1);
  for (const [i, { params }] of candidates.entries()) {
    const alone = await new KNeighborsClassifier(params).fit(tables.grid, labels.grid);
    expect(answers[i]).toEqual((await alone.predictProba(queries.grid)).data);
  }
});

test("More neighbours than rows are refused by an error that names both.", async () => {
  await expect(new KNeighborsClassifier().fit([[1], [2], [3]], [0, 1, 0])).rejects.toThrow(
    "nNeighbors of KNeighborsClassifier must be an integer from 1 to 3, the rows that it can choose from; got 5",
  );
  const model = await new KNeighborsRegressor({ nNeighbors: 1 }).fit([[1], [2], [3]], [0, 1, 0]);
  await expect(model.kneighbors(null, { nNeighbors: 3 })).rejects.toThrow("from 1 to 2, the rows");
});

test("Distances beyond f64 are refused with the row of the query.", async () => {
  const model = await new KNeighborsRegressor({ nNeighbors: 1 }).fit([[1e200]], [1]);
  await expect(model.predict([[1e200], [-1e200]])).rejects.toThrow("X holds values in row 1 whose distance");
});
