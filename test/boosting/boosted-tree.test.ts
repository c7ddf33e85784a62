import { describe, expect, it } from "vitest";
import {
  type BoostedTree,
  importancesOfBoosted,
  shareImportances,
  validateBoostedTree,
} from "../../src/boosting/boosted-tree.js";
import { InvalidModelError } from "../../src/core/errors.js";
import { models } from "./xgboost-models.js";

/** x0 < 0.5 ? 1 : (x1 < 2 ? -1 : 3) */
const tree: BoostedTree = {
  feature: Int32Array.of(0, -1, 1, -1, -1),
  threshold: Float32Array.of(0.5, 0, 2, 0, 0),
  defaultLeft: Uint8Array.of(1, 0, 0, 0, 0),
  right: Uint32Array.of(2, 0, 4, 0, 0),
  value: Float32Array.of(0.25, 1, 0, -1, 3),
  gain: Float32Array.of(7, 0, 4, 0, 0),
  cover: Float32Array.of(9, 4, 5, 3, 2),
};

/** The tree with one number replaced. */
function tampered<K extends keyof BoostedTree>(field: K, at: number, number: number): BoostedTree {
  const values = tree[field].slice();
  values[at] = number;
  return { ...tree, [field]: values };
}

describe("validateBoostedTree", () => {
  it("lets sound trees through, those of XGBoost too.", () => {
    expect(() => validateBoostedTree(tree, 2)).not.toThrow();
    for (const { trees, X } of models) for (const one of trees) validateBoostedTree(one, X.cols);
  });

  it.each<readonly [string, BoostedTree]>([
    ["a feature that does not exist", tampered("feature", 2, 2)],
    ["a feature below -1", tampered("feature", 1, -2)],
    ["a leaf made into a split", tampered("feature", 1, 1)],
    ["a split made into a leaf", tampered("feature", 2, -1)],
    ["a walk in a circle", tampered("right", 2, 0)],
    ["a right child beyond the end", tampered("right", 0, 5)],
    ["a right child inside of the left one", tampered("right", 0, 1)],
    ["a leaf with a right child", tampered("right", 1, 2)],
    ["a leaf with a threshold", tampered("threshold", 3, 1)],
    ["a leaf with a gain", tampered("gain", 4, 1)],
    ["a threshold of NaN", tampered("threshold", 0, Number.NaN)],
    ["an infinite threshold", tampered("threshold", 0, Infinity)],
    ["a third side", tampered("defaultLeft", 0, 2)],
    ["a value of NaN", tampered("value", 1, Number.NaN)],
    ["an infinite gain", tampered("gain", 0, Infinity)],
    ["a cover of NaN", tampered("cover", 0, Number.NaN)],
    ["arrays of different lengths", { ...tree, cover: tree.cover.slice(1) }],
    ["an array of another class", { ...tree, threshold: Float64Array.from(tree.threshold) as never }],
    ["a missing array", Object.fromEntries(Object.entries(tree).filter(([name]) => name !== "gain")) as never],
    ["an array too many", { ...tree, more: tree.gain } as BoostedTree],
    [
      "no nodes",
      {
        feature: new Int32Array(0),
        threshold: new Float32Array(0),
        defaultLeft: new Uint8Array(0),
        right: new Uint32Array(0),
        value: new Float32Array(0),
        gain: new Float32Array(0),
        cover: new Float32Array(0),
      },
    ],
    [
      "nodes after the last leaf",
      Object.fromEntries(Object.entries(tree).map(([k, v]) => [k, v.constructor.from([...v, v[4]])])) as never,
    ],
    [
      "nodes cut off",
      Object.fromEntries(Object.entries(tree).map(([name, values]) => [name, values.slice(0, 4)])) as never,
    ],
    ["null", null as never],
  ])("refuses %s.", (_, damaged) => {
    expect(() => validateBoostedTree(damaged, 2)).toThrow(InvalidModelError);
  });
});

describe("importancesOfBoosted", () => {
  it.each(models)("counts as XGBoost's get_score: $name", ({ trees, X, importances }) => {
    for (const [kind, stored] of [
      ["gain", "gain"],
      ["weight", "weight"],
      ["cover", "cover"],
      ["totalGain", "total_gain"],
      ["totalCover", "total_cover"],
    ] as const) {
      const got = importancesOfBoosted(trees, X.cols, kind);
      expect(got).toHaveLength(X.cols);
      for (const [j, expected] of importances[stored].entries()) {
        // XGBoost adds in f32.
        expect(Math.abs(got[j]! - expected), `${kind} of ${j}`).toBeLessThanOrEqual(1e-5 * expected);
      }
    }
  });

  it("gives 0 to features that no tree splits on, and shares that sum to 1.", () => {
    expect([...importancesOfBoosted([tree, tree], 3, "gain")]).toEqual([7, 4, 0]);
    expect([...importancesOfBoosted([tree, tree], 3, "totalCover")]).toEqual([18, 10, 0]);
    expect([...shareImportances([tree, tree], 3)]).toEqual([7 / 11, 4 / 11, 0]);
    expect([...shareImportances([tree], 3, "weight")]).toEqual([0.5, 0.5, 0]);
    expect([...shareImportances([], 3)]).toEqual([0, 0, 0]);
  });
});
