import { readFileSync } from "node:fs";
import { loadDigits, loadIris } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import { DecisionTreeClassifier, DecisionTreeRegressor, Matrix } from "../../src/index.js";
import type { TreeModel } from "../../src/tree/tree-model.js";

type Node = readonly [feature: number, threshold: number, samples: number];

interface Case {
  readonly dataset: string;
  readonly criterion: "gini" | "entropy" | "squared_error";
  readonly depth: number;
  readonly leaves: number;
  readonly plain: readonly Node[];
  /** Among features of equal gain the first. */
  readonly canonical: readonly Node[];
  /** Of the canonical tree, for the rows held out. */
  readonly predictions: readonly number[];
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8"));
const { cases } = read("trees.json") as { cases: readonly Case[] };

function table(name: string): { X: Matrix; y: number[] } {
  if (name === "iris" || name === "digits") {
    const { X, y } = name === "iris" ? loadIris() : loadDigits();
    return { X: new Matrix(Float32Array.from(X.toFloat64()), X.rows, X.cols), y: Array.from(y as ArrayLike<number>) };
  }
  const golden = read(`datasets/${name}.json`) as { rows: number; cols: number; X: number[]; y: number[] };
  return { X: new Matrix(Float32Array.from(golden.X), golden.rows, golden.cols), y: golden.y };
}

/** Every fourth row is held out, as in the script that made the goldens. */
function held(X: Matrix, y: readonly number[]) {
  const rows = Array.from({ length: X.rows }, (_, i) => i);
  const [train, test] = [rows.filter((i) => i % 4 !== 0), rows.filter((i) => i % 4 === 0)];
  return { XTrain: X.take(train), yTrain: train.map((i) => y[i]!), XTest: X.take(test), yTest: test.map((i) => y[i]!) };
}

const nodesOf = (tree: TreeModel): Node[] =>
  Array.from(tree.feature, (feature, i) => [feature, feature < 0 ? 0 : tree.threshold[i]!, tree.samples[i]!] as const);

/** The right child of each node of a list in depth-first order. */
function rightChildren(nodes: readonly Node[]): number[] {
  const right = nodes.map(() => 0);
  const open: number[] = [];
  for (const [i, [feature]] of nodes.entries()) {
    if (feature >= 0) open.push(i);
    else if (open.length > 0) right[open.pop()!] = i + 1;
  }
  return right;
}

/** Impurity that a split takes away, from scratch in f64, times the rows. */
function gainOf(
  [feature, threshold]: Node,
  rows: readonly number[],
  X: Matrix,
  y: ArrayLike<number>,
  criterion: Case["criterion"],
): number {
  const impurity = (side: readonly number[]) => {
    if (criterion === "squared_error") {
      const mean = side.reduce((sum, i) => sum + y[i]!, 0) / side.length;
      return side.reduce((sum, i) => sum + (y[i]! - mean) ** 2, 0);
    }
    const counts = new Map<number, number>();
    for (const i of side) counts.set(y[i]!, (counts.get(y[i]!) ?? 0) + 1);
    const shares = [...counts.values()].map((count) => count / side.length);
    const one =
      criterion === "gini"
        ? 1 - shares.reduce((sum, p) => sum + p * p, 0)
        : -shares.reduce((sum, p) => sum + p * Math.log2(p), 0);
    return one * side.length;
  };
  const left = rows.filter((i) => X.at(i, feature) <= threshold);
  const right = rows.filter((i) => X.at(i, feature) > threshold);
  return impurity(rows) - impurity(left) - impurity(right);
}

/** Walks two trees together; at the first nodes that differ both splits must be equally good. Counts those. */
function tiesBetween(
  ours: readonly Node[],
  theirs: readonly Node[],
  X: Matrix,
  y: ArrayLike<number>,
  criterion: Case["criterion"],
): number {
  const [ourRight, theirRight] = [rightChildren(ours), rightChildren(theirs)];
  let ties = 0;
  const walk = (a: number, b: number, rows: readonly number[]): void => {
    const [mine, other] = [ours[a]!, theirs[b]!];
    if (mine[0] === other[0] && mine[1] === other[1]) {
      if (mine[0] < 0) return;
      const goesLeft = (i: number) => X.at(i, mine[0]) <= mine[1];
      walk(a + 1, b + 1, rows.filter(goesLeft));
      walk(
        ourRight[a]!,
        theirRight[b]!,
        rows.filter((i) => !goesLeft(i)),
      );
      return;
    }
    const [gain, otherGain] = [mine, other].map((node) => gainOf(node, rows, X, y, criterion)) as [number, number];
    expect(Math.abs(gain - otherGain)).toBeLessThanOrEqual(1e-6 * Math.abs(otherGain));
    ties++;
  };
  walk(
    0,
    0,
    Array.from({ length: X.rows }, (_, i) => i),
  );
  return ties;
}

describe("a decision tree without randomness agrees with scikit-learn's", () => {
  for (const golden of cases) {
    const { dataset, criterion } = golden;
    it(`has its depth, leaves, splits and predictions on ${dataset} with ${criterion}`, async () => {
      const { X, y } = table(dataset);
      const isRegression = criterion === "squared_error";
      // The regressions predict the first column from the others.
      const rest = Float32Array.from(X.toArrays().flatMap((row) => row.slice(1)));
      const { XTrain, yTrain, XTest } = isRegression
        ? held(
            new Matrix(rest, X.rows, X.cols - 1),
            X.toArrays().map((row) => row[0]!),
          )
        : held(X, y);
      const tree = isRegression
        ? new DecisionTreeRegressor({ minSamplesLeaf: 5 })
        : new DecisionTreeClassifier({ criterion });
      await tree.fit(XTrain, yTrain);
      const nodes = nodesOf(tree.tree);

      // No node differs, not even by an equal split: both take the first of equal features.
      expect(nodes).toEqual(golden.canonical);
      const predictions = await tree.predict(XTest);
      for (const [i, expected] of golden.predictions.entries()) expect(predictions[i]).toBeCloseTo(expected, 10);
      // scikit-learn's own tree takes one of equal splits by chance: it may differ from ours at such a split only.
      const ties = tiesBetween(nodes, golden.plain, XTrain, yTrain, criterion);
      if (ties === 0) expect([tree.depth, tree.nLeaves]).toEqual([golden.depth, golden.leaves]);
    });
  }
});

describe("limits of a decision tree", () => {
  const { X, y } = table("digits");
  const settings = [
    { maxDepth: 4 },
    { minSamplesSplit: 40 },
    { minSamplesLeaf: 10 },
    { maxLeafNodes: 20 },
    { minImpurityDecrease: 0.01 },
    { minSamplesSplit: 0.1, minSamplesLeaf: 0.02 },
  ];
  for (const params of settings) {
    it(`keeps ${JSON.stringify(params)}`, async () => {
      const tree = await new DecisionTreeClassifier({ randomState: 0, ...params }).fit(X, y);
      const { feature, samples, right } = tree.tree;
      const least =
        typeof params.minSamplesLeaf === "number"
          ? Math.max(1, params.minSamplesLeaf < 1 ? Math.ceil(params.minSamplesLeaf * X.rows) : params.minSamplesLeaf)
          : 1;
      if (params.maxDepth !== undefined) expect(tree.depth).toBe(params.maxDepth);
      if (params.maxLeafNodes !== undefined) expect(tree.nLeaves).toBe(params.maxLeafNodes);
      for (let node = 0; node < feature.length; node++) {
        expect(samples[node]).toBeGreaterThanOrEqual(least);
        if (feature[node]! >= 0) expect(samples[node]).toBe(samples[node + 1]! + samples[right[node]!]!);
      }
      expect(tree.nLeaves).toBeGreaterThan(5);
      expect(tree.nLeaves).toBeLessThan(200);
    });
  }

  it("classifies its own training rows without fault when nothing limits it", async () => {
    const tree = await new DecisionTreeClassifier({ randomState: 3, criterion: "entropy" }).fit(X, y);
    expect(await tree.score(X, y)).toBe(1);
  });

  it("has importances that are shares of 1 and leave out features that never vary", async () => {
    const tree = await new DecisionTreeClassifier({ randomState: 0 }).fit(X, y);
    const importances = tree.featureImportances;
    expect(importances.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(importances[0]).toBe(0);
  });
});

describe("weights in a decision tree", () => {
  const { X, y } = table("iris");
  const rows = Array.from({ length: X.rows }, (_, i) => i);

  it("count a row of weight 2 as two rows and one of weight 0 as none", async () => {
    const weights = rows.map((i) => i % 3);
    const repeated = rows.flatMap((i) => Array.from({ length: i % 3 }, () => i));
    const weighted = await new DecisionTreeClassifier({ randomState: 0 }).fit(X, y, { sampleWeight: weights });
    const twice = await new DecisionTreeClassifier({ randomState: 0 }).fit(
      X.take(repeated),
      repeated.map((i) => y[i]!),
    );
    expect(await weighted.predict(X)).toEqual(await twice.predict(X));
    expect(weighted.tree.threshold).toEqual(twice.tree.threshold);
  });

  it("shift predictions towards the class that weighs more", async () => {
    const share = async (weight: number) => {
      const tree = new DecisionTreeClassifier({ maxDepth: 1, randomState: 0, classWeight: { 1: weight } });
      const labels = await (await tree.fit(X, y)).predict(X);
      return labels.filter((label) => label === 1).length;
    };
    expect(await share(100)).toBeGreaterThan(await share(0.01));
  });
});
