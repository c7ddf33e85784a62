import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallProblem, smallProblems } from "../svm/small-problems.js";
import { pairProblem, regressionProblem, type SmoProblem, smo } from "./reference/smo.js";
import { exp, gram, gridOf, kernelValue } from "./reference/svm-kernel-values.js";

describe("The references of support vector machines", () => {
  it("have an exponential that agrees with the engine's to 12 digits", () => {
    const close = (min: number, max: number) =>
      fc.assert(
        fc.property(fc.double({ min, max, noNaN: true }), (x) => {
          expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-12);
        }),
        { numRuns: 1000 },
      );
    close(-700, 700);
    close(-1, 1);
    expect([exp(0), exp(-1e300), exp(-708)]).toEqual([1, exp(-708), exp(-1e9)]);
    expect(exp(1e300)).toBe(exp(709));
  });

  it("have kernels that agree with their formulas, on a grid and off it", () => {
    fc.assert(
      fc.property(smallProblems, fc.double({ min: 0.01, max: 2, noNaN: true }), ({ X }, gamma) => {
        const q = gridOf(X, true);
        for (const b of X) {
          const a = X[0]!;
          const product = a.reduce((sum, x, j) => sum + x * b[j]!, 0);
          const square = a.reduce((sum, x, j) => sum + (x - b[j]!) ** 2, 0);
          const value = (kernel: Parameters<typeof kernelValue>[3]["kernel"]) =>
            kernelValue(a, b, q, { kernel, gamma, degree: 3, coef0: 0.5 });
          expect(value("linear")).toBeCloseTo(product, 9);
          const cube = (gamma * product + 0.5) ** 3;
          expect(Math.abs(value("poly") - cube)).toBeLessThan(1e-9 * (1 + Math.abs(cube)));
          expect(value("rbf")).toBeCloseTo(Math.exp(-gamma * square), 9);
          expect(value("sigmoid")).toBeCloseTo(Math.tanh(gamma * product + 0.5), 12);
        }
      }),
    );
  });

  it("see a grid where there is one", () => {
    expect(
      gridOf(
        [
          [1, -2],
          [0, 32767 / 2 + 0.5],
        ],
        true,
      ),
    ).toBe(1);
    expect(
      gridOf(
        [
          [1, 2],
          [0, 0.25],
        ],
        true,
      ),
    ).toBe(100);
    expect(gridOf([[3 / 255, 17 / 255]], true)).toBe(255);
    expect(gridOf([[Math.fround(3 / 255), 1]], false)).toBe(255);
    expect(gridOf([[Math.fround(3 / 255), 1]], true)).toBe(null);
    expect(gridOf([[1 / 256, -5 / 16]], true)).toBe(256);
    expect(gridOf([[32768]], true)).toBe(null);
    expect(gridOf([[23170, 0]], true)).toBe(1);
    expect(gridOf([[23170, 23170]], true)).toBe(null);
  });

  it("have a solver that ends where no pair of variables violates the conditions by the tolerance", () => {
    const check = ({ K, y, p, C, tol }: SmoProblem, { alpha, F, rho }: ReturnType<typeof smo>) => {
      expect(alpha.reduce((sum, a, t) => sum + a * y[t]!, 0)).toBeCloseTo(0, 9);
      alpha.forEach((a, t) => {
        expect(a).toBeGreaterThanOrEqual(0);
        expect(a).toBeLessThanOrEqual(C[t]!);
        const slope = p[t]! + y[t]! * alpha.reduce((sum, b, s) => sum + b * y[s]! * K(s, t), 0);
        expect(F[t]).toBeCloseTo(-y[t]! * slope, 6);
        const violation = slope - y[t]! * rho;
        if (a < C[t]!) expect(violation).toBeGreaterThan(-tol * 1.0001);
        if (a > 0) expect(violation).toBeLessThan(tol * 1.0001);
      });
    };
    fc.assert(
      fc.property(smallProblems, fc.constantFrom(0.1, 5), ({ X, y, z }, C) => {
        const K = gram(X, null, { kernel: "rbf", gamma: 0.3, degree: 3, coef0: 0 });
        const rows = [...y.keys()].sort((a, b) => Math.min(1, y[a]!) - Math.min(1, y[b]!));
        const sorted = rows.map((i) => Float32Array.from(rows, (j) => K[i]![j]!));
        const bounds = rows.map((i) => C * (i % 5));
        const zeros = y.filter((code) => code === 0).length;
        const pair = pairProblem(sorted, zeros, bounds, 1e-3, 1e5);
        check(pair, smo(pair));
        const regression = regressionProblem(K, z, 0.2, bounds, 1e-3, 1e5);
        check(regression, smo(regression));
      }),
      { numRuns: 30 },
    );
  });

  it("have a solver that says when it was stopped", () => {
    const { X, y } = smallProblem(20, 3, 2, false, 1);
    const rows = [...y.keys()].sort((a, b) => y[a]! - y[b]!);
    const K = gram(
      rows.map((row) => X[row]!),
      null,
      { kernel: "linear", gamma: 1, degree: 3, coef0: 0 },
    );
    const solve = (maxIter: number) =>
      smo(
        pairProblem(
          K,
          y.filter((code) => code === 0).length,
          y.map(() => 9),
          1e-6,
          maxIter,
        ),
      );
    const whole = solve(1e6);
    expect(whole.converged).toBe(true);
    expect(whole.iterations).toBeGreaterThan(3);
    expect(solve(whole.iterations)).toEqual(whole);
    expect(solve(whole.iterations - 1)).toMatchObject({ converged: false, iterations: whole.iterations - 1 });
  });
});
