import fc from "fast-check";
import { loadDigits } from "trellis-learn/datasets";
import { afterAll, describe, expect, it } from "vitest";
import {
  ExtraTreesClassifier,
  ExtraTreesRegressor,
  fitEach,
  inlinePool,
  Matrix,
  type TreeModel,
  threadPool,
} from "../../src/index.js";
import golden from "../golden/extra-trees.json" with { type: "json" };

const digits = loadDigits();
const labels = Array.from(digits.y as ArrayLike<number>);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const X = digits.X.take(range(0, 1000));
const y = labels.slice(0, 1000);
const held = digits.X.take(range(1000, 1797));
const yHeld = labels.slice(1000);
const small = digits.X.take(range(0, 120));
const ySmall = labels.slice(0, 120);

const pools = [0, 2].map((workers) => threadPool({ workers }));
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** Mean of the scores with seeds 0 to 5, of 30 trees each. */
async function meanScore(make: (seed: number) => ExtraTreesClassifier | ExtraTreesRegressor): Promise<number> {
  let sum = 0;
  for (const seed of range(0, 6)) sum += await (await make(seed).fit(X, y, { pool: pools[0] })).score(held, yHeld);
  return sum / 6;
}

describe("extremely randomised trees", () => {
  // The standard error of a mean of six is below .003, for scikit-learn and here.
  it.each([
    ["gini", (randomState: number) => new ExtraTreesClassifier({ nEstimators: 30, randomState })],
    [
      "entropy",
      (randomState: number) =>
        new ExtraTreesClassifier({
          nEstimators: 30,
          randomState,
          criterion: "entropy",
          minSamplesLeaf: 3,
          bootstrap: true,
        }),
    ],
    ["squaredError", (randomState: number) => new ExtraTreesRegressor({ nEstimators: 30, randomState })],
  ] as const)("score within .01 of scikit-learn's mean over seeds on digits: %s", async (name, make) => {
    expect(Math.abs((await meanScore(make)) - golden[name])).toBeLessThan(0.01);
  });

  it("split each node at a threshold of at least its least value and below its greatest", async () => {
    const { trees } = await new ExtraTreesClassifier({ nEstimators: 10, randomState: 0 }).fit(X, y);
    const check = (tree: TreeModel, node: number, rows: readonly number[]): number => {
      expect(rows.length).toBe(tree.samples[node]);
      const feature = tree.feature[node]!;
      if (feature < 0) return 0;
      const threshold = tree.threshold[node]!;
      const values = rows.map((row) => X.at(row, feature));
      expect(threshold).toBeGreaterThanOrEqual(Math.min(...values));
      expect(threshold).toBeLessThan(Math.max(...values));
      const left = rows.filter((row) => X.at(row, feature) <= threshold);
      const right = rows.filter((row) => X.at(row, feature) > threshold);
      return 1 + check(tree, node + 1, left) + check(tree, tree.right[node]!, right);
    };
    for (const tree of trees) expect(check(tree, 0, range(0, 1000))).toBeGreaterThan(100);
  });

  it("draw thresholds uniformly between the values of a node, where forests take the middle", async () => {
    const trees = await new ExtraTreesClassifier({ nEstimators: 2000, randomState: 0 }).fit([[-1], [3]], [0, 1]);
    const drawn = trees.trees.map(({ threshold }) => (threshold[0]! + 1) / 4).sort((a, b) => a - b);
    // Kolmogorov and Smirnov's distance from the uniform distribution: above 1.95 / sqrt(n) once in a thousand seeds.
    const distance = Math.max(...drawn.map((u, i) => Math.max(u - i / 2000, (i + 1) / 2000 - u)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(2000));
  });

  it("draw between values whose difference is no number", async () => {
    const { trees } = await new ExtraTreesRegressor({ nEstimators: 20, randomState: 0 }).fit(
      [[-1.7e308], [1.7e308]],
      [0, 1],
    );
    expect(new Set(trees.map(({ threshold }) => threshold[0])).size).toBe(20);
  });

  it("have scikit-learn's defaults where they differ from a random forest's", () => {
    expect(new ExtraTreesClassifier().params).toMatchObject({
      bootstrap: false,
      maxFeatures: "sqrt",
      nEstimators: 100,
    });
    expect(new ExtraTreesRegressor().params).toMatchObject({ bootstrap: false, maxFeatures: null, nEstimators: 100 });
  });

  it("refuse oobScore without bootstrap, and judge rows that trees did not see with it", async () => {
    await expect(new ExtraTreesClassifier({ oobScore: true }).fit(small, ySmall)).rejects.toThrow(
      "oobScore of ExtraTreesClassifier must be false where bootstrap is false; got true",
    );
    const trees = await new ExtraTreesClassifier({ oobScore: true, bootstrap: true, randomState: 0 }).fit(X, y);
    expect(trees.oobScore!).toBeGreaterThan(0.93);
    expect(trees.oobScore!).toBeLessThan(1);
  });

  it("have the same state on pools of 0 and 2 workers, inline, and from bytes and floats", async () => {
    const floats = new Matrix(Float32Array.from(small.toArrays().flat()), 120, 64);
    const states = [];
    for (const table of [small, floats]) {
      for (const pool of [...pools, inlinePool()]) {
        const trees = new ExtraTreesClassifier({ nEstimators: 5, randomState: 7 });
        states.push((await trees.fit(table, ySmall, { pool })).state);
      }
    }
    for (const state of states) expect(state).toEqual(states[0]);
  });

  it("hold the sharing law: limits are prunings and fewer trees are prefixes", async () => {
    const sweep = fc.record({
      nEstimators: fc.integer({ min: 1, max: 5 }),
      maxDepth: fc.constantFrom(null, 2, 5),
      minSamplesSplit: fc.constantFrom(2, 5, 20),
      maxLeafNodes: fc.constantFrom(null, 10),
      criterion: fc.constantFrom("gini" as const, "entropy" as const),
      classWeight: fc.constantFrom(null, "balanced" as const),
      bootstrap: fc.boolean(),
      randomState: fc.constantFrom(0, 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sweep, { minLength: 2, maxLength: 5 }), async (candidates) => {
        const together = candidates.map((params) => new ExtraTreesClassifier(params));
        await fitEach(together, small, ySmall);
        for (const [i, params] of candidates.entries()) {
          const alone = await new ExtraTreesClassifier(params).fit(small, ySmall);
          expect(together[i]!.state).toEqual(alone.state);
        }
      }),
      { numRuns: 8 },
    );
  });
});
