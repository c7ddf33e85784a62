import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FOLDS, foldsOf } from "../../src/svm/calibration.js";
import { SVC } from "../../src/svm/svc.js";
import { plattScaling } from "../kernels/reference/svm-probabilities.js";
import { kernels, type SmallProblem, smallProblem, smallProblems } from "./small-problems.js";

const SEED = 11;
const settings = { tol: 1e-5, C: 2 };

/** Platt's A and B of a pair, from models that were fitted without the rows that they are asked about. */
async function plain({ X, y }: SmallProblem, [a, b]: readonly [number, number], pair: number, params: object) {
  const rows = [a, b].flatMap((code) => y.flatMap((own, row) => (own === code ? [row] : [])));
  const folds = foldsOf(rows.length, SEED, pair);
  const decisions = new Array<number>(rows.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = rows.filter((_, t) => folds[t] !== fold);
    const left = [a, b].map((code) => others.filter((row) => y[row] === code).length);
    const asked = [...rows.keys()].filter((t) => folds[t] === fold);
    if (left.includes(0)) {
      for (const t of asked) decisions[t] = Math.sign(left[0]! - left[1]!);
      continue;
    }
    const model = await new SVC(params).fit(
      others.map((row) => X[row]!),
      others.map((row) => y[row]!),
    );
    const values = await model.decisionFunction(asked.map((t) => X[rows[t]!]!));
    // Positive for the second class, as scikit-learn's; Platt's are positive for the first.
    for (const [i, t] of asked.entries()) decisions[t] = -values.at(i, 0);
  }
  const firsts = rows.filter((row) => y[row] === a).length;
  return plattScaling(decisions.slice(0, firsts), decisions.slice(firsts));
}

describe("The sigmoids of SVC", () => {
  it("come from decision values of models that have not seen the row", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, kernels, async (problem, kernel) => {
        const params = { ...kernel, ...settings };
        const model = await new SVC({ ...params, probability: true, randomState: SEED }).fit(problem.X, problem.y);
        let pair = 0;
        for (let a = 0; a < problem.classes; a++) {
          for (let b = a + 1; b < problem.classes; b++, pair++) {
            const [A, B] = await plain(problem, [a, b], pair, params);
            // Decision values that hardly differ at all make sigmoids out of their rounding.
            if (Math.abs(A) > 100) continue;
            expect(Math.abs(model.probA[pair]! - A)).toBeLessThan(1e-3 * (1 + Math.abs(A)));
            expect(Math.abs(model.probB[pair]! - B)).toBeLessThan(1e-3 * (1 + Math.abs(B)));
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("are made where a class has fewer rows than there are folds, even one", async () => {
    const { X } = smallProblem(12, 2, 2, false, 4);
    const y = X.map((_, i) => Number(i === 5));
    const problem = { X, y, classes: 2, z: [] };
    const params = { kernel: "rbf", gamma: 0.5, ...settings } as const;
    const model = await new SVC({ ...params, probability: true, randomState: SEED }).fit(X, y);
    const [A, B] = await plain(problem, [0, 1], 0, params);
    expect(model.probA[0]).toBeCloseTo(A, 4);
    expect(model.probB[0]).toBeCloseTo(B, 4);
  });

  it("depend on the random state, and on nothing that differs from run to run", async () => {
    const { X, y } = smallProblem(30, 2, 3, false, 9);
    const of = async (randomState: number) => (await new SVC({ probability: true, randomState }).fit(X, y)).probA;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });
});

describe("Folds of a calibration", () => {
  it("are five of equal sizes, but for one row, each row being in one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat({ max: 50 }), (n, seed, pair) => {
        const folds = foldsOf(n, seed, pair);
        const sizes = Array.from({ length: FOLDS }, (_, fold) => folds.filter((own) => own === fold).length);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(n);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
