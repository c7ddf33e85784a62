import { readFileSync } from "node:fs";
import { loadDigits, loadIris } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import { GradientBoostingClassifier, GradientBoostingRegressor, Matrix } from "../../src/index.js";
import { type CompactTree, compareTrees, deviations, type Problem, readTree } from "./compare-trees.js";

interface Case {
  readonly dataset: string;
  readonly params: Problem["params"] & Record<string, unknown>;
  readonly rounds: number;
  readonly patience: number | null;
  readonly weighted: boolean;
  readonly baseMargin: readonly number[];
  readonly trees: readonly CompactTree[];
  readonly best: number | null;
  readonly evals: Readonly<Record<string, readonly number[]>>;
  readonly predictions: readonly (readonly number[])[];
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8"));
const { cases } = read("xgboost-parity.json") as { cases: readonly Case[] };

/** f32 values row by row. */
interface Table {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array;
}

function table(dataset: string): { X: Table; y: readonly number[] } {
  const [name, target] = dataset.split(" ") as [string, string | undefined];
  if (name === "iris" || name === "digits") {
    const { X, y } = name === "iris" ? loadIris() : loadDigits();
    const rows = name === "iris" ? 150 : 500;
    const data = Float32Array.from(X.toFloat64().subarray(0, rows * X.cols));
    return { X: { rows, cols: X.cols, data }, y: Array.from(y as ArrayLike<number>).slice(0, rows) };
  }
  const { rows, cols, X, ...targets } = read(`datasets/${name}.json`) as {
    rows: number;
    cols: number;
    X: (number | null)[];
  } & Record<string, number[]>;
  return { X: { rows, cols, data: Float32Array.from(X, (value) => value ?? Number.NaN) }, y: targets[target ?? "y"]! };
}

/** Every fourth row is held out. */
function part(X: Table, y: readonly number[], isHeld: boolean): { X: Table; y: number[] } {
  const rows = y.map((_, i) => i).filter((i) => (i % 4 === 0) === isHeld);
  const data = Float32Array.from(rows.flatMap((i) => Array.from(X.data.subarray(i * X.cols, (i + 1) * X.cols))));
  return { X: { rows: rows.length, cols: X.cols, data }, y: rows.map((i) => y[i]!) };
}

const matrix = ({ data, rows, cols }: Table) => new Matrix(data, rows, cols);

function setUp({ dataset, params, weighted, baseMargin }: Case) {
  const { X, y } = table(dataset);
  const [train, held] = [part(X, y, false), part(X, y, true)];
  const weights = weighted ? train.y.map((_, i) => 1 + (i % 3) * 0.75) : null;
  const problem: Problem = { X: train.X, y: train.y, weights, baseMargin, params };
  return { train, held, weights, problem };
}

const titleOf = ({ dataset, params, weighted, patience }: Case) => {
  const said = Object.entries(params).filter(([name]) => name !== "maxBin" && name !== "objective");
  const more = [...(weighted ? ["weighted"] : []), ...(patience === null ? [] : [`patience ${patience}`])];
  return `${params.objective} of ${dataset} with ${[...said.map(([name, value]) => `${name} ${value}`), ...more].join(", ")}`;
};

describe("the formulas that trees are compared by", () => {
  for (const golden of cases) {
    it(`give the gains, leaves and covers of XGBoost's own trees, its splits being the best: ${titleOf(golden)}`, () => {
      const worst = deviations(golden.trees.map(readTree), setUp(golden).problem);
      expect(worst.gain).toBeLessThan(1e-5);
      expect(worst.regret).toBeLessThan(1e-6);
      expect(worst.leaf).toBeLessThan(1e-5);
      expect(worst.cover).toBeLessThan(1e-5);
    });
  }
});

describe("the comparison of trees", () => {
  const golden = cases.find(({ dataset }) => dataset === "missing classes")!;
  const theirs = golden.trees.map(readTree);
  const { problem } = setUp(golden);

  it("finds XGBoost's trees to be the same as themselves", () => {
    const nodes = theirs.reduce((sum, tree) => sum + tree.feature.length, 0);
    expect(compareTrees(theirs, theirs, problem)).toEqual({
      rounds: 10,
      nodes,
      ties: 0,
      below: 0,
      isSame: true,
      faults: [],
    });
  });

  const tree = theirs[4]!;
  const last = <T extends Int32Array | Float32Array | Uint8Array>(column: T, at: number, value: number): T => {
    const copy = column.slice() as T;
    copy[at] = value;
    return copy;
  };
  const leaf = tree.feature.indexOf(-1);
  const wrong = {
    "another feature": { ...tree, feature: last(tree.feature, 0, (tree.feature[0]! + 1) % 4) },
    "another threshold": { ...tree, threshold: last(tree.threshold, 0, tree.threshold[0]! + 0.3) },
    "another side for the missing": { ...tree, defaultLeft: last(tree.defaultLeft, 0, 1 - tree.defaultLeft[0]!) },
    "another leaf": { ...tree, value: last(tree.value, leaf, tree.value[leaf]! + 3e-5) },
    "another gain": { ...tree, gain: last(tree.gain, 0, tree.gain[0]! * 1.001) },
    "another cover": { ...tree, cover: last(tree.cover, leaf, tree.cover[leaf]! + 0.001) },
    "no split": { ...tree, feature: last(tree.feature, 0, -1) },
  };
  for (const [what, changed] of Object.entries(wrong)) {
    it(`finds fault with ${what}`, () => {
      const { rounds, isSame, faults } = compareTrees(theirs.with(4, changed), theirs, problem);
      expect({ rounds, isSame }).toEqual({ rounds: 1, isSame: false });
      expect(faults.length).toBeGreaterThan(0);
      expect(faults[0]).toContain("round 1 output 1");
    });
  }
});

describe("gradient boosting grows XGBoost's trees", () => {
  const total = { nodes: 0, ties: 0, golden: 0, same: 0 };

  for (const golden of cases) {
    it(`of ${titleOf(golden)}`, async () => {
      const { train, held, weights, problem } = setUp(golden);
      const settings = {
        ...(golden.params as object),
        nEstimators: golden.rounds,
        earlyStoppingRounds: golden.patience,
      };
      const isClassifier = /^(multi|binary):/.test(golden.params.objective);
      const model = isClassifier ? new GradientBoostingClassifier(settings) : new GradientBoostingRegressor(settings);
      await model.fit(matrix(train.X), train.y, {
        sampleWeight: weights,
        evalSet: { validation: [matrix(held.X), held.y] },
      });
      const { trees, baseMargin, evalsResult, bestIteration } = model.state.model;

      for (const [k, base] of golden.baseMargin.entries()) expectNear(baseMargin[k]!, base, 2e-7);
      const theirs = golden.trees.map(readTree);
      // Where a tie has set the two on different ways, early stopping may end at different rounds.
      const rounds = Math.min(trees.length, golden.trees.length);
      const result = compareTrees(trees.slice(0, rounds), theirs.slice(0, rounds), problem);
      const expected = theirs.reduce((sum, tree) => sum + tree.feature.length, 0);
      expect(result.faults).toEqual([]);
      // So that a tie in an early round cannot hide all that follows it.
      expect(result.rounds).toBeGreaterThanOrEqual(Math.min(5, golden.trees.length / baseMargin.length));
      expect(result.ties).toBeLessThanOrEqual(Math.ceil(expected / 100));
      total.nodes += result.nodes;
      total.ties += result.ties;
      total.golden += expected;

      if (!result.isSame) return;
      total.same++;
      expect(trees.length).toBe(theirs.length);
      expect(bestIteration).toBe(golden.best);
      for (const [metric, values] of Object.entries(golden.evals)) {
        const mine = evalsResult.validation![metric]!;
        expect(mine.length).toBe(values.length);
        for (const [round, value] of values.entries()) expectNear(mine[round]!, value, 1e-5);
      }
      const some = matrix(held.X).take(golden.predictions.map((_, i) => i));
      const rows =
        model instanceof GradientBoostingClassifier
          ? (await model.predictProba(some)).toArrays().map((row) => (row.length === 2 ? row.slice(1) : row))
          : Array.from(await model.predict(some), (value) => [value]);
      for (const [i, values] of golden.predictions.entries()) {
        for (const [k, value] of values.entries()) expectNear(rows[i]![k]!, value, 1e-5);
      }
    });
  }

  it("but for one node in a hundred, of nearly all the nodes that XGBoost's have", () => {
    expect(total.ties / total.nodes).toBeLessThanOrEqual(0.01);
    expect(total.nodes / total.golden).toBeGreaterThan(0.95);
    // In these, predictions, metrics and early stopping have been compared as well.
    expect(total.same / cases.length).toBeGreaterThan(0.9);
  });
});

function expectNear(value: number, expected: number, tolerance: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}
