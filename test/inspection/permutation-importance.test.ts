import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadIris } from "../../src/datasets.js";
import {
  DecisionTreeClassifier,
  inlinePool,
  LogisticRegression,
  Matrix,
  permutationImportance,
  type ScorerName,
  SVR,
} from "../../src/index.js";
import { featureImportancesPicture } from "../../src/report.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/permutation.py. */
const golden: {
  readonly cases: readonly {
    readonly estimator: "logistic" | "svr";
    readonly weighted: boolean;
    readonly params: { readonly random_state: number; readonly n_repeats?: number; readonly scoring?: ScorerName };
    readonly importances: readonly (readonly number[])[];
    readonly importancesMean: readonly number[];
    readonly importancesStd: readonly number[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/permutation.json", import.meta.url), "utf8"));

const { X, y } = loadIris();
const labels = Array.from(y as ArrayLike<number>);
/** The models themselves differ from scikit-learn's by some 1e-6, and the log of small probabilities by more. */
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe("permutationImportance", () => {
  for (const { estimator, weighted, params, ...expected } of golden.cases) {
    it(`of a ${estimator} with ${JSON.stringify(params)}${weighted ? " and weights" : ""} is scikit-learn's`, async () => {
      const isLogistic = estimator === "logistic";
      const table = isLogistic ? X : X.toArrays().map((row) => row.slice(0, 3));
      const target = isLogistic ? labels : X.toArrays().map((row) => row[3]!);
      const model = isLogistic
        ? new LogisticRegression({ tol: 1e-10, maxIter: 10_000 })
        : new SVR({ gamma: 0.1, tol: 1e-10 });
      await model.fit(table, target);
      const found = await permutationImportance(model, table, target, {
        randomState: params.random_state,
        nRepeats: params.n_repeats ?? 5,
        scoring: params.scoring ?? null,
        sampleWeight: weighted ? labels.map((_, row) => 1 + (row % 3)) : null,
      });
      expect(found.importances.toArrays()).toEqual(expected.importances.map(near));
      expect([...found.importancesMean]).toEqual(near(expected.importancesMean));
      expect([...found.importancesStd]).toEqual(near(expected.importancesStd));
    });
  }

  it("leaves X as it was, and is the same whatever X comes in", async () => {
    const bytes = new Matrix(
      Uint8Array.from(X.data, (value) => 10 * value),
      150,
      4,
    );
    const before = bytes.data.slice();
    const tree = await new DecisionTreeClassifier({ maxDepth: 3 }).fit(bytes, labels);
    const of = (table: Matrix | number[][]) =>
      permutationImportance(tree, table, labels, { randomState: 0, nRepeats: 2 });
    const found = await of(bytes);
    expect(bytes.data).toEqual(before);
    expect(await of(bytes.toArrays())).toEqual(found);
    const doubled = new Matrix(Uint8Array.from([...bytes.data, ...bytes.data]), 300, 4);
    expect(await of(doubled.take(labels.map((_, row) => row)))).toEqual(found);
  });

  it("asks about tables that are too large to be asked about together one by one", async () => {
    const [rows, cols] = [2200, 500];
    const wide = new Matrix(new Float64Array(rows * cols), rows, cols);
    for (let i = 0; i < rows; i++) wide.data[i * cols] = i % 2;
    const truth = Array.from({ length: rows }, (_, i) => i % 2);
    const tree = await new DecisionTreeClassifier({ maxDepth: 1 }).fit(wide, truth);
    const done: number[] = [];
    const stop = new AbortController();
    const found = permutationImportance(tree, wide, truth, {
      nRepeats: 1,
      randomState: 0,
      signal: stop.signal,
      onProgress: (progress) => {
        if (done.push(progress.done) === 2) stop.abort(new Error("enough"));
      },
    });
    await expect(found).rejects.toThrow("enough");
    expect(done).toEqual([1, 2]);
  });

  it("is on a pool of one what it is on workers, and tells how far it is", async () => {
    const tree = await new DecisionTreeClassifier({ maxDepth: 3 }).fit(X, labels);
    const told: number[] = [];
    const options = {
      randomState: 0,
      onProgress: ({ done, total }: { done: number; total: number }) => told.push(done / total),
    };
    const found = await permutationImportance(tree, X, labels, options);
    expect(told.at(-1)).toBe(1);
    expect(await permutationImportance(tree, X, labels, { randomState: 0, pool: inlinePool() })).toEqual(found);
  });

  it("is drawn with its spread", async () => {
    const tree = await new DecisionTreeClassifier({ maxDepth: 3 }).fit(X, labels);
    const found = await permutationImportance(tree, X, labels, { randomState: 0 });
    expect(await featureImportancesPicture(found)).toContain("±");
  });

  it("refuses an estimator that is not fitted, too few repeats and y of another length", async () => {
    const tree = new DecisionTreeClassifier({ maxDepth: 3 });
    await expect(permutationImportance(tree, X, labels)).rejects.toThrow("is not fitted yet");
    await tree.fit(X, labels);
    await expect(permutationImportance(tree, X, labels, { nRepeats: 0 })).rejects.toThrow(
      "nRepeats of permutationImportance must be an integer >= 1; got 0",
    );
    await expect(permutationImportance(tree, X, labels.slice(1))).rejects.toThrow("X has 150 rows and y has 149");
  });
});
