import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearRegression } from "../../src/linear/linear-regression.js";
import { expectNear, goldens, titleOf } from "./regressions.js";

/** Columns that nearly depend on each other cost as many digits as their condition number has. */
const WITHIN = { tall: 1e-12, wide: 1e-12, dependent: 1e-12, collinear: 1e-8 };

describe("scikit-learn's coefficients, intercept and rank are found:", () => {
  for (const golden of goldens.ols) {
    test(`${titleOf(golden)}.`, async () => {
      const { on, weighted, fitIntercept } = golden;
      const model = new LinearRegression({ fitIntercept });
      await model.fit(goldens.tables[on], goldens.targets[on], { sampleWeight: weighted ? goldens.weights[on] : null });
      expect(model.rank).toBe(golden.rank);
      expectNear(model.coef, golden.coef, WITHIN[on]);
      expectNear([model.intercept], [golden.intercept], WITHIN[on]);
    });
  }
});

const problem = fc
  .record({ rows: fc.integer({ min: 1, max: 600 }), cols: fc.integer({ min: 1, max: 6 }), seed: fc.nat(1000) })
  .map(({ rows, cols, seed }) => {
    const cell = (i: number, j: number) => (((i + 7) * 2654435761 + (j + 1) * (seed + 3) * 40503) % 1009) / 100 - 5;
    return {
      X: Array.from({ length: rows }, (_, i) => Array.from({ length: cols }, (_, j) => cell(i, j))),
      y: Array.from({ length: rows }, (_, i) => cell(i, 17)),
    };
  });

test("What is left over is orthogonal to every column and sums to 0.", async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ X, y }) => {
      const predicted = await (await new LinearRegression().fit(X, y)).predict(X);
      const rest = y.map((value, i) => value - predicted[i]!);
      expect(Math.abs(rest.reduce((a, b) => a + b))).toBeLessThan(1e-8);
      for (const j of X[0]!.keys()) {
        expect(Math.abs(rest.reduce((sum, value, i) => sum + value * X[i]![j]!, 0))).toBeLessThan(1e-7);
      }
    }),
    { numRuns: 30 },
  );
});

test("Numbers whose squares are beyond f64 are refused.", async () => {
  await expect(new LinearRegression().fit([[1e200], [-1e200], [3e199]], [1, 2, 3])).rejects.toThrow(
    "X holds numbers too large for LinearRegression",
  );
});
