import fc from "fast-check";
import { loadDigits, loadIris, makeClassification } from "trellis-learn/datasets";
import { afterAll, describe, expect, it } from "vitest";
import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import type { BoostingParams } from "../../src/boosting/boosting-params.js";
import {
  type FitOptions,
  GradientBoostingClassifier,
  GradientBoostingRegressor,
  inlinePool,
  Matrix,
  threadPool,
} from "../../src/index.js";
import { deviations, type Problem } from "../boosting/compare-trees.js";

/** Small tables of whole numbers, some missing, and targets that need not be learnable. */
const problem = fc
  .record({ rows: fc.integer({ min: 4, max: 60 }), cols: fc.integer({ min: 1, max: 4 }) })
  .chain(({ rows, cols }) => {
    const cell = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -6, max: 6 }) }, fc.constant(Number.NaN));
    const column = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: rows, maxLength: rows });
    return fc.record({
      X: column(fc.array(cell, { minLength: cols, maxLength: cols })),
      numbers: column(fc.integer({ min: 0, max: 20 })),
      labels: column(fc.integer({ min: 0, max: 2 })).map(withAll([0, 1, 2])),
      halves: column(fc.integer({ min: 0, max: 1 })).map(withAll([0, 1])),
    });
  });

/** The labels, all of which occur. */
const withAll = (all: readonly number[]) => (labels: readonly number[]) => [...all, ...labels.slice(all.length)];

interface Draw {
  readonly X: number[][];
  readonly numbers: number[];
  readonly labels: number[];
  readonly halves: number[];
}

const objectives = [
  "multi:softprob",
  "binary:logistic",
  "reg:squarederror",
  "reg:absoluteerror",
  "reg:pseudohubererror",
  "count:poisson",
] as const;
type Objective = (typeof objectives)[number];

type Numbers = readonly number[] | Uint8Array | Int32Array;
type Params = Partial<BoostingParams>;

/** One of both estimators, by the objective; and its targets. */
function estimator(objective: Objective, params: Params) {
  return objective === "multi:softprob" || objective === "binary:logistic"
    ? new GradientBoostingClassifier({ objective, ...params })
    : new GradientBoostingRegressor({ objective, ...params });
}

const targetsOf = ({ numbers, labels, halves }: Draw, objective: Objective) =>
  objective === "multi:softprob" ? labels : objective === "binary:logistic" ? halves : numbers;

const table = (X: readonly (readonly number[])[]) => ({
  data: Float32Array.from(X.flat()),
  rows: X.length,
  cols: X[0]!.length,
});

async function fitted(objective: Objective, X: number[][] | Matrix, y: Numbers, params: Params, options?: FitOptions) {
  const model = await estimator(objective, { nEstimators: 4, ...params }).fit(X, y, options);
  return { model, ...model.state.model };
}

const rowsOf = async (model: GradientBoostingClassifier | GradientBoostingRegressor, X: number[][] | Matrix) =>
  model instanceof GradientBoostingClassifier
    ? (await model.predictProba(X)).toArrays()
    : Array.from(await model.predict(X), (value) => [value]);

/** A tree without its thresholds and with its numbers as they are: what may not change when only X is stretched. */
const bare = ({ threshold: _, ...tree }: BoostedTree) => tree;
const structure = ({ feature, right, defaultLeft, threshold }: BoostedTree) => ({
  feature,
  right,
  defaultLeft,
  threshold,
});

const objective = fc.constantFrom(...objectives);
const runs = { numRuns: 60 };

/**
 * Parameters that change what splits are worth. Sums of hessians do not come to lie on minChildWeight, and none is divided
 * by that is tiny beside the largest hessian: sums are of steps of 2^-30 of it.
 */
const rules = fc.record({
  maxDepth: fc.integer({ min: 1, max: 5 }),
  learningRate: fc.constantFrom(0.1, 0.3, 1),
  regLambda: fc.constantFrom(0.5, 1, 10),
  regAlpha: fc.constantFrom(0, 0, 0.3),
  minChildWeight: fc.constantFrom(0, 0.3717, 1.3131),
  maxDeltaStep: fc.constantFrom(0, 0, 0.8),
});

describe("each node of gradient boosting, from scratch", () => {
  it("has the best of all splits, its gain, its cover and its leaf, for every objective and regularisation", async () => {
    await fc.assert(
      fc.asyncProperty(problem, objective, rules, async (draw, which, params) => {
        const y = targetsOf(draw, which);
        const { trees, baseMargin } = await fitted(which, draw.X, y, params);
        const worst = deviations(trees, problemOf(draw.X, y, null, baseMargin, { objective: which, ...params }));
        expect(worst.gain).toBeLessThan(1e-5);
        expect(worst.regret).toBeLessThan(1e-5);
        expect(worst.leaf).toBeLessThan(1e-5);
        expect(worst.cover).toBeLessThan(1e-5);
      }),
      { numRuns: 200 },
    );
  });

  it("has them with weights of rows, constraints and a limit of leaves, too", async () => {
    const more = fc.record({
      growPolicy: fc.constantFrom("depthwise" as const, "lossguide" as const),
      maxLeaves: fc.integer({ min: 2, max: 9 }),
      maxDepth: fc.constantFrom(null, 3),
      gamma: fc.constantFrom(0, 0.4),
      minChildWeight: fc.constant(0.9137),
    });
    const signs = fc.array(fc.constantFrom(-1, 0, 1), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(problem, objective, more, signs, async (draw, which, params, constraints) => {
        const y = targetsOf(draw, which);
        const weights = y.map((_, i) => 0.5 + (i % 4) * 0.75);
        const all = { ...params, monotoneConstraints: constraints.slice(0, draw.X[0]!.length) };
        const { trees, baseMargin } = await fitted(which, draw.X, y, all, { sampleWeight: weights });
        const worst = deviations(trees, problemOf(draw.X, y, weights, baseMargin, { objective: which, ...all }));
        expect(worst.gain).toBeLessThan(1e-5);
        expect(worst.regret).toBeLessThan(1e-5);
        expect(worst.leaf).toBeLessThan(1e-5);
        expect(worst.cover).toBeLessThan(1e-5);
        for (const tree of trees) {
          const leaves = tree.feature.filter((feature) => feature < 0).length;
          expect(leaves).toBeLessThanOrEqual(params.maxLeaves);
          expect(tree.gain.filter((_, i) => tree.feature[i]! >= 0).every((gain) => gain >= params.gamma)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has them when quantiles stand in for the values", async () => {
    const { X, y } = makeClassification({ nSamples: 400, nFeatures: 5, randomState: 3 });
    const { trees, baseMargin } = await fitted("binary:logistic", X, y as Numbers, { maxBin: 9, maxDepth: 4 });
    const own = { data: Float32Array.from(X.data), rows: 400, cols: 5 };
    const from = { X: own, y: y as Numbers, weights: null, baseMargin, params: { objective: "binary:logistic" } };
    const worst = deviations(trees, from, { regret: false });
    expect(worst).toEqual({ ...worst, regret: 0 });
    for (const off of Object.values(worst)) expect(off).toBeLessThan(1e-5);
    for (let j = 0; j < 5; j++) {
      const cuts = trees.flatMap((tree) => Array.from(tree.threshold).filter((_, i) => tree.feature[i] === j));
      expect(new Set(cuts).size).toBeLessThanOrEqual(9);
      for (const cut of cuts) expect(Array.from({ length: 400 }, (_, i) => Math.fround(X.at(i, j)))).toContain(cut);
    }
  });
});

function problemOf(
  X: number[][],
  y: readonly number[],
  weights: readonly number[] | null,
  baseMargin: Float32Array,
  params: Problem["params"],
): Problem {
  return { X: table(X), y, weights, baseMargin, params };
}

describe("the training loss of gradient boosting", () => {
  // Whose parabolas in each leaf lie above the loss, so that no step can overshoot.
  it("never rises, whatever the data, for squared errors and for counts", async () => {
    const which = fc.constantFrom("reg:squarederror" as const, "count:poisson" as const);
    await fc.assert(
      fc.asyncProperty(problem, which, fc.constantFrom(0.3, 1), async ({ X, numbers }, objective, learningRate) => {
        const options = { evalSet: { train: [X, numbers] as const } };
        const params = { learningRate, nEstimators: 12, maxDepth: 3 };
        const { evalsResult } = await fitted(objective, X, numbers, params, options);
        expectFalling(Object.values(evalsResult.train!)[0]!);
      }),
      runs,
    );
  });

  it("never rises for classes that can be learnt", async () => {
    for (const { X, y } of [loadIris(), loadDigits()]) {
      const rows = Array.from({ length: 150 }, (_, i) => i * Math.floor(X.rows / 150));
      const [some, labels] = [X.take(rows), rows.map((i) => (y as ArrayLike<number>)[i]!)];
      const evalSet = { train: [some, labels] as const };
      const { evalsResult } = await fitted("multi:softprob", some, labels, { nEstimators: 30 }, { evalSet });
      expectFalling(evalsResult.train!.mlogloss!);
      const halves = labels.map((label) => Number(label > 1));
      const two = await fitted(
        "binary:logistic",
        some,
        halves,
        { nEstimators: 30 },
        { evalSet: { train: [some, halves] } },
      );
      expectFalling(two.evalsResult.train!.logloss!);
    }
  });
});

function expectFalling(losses: Float64Array): void {
  expect(losses.length).toBeGreaterThan(3);
  for (let r = 1; r < losses.length; r++) {
    const before = losses[r - 1]!;
    expect(losses[r]!).toBeLessThanOrEqual(before + 1e-6 * Math.max(1, Math.abs(before)));
  }
}

describe("gradient boosting does not notice", () => {
  it("that features are stretched monotonically: the same trees, but for their thresholds", async () => {
    await fc.assert(
      fc.asyncProperty(problem, objective, async (draw, which) => {
        const y = targetsOf(draw, which);
        const stretched = draw.X.map((row) => row.map((v, j) => (j === 0 ? Math.exp(v) : v ** 3 / 8 - 100)));
        const plain = await fitted(which, draw.X, y, {});
        const other = await fitted(which, stretched, y, {});
        expect(other.trees.map(bare)).toEqual(plain.trees.map(bare));
        expect(await rowsOf(other.model, stretched)).toEqual(await rowsOf(plain.model, draw.X));
      }),
      runs,
    );
  });

  it("how many rounds are to come: few are a prefix of many, bit for bit", async () => {
    const drawn = { subsample: 0.7, colsampleByTree: 0.8, colsampleByNode: 0.7, randomState: 3 };
    await fc.assert(
      fc.asyncProperty(problem, objective, fc.constantFrom({}, drawn), async (draw, which, params) => {
        const y = targetsOf(draw, which);
        const many = await fitted(which, draw.X, y, { ...params, nEstimators: 7 });
        const few = await fitted(which, draw.X, y, { ...params, nEstimators: 3 });
        expect(few.trees).toEqual(many.trees.slice(0, few.trees.length));
        expect(few.trees.length).toBe(3 * few.baseMargin.length);
        expect(few.baseMargin).toEqual(many.baseMargin);
      }),
      runs,
    );
  });

  it("the order of the rows: the same trees, bit for bit", async () => {
    const which = fc.constantFrom(...objectives.filter((name) => name !== "reg:absoluteerror"));
    await fc.assert(
      fc.asyncProperty(problem, which, fc.infiniteStream(fc.nat()), async (draw, objective, keys) => {
        const order = draw.X.map((_, i) => [keys.next().value as number, i] as const).sort((a, b) => a[0] - b[0]);
        const y = targetsOf(draw, objective);
        // The automatic baseScore is a mean, which may be rounded differently in another order.
        const params = { baseScore: 0.5, maxDepth: 4 };
        const plain = await fitted(objective, draw.X, y, params);
        const other = await fitted(
          objective,
          order.map(([, i]) => draw.X[i]!),
          order.map(([, i]) => y[i]!),
          params,
        );
        expect(other.trees).toEqual(plain.trees);
      }),
      runs,
    );
  });

  it("whether a row weighs 2 or comes twice", async () => {
    const which = fc.constantFrom("reg:squarederror" as const, "binary:logistic" as const);
    await fc.assert(
      fc.asyncProperty(problem, which, async (draw, objective) => {
        const y = targetsOf(draw, objective);
        // One round from half a unit: all sums are exact.
        const params = { baseScore: 0.5, nEstimators: 1, maxDepth: 4 };
        const sampleWeight = y.map((_, i) => (i % 3 === 0 ? 2 : 1));
        const twice = y.flatMap((_, i) => (i % 3 === 0 ? [i, i] : [i]));
        const weighted = await fitted(objective, draw.X, y, params, { sampleWeight });
        const repeated = await fitted(
          objective,
          twice.map((i) => draw.X[i]!),
          twice.map((i) => y[i]!),
          params,
        );
        expect(weighted.trees).toEqual(repeated.trees);
      }),
      runs,
    );
  });

  it("columns that never vary, or are missing throughout", async () => {
    await fc.assert(
      fc.asyncProperty(problem, objective, async (draw, which) => {
        const y = targetsOf(draw, which);
        const plain = await fitted(which, draw.X, y, {});
        const wider = await fitted(
          which,
          draw.X.map((row) => [...row, 7, Number.NaN]),
          y,
          {},
        );
        expect(wider.trees).toEqual(plain.trees);
      }),
      runs,
    );
  });

  it("what the numbers came in: bytes, f32 or f64", async () => {
    const { X, y } = loadDigits();
    const bytes = (X.data as Uint8Array).slice(0, 300 * 64);
    const labels = Array.from(y as ArrayLike<number>).slice(0, 300);
    const states = [];
    for (const data of [bytes, Float32Array.from(bytes), Float64Array.from(bytes)]) {
      const { model } = await fitted("multi:softprob", new Matrix(data, 300, 64), labels, {
        randomState: 0,
        maxDepth: 3,
      });
      states.push(model.state);
    }
    for (const state of states) expect(state).toEqual(states[0]);
  });
});

describe("what the parameters of gradient boosting promise", () => {
  it("is a single leaf where gamma is beyond every gain, and none that matters where regLambda is", async () => {
    await fc.assert(
      fc.asyncProperty(problem, objective, async (draw, which) => {
        const y = targetsOf(draw, which);
        const lone = await fitted(which, draw.X, y, { gamma: 1e15 });
        for (const tree of lone.trees) expect(tree.feature).toEqual(Int32Array.of(-1));
        const held = await fitted(which, draw.X, y, { regLambda: 1e15 });
        for (const tree of held.trees) for (const value of tree.value) expect(Math.abs(value)).toBeLessThan(1e-6);
      }),
      runs,
    );
  });

  it("is predictions that rise and fall with the features as monotoneConstraints say", async () => {
    const which = fc.constantFrom("binary:logistic" as const, "reg:squarederror" as const, "count:poisson" as const);
    const policy = fc.constantFrom("depthwise" as const, "lossguide" as const);
    await fc.assert(
      fc.asyncProperty(problem, which, policy, async (draw, objective, growPolicy) => {
        const monotoneConstraints = draw.X[0]!.map((_, j) => (j % 2 === 0 ? 1 : -1));
        const params = { monotoneConstraints, growPolicy, maxDepth: 5, nEstimators: 6 };
        const { model } = await fitted(objective, draw.X, targetsOf(draw, objective), params);
        for (const [j, sign] of monotoneConstraints.entries()) {
          const values = Array.from({ length: 15 }, (_, i) => i - 7);
          const fresh = draw.X.slice(0, 12).flatMap((row) => values.map((value) => row.with(j, value)));
          const predicted = (await rowsOf(model, fresh)).map((row) => row.at(-1)!);
          for (let i = 1; i < predicted.length; i++) {
            if (i % values.length === 0) continue;
            // Rounding of the sums of f32 leaves and no more.
            const slack = 1e-6 * Math.max(1, Math.abs(predicted[i]!));
            expect(sign * (predicted[i]! - predicted[i - 1]!)).toBeGreaterThanOrEqual(-slack);
          }
        }
      }),
      runs,
    );
  });

  it("is that maxDepth and minChildWeight hold in every tree", async () => {
    await fc.assert(
      fc.asyncProperty(problem, objective, fc.integer({ min: 1, max: 4 }), async (draw, which, maxDepth) => {
        const { trees } = await fitted(which, draw.X, targetsOf(draw, which), { maxDepth, minChildWeight: 1.5 });
        for (const { feature, right, cover } of trees) {
          const step = (node: number, depth: number): void => {
            expect(depth).toBeLessThanOrEqual(maxDepth);
            if (node > 0) expect(cover[node]!).toBeGreaterThanOrEqual(1.5);
            if (feature[node]! < 0) return;
            step(node + 1, depth + 1);
            step(right[node]!, depth + 1);
          };
          step(0, 0);
        }
      }),
      runs,
    );
  });

  it("is that the seed decides which rows and features are drawn", async () => {
    const { X, y } = loadIris();
    const params = { subsample: 0.5, colsampleByNode: 0.5, maxDepth: 3 };
    const draw = async (randomState: number) =>
      (await fitted("multi:softprob", X, y as Numbers, { ...params, randomState })).trees;
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });
});

describe("gradient boosting on many rows", () => {
  const pools = [0, 1, 2, 3].map((workers) => threadPool({ workers }));
  afterAll(() => Promise.all(pools.map((pool) => pool.close())));

  it("has the same bits on pools of 0, 1, 2 and 3 workers and inline", async () => {
    const { X, y } = makeClassification({
      nSamples: 30_000,
      nFeatures: 8,
      nInformative: 5,
      nClasses: 3,
      randomState: 1,
    });
    for (const params of [
      {},
      { subsample: 0.5, colsampleByLevel: 0.6, maxLeaves: 12, growPolicy: "lossguide" as const },
    ]) {
      const states = [];
      for (const pool of [...pools, inlinePool()]) {
        const settings = { nEstimators: 3, maxDepth: 4, randomState: 5, ...params };
        states.push((await fitted("multi:softprob", X, y as Numbers, settings, { pool })).model.state);
      }
      for (const state of states) expect(state).toEqual(states[0]);
    }
  });

  // Sums are of whole numbers, of steps that follow the largest gradient: they must neither overflow nor grow coarse.
  it("grows the same trees of 200,000 rows for targets a million times as large", { timeout: 30_000 }, async () => {
    const rows = 200_000;
    const X = new Matrix(
      Uint8Array.from({ length: rows * 3 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 16) % 29),
      rows,
      3,
    );
    const y = Array.from({ length: rows }, (_, i) => {
      const [a, b, c] = [X.at(i, 0), X.at(i, 1), X.at(i, 2)];
      return Math.floor((a * a) / 120 + (b > 13 ? 5 : 0) + (c % 7 === 0 ? 3 : 0) + ((i * 7919) % 11) / 4);
    });
    const params = { nEstimators: 3, maxDepth: 4, minChildWeight: 0 };
    const start = performance.now();
    const small = await fitted("reg:squarederror", X, y, params);
    const large = await fitted(
      "reg:squarederror",
      X,
      y.map((value) => value * 1e6),
      params,
    );
    expect(performance.now() - start).toBeLessThan(5000);
    expect(large.trees.map(structure)).toEqual(small.trees.map(structure));
    const own = { data: Float32Array.from(X.data), rows, cols: 3 };
    for (const [scale, { trees, baseMargin }] of [[1, small] as const, [1e6, large] as const]) {
      const targets = y.map((value) => value * scale);
      const from = {
        X: own,
        y: targets,
        weights: null,
        baseMargin,
        params: { objective: "reg:squarederror", minChildWeight: 0 },
      };
      for (const off of Object.values(deviations(trees, from, { regret: false }))) expect(off).toBeLessThan(1e-5);
    }
    for (const [t, tree] of small.trees.entries()) {
      for (const [node, value] of tree.value.entries()) {
        expect(Math.abs(large.trees[t]!.value[node]! / 1e6 - value)).toBeLessThan(1e-6);
      }
    }
  });
});
