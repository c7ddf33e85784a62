import { describe, expect, it } from "vitest";
import {
  fromBytes,
  GradientBoostingClassifier,
  type GradientBoostingClassifierParams,
  GradientBoostingRegressor,
  type GradientBoostingRegressorParams,
  GridSearchCV,
  InvalidDataError,
  InvalidParameterError,
  KFold,
  TrellisError,
  toBytes,
} from "../../src/index.js";

const X = Array.from({ length: 24 }, (_, i) => [i % 7, (i * 5) % 11, i]);
const labels = X.map(([a, b]) => Number(a! + b! > 7));
const numbers = X.map(([a, b, c]) => a! * 2 - b! + c! / 10 + 10);

const few = { nEstimators: 5, maxDepth: 3 };
const classify = (params: Partial<GradientBoostingClassifierParams> = {}) =>
  new GradientBoostingClassifier({ ...few, ...params });
const regress = (params: Partial<GradientBoostingRegressorParams> = {}) =>
  new GradientBoostingRegressor({ ...few, ...params });

/** What a promise was rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

const finite = (values: Iterable<number>) => expect([...values].every(Number.isFinite)).toBe(true);

describe("parameters that gradient boosting cannot use", () => {
  const wrong: readonly (readonly [parameter: string, value: unknown])[] = [
    ["nEstimators", 0],
    ["learningRate", 0],
    ["learningRate", -0.1],
    ["maxDepth", -1],
    ["maxLeaves", 1],
    ["growPolicy", "leafwise"],
    ["minChildWeight", -1],
    ["gamma", -1],
    ["gamma", Number.NaN],
    ["regLambda", -1],
    ["regAlpha", -1],
    ["maxDeltaStep", -1],
    ["subsample", 0],
    ["subsample", 1.5],
    ["colsampleByTree", 0],
    ["colsampleByLevel", 0],
    ["colsampleByNode", 0],
    ["colsampleByNode", 2],
    ["maxBin", 1],
    ["maxBin", 70_000],
    ["maxBin", 10.5],
    ["baseScore", Number.POSITIVE_INFINITY],
    ["monotoneConstraints", [2, 0, 0]],
    ["monotoneConstraints", "increasing"],
    ["evalMetric", "no such metric"],
    ["earlyStoppingRounds", 0],
    ["randomState", -1],
    ["nJobs", 0],
    ["objective", "reg:gamma"],
    ["objective", "rank:ndcg"],
  ];
  for (const [parameter, value] of wrong) {
    it(`are refused by name: ${parameter} ${JSON.stringify(value)}`, async () => {
      for (const model of [classify({ [parameter]: value }), regress({ [parameter]: value })]) {
        const y = model instanceof GradientBoostingClassifier ? labels : numbers;
        const error = await rejection(model.fit(X, y));
        expect(error).toBeInstanceOf(InvalidParameterError);
        expect((error as InvalidParameterError).parameter).toBe(parameter);
        expect((error as Error).message).toContain(`${parameter} of ${model.definition.name}`);
        expect(model.isFitted).toBe(false);
      }
    });
  }

  it("are refused where they do not fit the data: one constraint for each feature", async () => {
    for (const monotoneConstraints of [[], [1], [1, 0, 0, 0]]) {
      const error = await rejection(regress({ monotoneConstraints }).fit(X, numbers));
      expect(error).toBeInstanceOf(InvalidParameterError);
      expect((error as Error).message).toMatch(/monotoneConstraints .*3 features; got \d/);
    }
  });

  it("are refused where they do not fit the objective: baseScore outside of what can be predicted", async () => {
    for (const baseScore of [-0.1, 1.1]) {
      expect(await rejection(classify({ baseScore }).fit(X, labels))).toMatchObject({ parameter: "baseScore" });
    }
    for (const baseScore of [0, -3]) {
      const model = regress({ objective: "count:poisson", baseScore });
      expect(await rejection(model.fit(X, numbers))).toMatchObject({ parameter: "baseScore" });
    }
    // Odds of 0 and 1 are none; XGBoost takes the nearest that are.
    for (const baseScore of [0, 1]) finite((await classify({ baseScore }).fit(X, labels)).state.model.baseMargin);
  });

  it("are refused where they need what is not there: earlyStoppingRounds without an evaluation set", async () => {
    for (const evalSet of [undefined, null, {}]) {
      const error = await rejection(classify({ earlyStoppingRounds: 3 }).fit(X, labels, { evalSet }));
      expect(error).toBeInstanceOf(InvalidParameterError);
      expect((error as InvalidParameterError).parameter).toBe("earlyStoppingRounds");
    }
  });

  it("are refused where they contradict the data: two classes' objective for three, a metric of other outputs", async () => {
    const three = X.map((_, i) => i % 3);
    const odds = await rejection(classify({ objective: "binary:logistic" }).fit(X, three));
    expect(odds).toMatchObject({ parameter: "objective" });
    for (const [y, evalMetric] of [[three, "logloss"] as const, [labels, "mlogloss"] as const]) {
      const error = await rejection(classify({ evalMetric }).fit(X, y, { evalSet: [X, y] }));
      expect(error).toMatchObject({ parameter: "evalMetric" });
    }
  });
});

describe("data that gradient boosting cannot use", () => {
  const withCell = (value: number) => X.map((row, i) => (i === 5 ? row.with(1, value) : row));

  it("are refused with row and column: infinite numbers, and numbers beyond what f32 can hold", async () => {
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39, -1e39]) {
      const fitted = await regress().fit(X, numbers);
      const { state } = fitted;
      const isInfinite = Math.abs(value) === Number.POSITIVE_INFINITY;
      for (const attempt of [
        () => fitted.fit(withCell(value), numbers),
        ...(isInfinite
          ? [
              () => fitted.predict(withCell(value)),
              () => fitted.fit(X, numbers, { evalSet: [withCell(value), numbers] }),
            ]
          : []),
      ]) {
        const error = await rejection(attempt());
        expect(error).toBeInstanceOf(InvalidDataError);
        expect(error).toMatchObject({ row: 5, column: 1 });
      }
      expect(fitted.state).toBe(state);
    }
  });

  it("are no trouble when predicting: what is beyond f32 is beyond every threshold", async () => {
    const model = await regress().fit(X, numbers);
    for (const [value, nearest] of [[1e39, 3e38] as const, [-1e39, -3e38] as const]) {
      expect(await model.predict(withCell(value))).toEqual(await model.predict(withCell(nearest)));
    }
  });

  it("are refused with their row: targets that are missing, infinite or beyond f32, and counts below 0", async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e39]) {
      const error = await rejection(regress().fit(X, numbers.with(7, value)));
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error).toMatchObject({ row: 7 });
    }
    const counts = regress({ objective: "count:poisson" });
    const error = await rejection(counts.fit(X, numbers.with(7, -1)));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error).toMatchObject({ row: 7 });
    expect((error as Error).message).toContain("-1");
    expect(await rejection(counts.fit(X, numbers, { evalSet: [X, numbers.with(3, -2)] }))).toMatchObject({ row: 3 });
  });

  it("are refused: weights below 0, weights that are all 0, and weights beyond f32", async () => {
    const ones = numbers.map(() => 1);
    for (const sampleWeight of [ones.with(2, -1), ones.map(() => 0), ones.with(2, 1e39), [1, 2]]) {
      expect(await rejection(regress().fit(X, numbers, { sampleWeight }))).toBeInstanceOf(InvalidDataError);
    }
    // All of which f32 rounds to 0.
    const tiny = ones.map(() => 1e-300);
    expect(await rejection(classify().fit(X, labels, { sampleWeight: tiny }))).toBeInstanceOf(InvalidDataError);
  });

  it("are refused: no rows, no columns, one class, and rows of y that X does not have", async () => {
    for (const attempt of [
      () => regress().fit([], []),
      () =>
        regress().fit(
          X.map(() => []),
          numbers,
        ),
      () =>
        classify().fit(
          X,
          X.map(() => 1),
        ),
      () => classify().fit([[1, 2]], [0]),
      () => regress().fit(X, numbers.slice(1)),
    ]) {
      expect(await rejection(attempt())).toBeInstanceOf(InvalidDataError);
    }
  });

  it("are refused: rows of another width than was learnt", async () => {
    const model = await regress().fit(X, numbers);
    for (const fresh of [[[1, 2]], [[1, 2, 3, 4]]]) {
      expect(await rejection(model.predict(fresh))).toBeInstanceOf(InvalidDataError);
    }
  });
});

describe("gradients of gradient boosting", () => {
  it("that grow beyond f32 end the fit with what to do, instead of a model of NaN", async () => {
    const counts = X.map((_, i) => i * 1e30);
    const params = { objective: "count:poisson", maxDeltaStep: 1e6, learningRate: 1, nEstimators: 50 } as const;
    const error = await rejection(regress(params).fit(X, counts));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect((error as Error).message).toContain("give y in a larger unit");
  });
});

describe("data that offer gradient boosting nothing to split on", () => {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;

  const nothing = {
    "columns that never vary": X.map(() => [1, -4, 0]),
    "columns that are missing throughout": X.map(() => [Number.NaN, Number.NaN, Number.NaN]),
    "one column that never varies and one that is missing": X.map(() => [3, Number.NaN]),
  };
  for (const [what, table] of Object.entries(nothing)) {
    it(`give the mean everywhere: ${what}`, async () => {
      const model = await regress().fit(table, numbers);
      for (const tree of model.trees) expect(tree.feature).toEqual(Int32Array.of(-1));
      for (const value of await model.predict(table)) expect(value).toBeCloseTo(mean, 4);
      finite(model.featureImportances);

      const odds = await classify().fit(table, labels);
      const share = labels.reduce((a, b) => a + b, 0) / labels.length;
      for (const row of (await odds.predictProba(table)).toArrays()) expect(row[1]).toBeCloseTo(share, 4);
    });
  }

  it("give what was seen: a single row", async () => {
    const model = await regress().fit([[1, 2, 3]], [42]);
    expect([...(await model.predict(X.slice(0, 2)))].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([42, 42]);
    const counts = await regress({ objective: "count:poisson" }).fit([[1, 2, 3]], [3]);
    expect((await counts.predict([[1, 2, 3]]))[0]).toBeCloseTo(3, 4);
  });

  it("give numbers, though all counts are 0 or all targets the same", async () => {
    for (const objective of [
      "reg:squarederror",
      "reg:absoluteerror",
      "reg:pseudohubererror",
      "count:poisson",
    ] as const) {
      for (const value of [0, 5]) {
        const y = numbers.map(() => value);
        const predicted = await (await regress({ objective, nEstimators: 60 }).fit(X, y)).predict(X);
        finite(predicted);
        if (objective !== "reg:pseudohubererror") for (const one of predicted) expect(one).toBeCloseTo(value, 2);
      }
    }
  });

  it("give finite models that can be stored, though squares of the targets are beyond f32", async () => {
    const model = await regress().fit(
      X,
      numbers.map((value) => value * 1e25),
    );
    finite(await model.predict(X));
    for (const tree of model.trees) for (const gain of tree.gain) expect(gain).toBeLessThan(Number.POSITIVE_INFINITY);
    expect((await fromBytes(await toBytes(model))).state).toEqual(model.state);
  });

  it("still give the splits of the other columns: missing throughout in training, given when predicting", async () => {
    const holed = X.map(([a, b]) => [a!, Number.NaN, b!]);
    const model = await regress().fit(holed, numbers);
    const plain = await model.predict(holed);
    expect(await model.predict(holed.map((row) => row.with(1, 1e30)))).toEqual(plain);
    expect(Math.max(...plain) - Math.min(...plain)).toBeGreaterThan(3);
  });
});

describe("gradient boosting in a search", () => {
  it("tells which classes a fold lacks, or scores it, but neither hangs nor crashes", { timeout: 20_000 }, async () => {
    // Folds in order: the first half has one class alone, the second the other two.
    const sorted = X.map((_, i) => (i < 8 ? 0 : i < 16 ? 1 : 2));
    const search = new GridSearchCV({
      estimator: classify(),
      paramGrid: { maxDepth: [1, 2] },
      cv: new KFold({ nSplits: 3 }),
    });
    await search.fit(X, sorted);
    // Every fold's model lacks the class of its test rows: it has never seen it, so it is never right.
    expect(search.cvResults.columns.mean_test_score).toEqual(Float64Array.of(0, 0));

    // One class is left for learning: such a fit must fail as a typed error, which the search keeps.
    const two = X.map((_, i) => Number(i >= 12));
    const failing = new GridSearchCV({
      estimator: classify(),
      paramGrid: { maxDepth: [1, 2] },
      cv: new KFold({ nSplits: 2 }),
    });
    const error = await rejection(failing.fit(X, two));
    expect(error).toBeInstanceOf(TrellisError);
    expect((error as Error).message).toContain("class");
  });
});
