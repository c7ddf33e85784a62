import { describe, expect, it } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import { SVC } from "../../src/svm/svc.js";
import { dotProducts, judgeClassification, judgeRegression, missesOf, TOL } from "./judge.js";
import { classifications, load, probabilities, regressions, titleOf } from "./problems.js";

describe("SVC finds what LIBSVM finds:", () => {
  for (const golden of [...classifications("kernels"), ...classifications("options")]) {
    it(titleOf(golden), async () => expect(missesOf(await judgeClassification(golden))).toBe(""));
  }
});

describe("SVR finds what LIBSVM finds:", () => {
  for (const golden of regressions()) {
    it(titleOf(golden), async () => expect(missesOf(await judgeRegression(golden))).toBe(""));
  }
});

describe("A function as kernel", () => {
  it("finds what the built-in kernel finds.", async () => {
    const { X, y, heldOut } = load("wine");
    const params = { C: 1, tol: TOL };
    const kernel = (A: Matrix, B: Matrix) => dotProducts(A, B);
    const own = await new SVC({ ...params, kernel }).fit(X, y);
    const built = await new SVC({ ...params, kernel: "linear" }).fit(X, y);
    expect([...own.support]).toEqual([...built.support]);
    const expected = (await built.decisionFunction(heldOut)).data;
    const actual = (await own.decisionFunction(heldOut)).data;
    expect(Math.max(...Array.from(actual, (value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  });
});

describe("Probabilities are as near to LIBSVM's as those of two of its random states are to each other:", () => {
  const meanApart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((total, value, i) => total + Math.abs(value - b[i]!), 0) / a.length;
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

  for (const { on, params, rows, bySeed } of probabilities()) {
    it(`${on}, C ${params.C}.`, async () => {
      const { X, y, heldOut } = load(on);
      const few = heldOut.take(Array.from({ length: rows }, (_, i) => i));
      const between = mean(bySeed.flatMap((a, i) => bySeed.slice(i + 1).map((b) => meanApart(a, b))));
      const off: number[] = [];
      for (const randomState of [0, 1, 2, 3, 4]) {
        const model = await new SVC({ ...params, probability: true, randomState }).fit(X, y);
        const ours = (await model.predictProba(few)).data;
        off.push(...bySeed.map((theirs) => meanApart(ours, theirs)));
      }
      expect(mean(off) / between).toBeLessThanOrEqual(1.5);
    });
  }
});
