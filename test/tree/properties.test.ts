import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecisionTreeClassifier, DecisionTreeRegressor, RandomForestClassifier } from "../../src/index.js";

/** Small tables of whole numbers with ties, and labels that need not be learnable. */
const problem = fc
  .record({ rows: fc.integer({ min: 4, max: 40 }), cols: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, cols }) =>
    fc.record({
      X: fc.array(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: cols, maxLength: cols }), {
        minLength: rows,
        maxLength: rows,
      }),
      y: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows }),
    }),
  );

const runs = { numRuns: 60 };
const criterion = fc.constantFrom("gini" as const, "entropy" as const);

describe("a decision tree", () => {
  it("keeps its structure and its predictions when every feature is stretched monotonically", async () => {
    await fc.assert(
      fc.asyncProperty(problem, criterion, async ({ X, y }, which) => {
        const stretched = X.map((row) => row.map((value) => 2 * value + 3));
        const [plain, other] = [
          new DecisionTreeClassifier({ criterion: which }),
          new DecisionTreeClassifier({ criterion: which }),
        ];
        await plain.fit(X, y);
        await other.fit(stretched, y);
        expect(other.tree.feature).toEqual(plain.tree.feature);
        expect(other.tree.right).toEqual(plain.tree.right);
        expect(other.tree.threshold).toEqual(
          plain.tree.threshold.map((t, i) => (plain.tree.feature[i]! < 0 ? 0 : 2 * t + 3)),
        );
        expect(await other.predict(stretched)).toEqual(await plain.predict(X));
      }),
      runs,
    );
  });

  it("does not notice a column that never varies", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ X, y }) => {
        const plain = await new DecisionTreeClassifier().fit(X, y);
        const wider = await new DecisionTreeClassifier().fit(
          X.map((row) => [...row, 7]),
          y,
        );
        expect(wider.tree).toEqual(plain.tree);
      }),
      runs,
    );
  });

  it("learns rows by heart that differ, and never lets impurity rise", async () => {
    await fc.assert(
      fc.asyncProperty(problem, criterion, async ({ X, y }, which) => {
        const distinct = X.map((row, i) => [...row, i]);
        const tree = await new DecisionTreeClassifier({ criterion: which }).fit(distinct, y);
        expect(await tree.score(distinct, y)).toBe(1);
        const { feature, right, samples, weight, impurity } = tree.tree;
        for (let node = 0; node < feature.length; node++) {
          if (feature[node]! < 0) continue;
          const children = [node + 1, right[node]!];
          expect(samples[node]).toBe(children.reduce((sum, child) => sum + samples[child]!, 0));
          const below = children.reduce((sum, child) => sum + weight[child]! * impurity[child]!, 0);
          expect(below).toBeLessThanOrEqual(weight[node]! * impurity[node]! + 1e-9);
        }
      }),
      runs,
    );
  });

  it("predicts the mean of a leaf's targets", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ X, y }) => {
        const tree = await new DecisionTreeRegressor({ maxDepth: 2 }).fit(X, y);
        const predicted = await tree.predict(X);
        for (const value of new Set(predicted)) {
          const own = y.filter((_, i) => predicted[i] === value);
          expect(value).toBeCloseTo(own.reduce((sum, v) => sum + v, 0) / own.length, 9);
        }
      }),
      runs,
    );
  });
});

describe("a random forest", () => {
  it("has probabilities that are the mean of its trees'", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ X, y }) => {
        const forest = await new RandomForestClassifier({ nEstimators: 4, randomState: 0 }).fit(X, y);
        const proba = await forest.predictProba(X);
        const k = forest.classes.length;
        for (const [i, row] of X.entries()) {
          const leaves = forest.trees.map((tree) => {
            let node = 0;
            while (tree.feature[node]! >= 0)
              node = row[tree.feature[node]!]! <= tree.threshold[node]! ? node + 1 : tree.right[node]!;
            return Array.from(tree.value.subarray(tree.right[node]! * k, (tree.right[node]! + 1) * k));
          });
          for (let j = 0; j < k; j++) {
            expect(proba.at(i, j)).toBeCloseTo(leaves.reduce((sum, leaf) => sum + leaf[j]!, 0) / 4, 12);
          }
        }
      }),
      runs,
    );
  });
});
