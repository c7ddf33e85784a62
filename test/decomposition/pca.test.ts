import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { fitEach } from "../../src/core/fit-all.js";
import { Workspace } from "../../src/core/workspace.js";
import { PCA } from "../../src/decomposition/pca.js";
import { symmetricEigen } from "../../src/decomposition/symmetric-eigen.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { difference } from "../../src/testing/difference.js";

const ctx: RunContext = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };

type Rows = readonly (readonly number[])[];
const FACTS = ["explainedVariance", "explainedVarianceRatio", "singularValues", "mean"] as const;

/** Values of scikit-learn 1.9.1; made by test/golden/make/pca.py. */
const golden = JSON.parse(readFileSync(new URL("../golden/pca.json", import.meta.url), "utf8")) as {
  readonly tables: Readonly<Record<"tall" | "wide", Rows>>;
  readonly cases: readonly ({
    readonly on: "tall" | "wide";
    readonly nComponents: number | null;
    readonly whiten: boolean;
    readonly noiseVariance: number;
  } & Readonly<Record<(typeof FACTS)[number], readonly number[]>> &
    Readonly<Record<"components" | "transform" | "inverse", Rows>>)[];
};

function expectNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const bound = 1e-10 * Math.max(1, ...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(bound);
}

describe("What scikit-learn finds is found:", () => {
  for (const { on, nComponents, whiten, ...expected } of golden.cases) {
    test(`${on}, nComponents ${nComponents}${whiten ? ", whitened" : ""}.`, async () => {
      const X = golden.tables[on];
      const pca = await new PCA({ nComponents, whiten }).fit(X);
      for (const fact of FACTS) expectNear(pca[fact], expected[fact]);
      expectNear(pca.components.data, expected.components.flat());
      expectNear([pca.noiseVariance], [expected.noiseVariance]);
      const Z = await pca.transform(X.slice(0, 4).map((row) => row.map((value) => value + 1)));
      expectNear(Z.data, expected.transform.flat());
      expectNear((await pca.inverseTransform(Z)).data, expected.inverse.flat());
    });
  }
});

test("Components of fewer rows than columns, and of a rank below both, are orthonormal all the same.", async () => {
  for (const X of [
    golden.tables.wide,
    golden.tables.tall.map((row) => row.map((value) => Math.round(value) * 0 + row[0]!)),
  ]) {
    const rows = (await new PCA().fit(X)).components.toArrays();
    for (const [i, a] of rows.entries()) {
      for (const [j, b] of rows.entries()) {
        const dot = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12);
      }
    }
  }
});

test("Candidates that share a decomposition have the bits of independent fits.", async () => {
  for (const X of [golden.tables.tall, golden.tables.wide]) {
    const all = [1, 3, 0.5, null].flatMap((nComponents) =>
      [true, false].map((whiten) => new PCA({ nComponents, whiten })),
    );
    await fitEach(all, X);
    for (const one of all) expect(difference(one.state, (await one.clone().fit(X)).state)).toBeNull();
  }
});

test("Eigenvectors are orthonormal and make the table again, whatever its size, clusters and zeros.", async () => {
  const table = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.array(fc.array(fc.constantFrom(0, 0, 1, -1, 2.5, 1e-9, 1e6), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  );
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const n = rows.length;
      const lower = rows.map((row, i) => Float64Array.from(row.slice(0, i + 1)));
      const { values, vectors } = await symmetricEigen(lower, n, ctx);
      const size = Math.max(1, ...rows.flat().map(Math.abs));
      for (let i = 0; i < n; i++) {
        if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!);
        for (let j = 0; j <= i; j++) {
          const made = vectors.reduce((sum, vector, k) => sum + values[k]! * vector[i]! * vector[j]!, 0);
          expect(Math.abs(made - lower[i]![j]!)).toBeLessThan(1e-12 * n * size);
          const dot = vectors[i]!.reduce((sum, value, k) => sum + value * vectors[j]![k]!, 0);
          expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12);
        }
      }
    }),
  );
});

test("More components than there are, and a single row, are refused.", async () => {
  await expect(new PCA({ nComponents: 7 }).fit(golden.tables.tall)).rejects.toThrow(
    "nComponents of PCA must be at most 6, the least of rows and features of X; got 7",
  );
  await expect(new PCA().fit([[1, 2]])).rejects.toThrow("X must have at least 2 rows for PCA; got 1");
});
