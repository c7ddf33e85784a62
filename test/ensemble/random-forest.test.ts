import fc from "fast-check";
import { loadDigits } from "trellis-learn/datasets";
import { afterAll, describe, expect, it } from "vitest";
import {
  fitAll,
  fitEach,
  inlinePool,
  Matrix,
  predictAll,
  RandomForest,
  RandomForestClassifier,
  RandomForestRegressor,
  threadPool,
} from "../../src/index.js";

const digits = loadDigits();
const rows = Array.from({ length: 500 }, (_, i) => i);
const X = digits.X.take(rows);
const y = rows.map((i) => (digits.y as ArrayLike<number>)[i]!);
const held = digits.X.take(Array.from({ length: 400 }, (_, i) => 500 + i));
const yHeld = Array.from({ length: 400 }, (_, i) => (digits.y as ArrayLike<number>)[500 + i]!);

const pools = [0, 1, 2, 3].map((workers) => threadPool({ workers }));
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

describe("a random forest", () => {
  it("is what RandomForest names too", () => {
    expect(RandomForest).toBe(RandomForestClassifier);
  });

  it("learns digits as well as scikit-learn's does", async () => {
    const forest = await new RandomForestClassifier({ randomState: 0 }).fit(X, y);
    // scikit-learn 1.9.1 has .8225 to .84 on these rows over 5 seeds (the rows held out are other writers').
    expect(await forest.score(held, yHeld)).toBeGreaterThan(0.81);
  });

  it("has the same state on pools of 0, 1, 2 and 3 workers and inline", async () => {
    const states = [];
    for (const pool of [...pools, inlinePool()]) {
      const forest = new RandomForestClassifier({
        nEstimators: 12,
        randomState: 7,
        criterion: "entropy",
        oobScore: true,
      });
      states.push((await forest.fit(X, y, { pool })).state);
    }
    for (const state of states) expect(state).toEqual(states[0]);
  });

  it("has the same state for every container of X", async () => {
    const bytes = digits.X.data as Uint8Array;
    const containers = [
      X,
      new Matrix(bytes.slice(0, 500 * 64), 500, 64),
      new Matrix(Float32Array.from(bytes.subarray(0, 500 * 64)), 500, 64),
      new Matrix(Float64Array.from(bytes.subarray(0, 500 * 64)), 500, 64),
      X.toArrays(),
      X.toArrays().map((row) => Float32Array.from(row)),
      { shape: [500, 64], data: () => Promise.resolve(Int32Array.from(bytes.subarray(0, 500 * 64))) },
    ];
    const states = [];
    for (const container of containers)
      states.push((await new RandomForestClassifier({ nEstimators: 5, randomState: 1 }).fit(container, y)).state);
    for (const state of states) expect(state).toEqual(states[0]);
  });

  it("grows trees that do not depend on how many there are", async () => {
    const few = await new RandomForestClassifier({ nEstimators: 3, randomState: 5 }).fit(X, y);
    const many = await new RandomForestClassifier({ nEstimators: 9, randomState: 5 }).fit(X, y);
    expect(many.trees.slice(0, 3)).toEqual(few.trees);
  });

  it("judges rows by trees that did not see them, as well as scikit-learn's does", async () => {
    const forest = await new RandomForestClassifier({ nEstimators: 100, randomState: 0, oobScore: true }).fit(X, y);
    // scikit-learn 1.9.1 has .956 to .976 over 5 seeds.
    expect(forest.oobScore!).toBeGreaterThan(0.94);
    expect(forest.oobScore!).toBeLessThan(0.99);
    expect(forest.oobDecisionFunction!.rows).toBe(500);
  });

  it("gives a regressor's mean of trees", async () => {
    const target = y.map((label) => label * 2.5 + 1);
    const forest = await new RandomForestRegressor({ nEstimators: 30, randomState: 0, oobScore: true }).fit(X, target);
    expect(await forest.score(X, target)).toBeGreaterThan(0.95);
    expect(forest.oobScore!).toBeGreaterThan(0.6);
  });

  it("refuses oobScore without bootstrap", async () => {
    const forest = new RandomForestClassifier({ oobScore: true, bootstrap: false });
    await expect(forest.fit(X, y)).rejects.toThrow(
      "oobScore of RandomForestClassifier must be false where bootstrap is false; got true",
    );
  });

  it("draws rows in proportion to their weights", async () => {
    const sampleWeight = y.map((label) => (label === 3 ? 0 : 1));
    const forest = await new RandomForestClassifier({ nEstimators: 20, randomState: 0 }).fit(X, y, { sampleWeight });
    expect(await forest.predict(X)).not.toContain(3);
  });
});

describe("the sharing law of forests", () => {
  const sweep = fc.record({
    nEstimators: fc.integer({ min: 1, max: 6 }),
    maxDepth: fc.constantFrom(null, 2, 5, 8),
    minSamplesSplit: fc.constantFrom(2, 5, 20, 0.1),
    minImpurityDecrease: fc.constantFrom(0, 0.005),
    maxLeafNodes: fc.constantFrom(null, null, 10),
    criterion: fc.constantFrom("gini" as const, "entropy" as const),
    classWeight: fc.constantFrom(null, "balanced" as const, "balanced_subsample" as const),
    bootstrap: fc.boolean(),
    randomState: fc.constantFrom(0, 1),
  });

  it("holds for limits, numbers of trees, weights and seeds, and for predictions", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sweep, { minLength: 2, maxLength: 6 }), async (candidates) => {
        const forests = candidates.map((params) => new RandomForestClassifier(params));
        await fitEach(forests, X.take(rows.slice(0, 120)), y.slice(0, 120));
        const together = new Map<number, unknown>();
        for await (const [i, output] of predictAll(forests, held, "predictProba")) together.set(i, output);
        for (const [i, params] of candidates.entries()) {
          const alone = await new RandomForestClassifier(params).fit(X.take(rows.slice(0, 120)), y.slice(0, 120));
          expect(forests[i]!.state).toEqual(alone.state);
          expect((together.get(i) as Matrix).data).toEqual((await alone.predictProba(held)).data);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("leaves those that were yielded fitted when the reader breaks off, and the others as they were", async () => {
    const forests = [50, 5, 20].map((nEstimators) => new RandomForestClassifier({ nEstimators, randomState: 0 }));
    for await (const i of fitAll(forests, X, y)) {
      expect(i).toBe(1);
      break;
    }
    expect(forests.map((forest) => forest.isFitted)).toEqual([false, true, false]);
    await forests[0]!.fit(X, y);
    expect(forests[0]!.isFitted).toBe(true);
  });
});
