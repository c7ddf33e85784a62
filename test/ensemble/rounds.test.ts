import { loadDigits } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import { toTarget } from "../../src/core/target.js";
import {
  choice,
  DecisionTreeClassifier,
  fitEach,
  HalvingGridSearchCV,
  inlinePool,
  int,
  type KernelCall,
  type Pool,
  RandomForestClassifier,
  RandomForestRegressor,
  TpeTuner,
  Workspace,
} from "../../src/index.js";

const digits = loadDigits();
const rows = Array.from({ length: 200 }, (_, i) => i);
const X = digits.X.take(rows);
const labels = rows.map((i) => (digits.y as ArrayLike<number>)[i]!);
const y = toTarget(labels, "labels", 200, "the test");

/** A pool that counts the trees that are grown. */
function countingPool(): Pool & { grown: number } {
  const pool = inlinePool();
  const { width, kernels, memory } = pool;
  return {
    ...{ width, kernels, memory, grown: 0 },
    run(call: KernelCall, signal?: AbortSignal) {
      if (call.kernel.name === "growTree") this.grown++;
      return pool.run(call, signal);
    },
    close: () => pool.close(),
  };
}

/** Fits candidates one after the other, as a search does in rounds; answers how many trees were grown for each. */
async function inRounds(
  forests: readonly (RandomForestClassifier | RandomForestRegressor)[],
  sampleWeights?: readonly Float64Array[],
) {
  const pool = countingPool();
  const workspace = new Workspace();
  workspace.expectRounds();
  const target = forests[0] instanceof RandomForestRegressor ? toTarget(labels, "numbers", 200, "the test") : y;
  const grown: number[] = [];
  for (const [i, forest] of forests.entries()) {
    const before = pool.grown;
    await fitEach([forest], X, target, { pool, workspace, sampleWeight: sampleWeights?.[i] ?? null });
    grown.push(pool.grown - before);
  }
  workspace.close();
  return grown;
}

const forest = (nEstimators: number, limits: object = {}) =>
  new RandomForestClassifier({ nEstimators, randomState: 3, ...limits });

describe("forests in a search that goes round after round", () => {
  it("grow the trees alone that no earlier round has grown", async () => {
    expect(await inRounds([forest(5), forest(3), forest(9), forest(9, { maxDepth: 4 })])).toEqual([5, 0, 4, 0]);
  });

  it("are grown anew once at most for wider limits, and apart for what is no limit", async () => {
    const forests = [
      forest(4, { maxDepth: 3, minSamplesSplit: 9 }),
      forest(4, { maxDepth: 5, minSamplesSplit: 9 }),
      forest(4, { maxDepth: 4, minSamplesSplit: 2 }),
      forest(4, { minSamplesLeaf: 2 }),
      forest(4, { randomState: 4 }),
      forest(4, { criterion: "entropy" }),
      forest(4),
    ];
    expect(await inRounds(forests)).toEqual([4, 4, 0, 4, 4, 4, 0]);
  });

  it("are bit for bit those of fits alone", async () => {
    const forests = [
      forest(4, { maxDepth: 3 }),
      forest(7, { minSamplesSplit: 12, oobScore: true }),
      forest(2, { maxLeafNodes: 9 }),
      forest(5, { maxDepth: 6, classWeight: "balanced_subsample" }),
      forest(6, { maxDepth: 7, classWeight: "balanced_subsample" }),
    ];
    await inRounds(forests);
    for (const together of forests) {
      const alone = await together.clone().fit(X, labels, { pool: inlinePool() });
      expect(together.state).toEqual(alone.state);
    }
    const numbers = [3, 6].map((nEstimators) => new RandomForestRegressor({ nEstimators, randomState: 1 }));
    expect(await inRounds(numbers)).toEqual([3, 3]);
    const alone = await numbers[1]!.clone().fit(X, labels, { pool: inlinePool() });
    expect(numbers[1]!.state).toEqual(alone.state);
  });

  it("do not take over trees that were grown with other weights", async () => {
    const weights = [1, 1, 2].map((w) => Float64Array.from(rows, (i) => (i < 50 ? w : 1)));
    expect(await inRounds([forest(3), forest(3), forest(3)], weights)).toEqual([3, 0, 3]);
  });

  it("are not kept where there is one round alone", async () => {
    const pool = countingPool();
    const workspace = new Workspace();
    for (let round = 0; round < 2; round++) await fitEach([forest(3)], X, y, { pool, workspace });
    expect(pool.grown).toBe(6);
    workspace.close();
  });

  it("share their trees in TpeTuner and HalvingGridSearchCV", async () => {
    const pool = countingPool();
    const tuner = new TpeTuner({
      estimator: new RandomForestClassifier({ randomState: 0 }),
      space: { nEstimators: int(2, 12), maxDepth: choice([null, 4]) },
      nTrials: 8,
      cv: 2,
      refit: false,
      randomState: 0,
    });
    await tuner.fit(X, labels, { pool });
    // Of each fold 12 trees at most, and those once more at most, for wider limits.
    expect(pool.grown).toBeLessThanOrEqual(2 * 12 * 2);
    const halving = new HalvingGridSearchCV({
      estimator: new RandomForestClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [null, 4, 6] },
      resource: "nEstimators",
      minResources: 3,
      maxResources: 9,
      cv: 2,
      refit: false,
      randomState: 0,
    });
    const before = pool.grown;
    await halving.fit(X, labels, { pool });
    expect(pool.grown - before).toBe(2 * 9);
  });

  it("has a single tree grown anew for wider limits, and as its own fit would have grown it", async () => {
    const trees = [2, 5, 4].map((maxDepth) => new DecisionTreeClassifier({ maxDepth, randomState: 0 }));
    const pool = countingPool();
    const workspace = new Workspace();
    workspace.expectRounds();
    for (const tree of trees) await fitEach([tree], X, y, { pool, workspace });
    expect(pool.grown).toBe(2);
    for (const tree of trees) expect(tree.state).toEqual((await tree.clone().fit(X, labels)).state);
    workspace.close();
  });
});
