import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fitEach } from "../../src/core/fit-all.js";
import { GaussianNB } from "../../src/naive-bayes/gaussian-nb.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/gaussian_nb.py. */
const goldens = JSON.parse(readFileSync(new URL("../golden/gaussian-nb.json", import.meta.url), "utf8")) as {
  readonly X: readonly number[][];
  readonly y: readonly string[];
  readonly weight: readonly number[];
  readonly asked: readonly number[][];
  readonly cases: readonly {
    readonly weighted: boolean;
    readonly priors: readonly number[] | null;
    readonly varSmoothing: number;
    readonly classPrior: readonly number[];
    readonly theta: readonly number[][];
    readonly var: readonly number[][];
    readonly predict: readonly string[];
    readonly predictProba: readonly number[][];
  }[];
};
const { X, y, weight, asked } = goldens;

/** To 1e-11 of each number, which sums over columns near 1000 leave of 16 digits. */
function expectNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(1e-11 * Math.max(Math.abs(value), 1e-3));
  }
}

describe("scikit-learn's means, variances, classes and probabilities are found:", () => {
  for (const golden of goldens.cases) {
    const { weighted, priors, varSmoothing } = golden;
    test(`${weighted ? "weighted" : "unweighted"}, priors ${JSON.stringify(priors)}, varSmoothing ${varSmoothing}.`, async () => {
      const model = new GaussianNB({ priors, varSmoothing });
      await model.fit(X, y, { sampleWeight: weighted ? weight : null });
      expectNear(model.classPrior, golden.classPrior);
      expectNear(model.theta.data, golden.theta.flat());
      expectNear(model.var.data, golden.var.flat());
      expect(await model.predict(asked)).toEqual(golden.predict);
      expectNear((await model.predictProba(asked)).data, golden.predictProba.flat());
    });
  }
});

test("Candidates share one pair of passes over the rows, and get what each alone would.", async () => {
  const make = () => [
    new GaussianNB(),
    new GaussianNB({ varSmoothing: 0.1 }),
    new GaussianNB({ priors: [0.1, 0.1, 0.8] }),
  ];
  const [together, alone] = [make(), make()];
  await fitEach(together, X, y);
  for (const one of alone) await one.fit(X, y);
  expect(together.map(({ state }) => state)).toEqual(alone.map(({ state }) => state));
  expect(together[0]!.theta.data).toBe(together[1]!.theta.data);
});

test("A row far from every class still has probabilities that sum to 1.", async () => {
  const model = await new GaussianNB().fit(X, y);
  const { data } = await model.predictProba([[1e6, -1e6, 0]]);
  expect(Array.from(data).reduce((a, b) => a + b)).toBe(1);
});

test("Where no column varies, the priors decide.", async () => {
  const model = await new GaussianNB().fit([[1], [1], [1]], ["a", "b", "b"]);
  expect(await model.predict([[1]])).toEqual(["b"]);
  expectNear((await model.predictProba([[1]])).data, [1 / 3, 2 / 3]);
});

test("Columns that do not vary in a class, and priors of other classes, are refused.", async () => {
  const flat = [[1, 2], [1, 3], [4, 2], [5, 3]]; // biome-ignore format: rows
  const labels = ["a", "a", "b", "b"];
  await expect(new GaussianNB({ varSmoothing: 0 }).fit(flat, labels)).rejects.toThrow(
    "column 0 of X does not vary in class a, which GaussianNB needs; raise varSmoothing",
  );
  await expect(new GaussianNB({ priors: [0.5, 0.25, 0.25] }).fit(flat, labels)).rejects.toThrow(
    "priors of GaussianNB must have a number for each of the 2 classes of y; got 3",
  );
});
