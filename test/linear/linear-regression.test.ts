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

test("Of coefficients that fit equally well the shortest are found, and columns that nearly depend on others count.", async () => {
  const apart = fc.constantFrom(0, 1e-9, 1e-3);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 90 }), apart, fc.nat(50), async (n, apart, seed) => {
      const cell = (i: number, j: number) => (((i + 7) * 2654435761 + (j + 1) * (seed + 3) * 40503) % 1009) % 9;
      const X = Array.from({ length: n }, (_, i) => {
        const [a, b, c] = [cell(i, 0), cell(i, 1) - 4, cell(i, 5) < 7 ? 0 : 1];
        return [a, 0, b, c, 2 * c, a - b + 3 + apart * cell(i, 11)];
      });
      const y = X.map((row, i) => row[0]! - 2 * row[2]! + 3 * row[3]! + cell(i, 17) / 10);
      const { coef, rank } = await new LinearRegression().fit(X, y);
      expect(rank).toBe(apart === 0 ? 3 : 4);
      // A direction that changes no prediction has no part in them.
      const size = Math.max(...coef.map(Math.abs));
      expect(coef[1]).toBe(0);
      expect(Math.abs(2 * coef[3]! - coef[4]!)).toBeLessThan(1e-6 * size);
      if (apart === 0) expect(Math.abs(coef[0]! - coef[2]! - coef[5]!)).toBeLessThan(1e-9);
    }),
    { numRuns: 30 },
  );
});

test("Numbers whose squares are beyond f64 are refused.", async () => {
  await expect(new LinearRegression().fit([[1e200], [-1e200], [3e199]], [1, 2, 3])).rejects.toThrow(
    "X holds numbers too large for LinearRegression",
  );
});
