import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { classWeights, rowWeights } from "../../src/core/class-weight.js";
import { Matrix } from "../../src/core/matrix.js";
import { LabelTarget } from "../../src/core/target.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { goldens, load, type Problem, weightsOf } from "./problems.js";

/** Mean loss by weight plus the penalty, in plain arithmetic. */
async function objective(model: LogisticRegression, { X, y }: Problem, weight: Float64Array): Promise<number> {
  const scores = (await model.decisionFunction(X)).toArrays();
  const total = weight.reduce((sum, w) => sum + w, 0);
  let loss = 0;
  scores.forEach((row, i) => {
    const z = row.length === 1 ? [0, row[0]!] : row;
    const top = Math.max(...z);
    loss += weight[i]! * (top + Math.log(z.reduce((sum, one) => sum + Math.exp(one - top), 0)) - z[y[i]!]!);
  });
  const squares = model.coef.toFloat64().reduce((sum, w) => sum + w * w, 0);
  return loss / total + (0.5 * squares) / (model.params.C * total);
}

function expectNear(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[], within: number) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(Math.abs(actual[i]![j]! - value)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(value)));
    });
  });
}

describe("What scikit-learn finds is found:", () => {
  for (const golden of goldens.cases) {
    const { on, weighted, params } = golden;
    test(`${on} with ${JSON.stringify(params)}${weighted ? " and weights" : ""}.`, async () => {
      const problem = await load(on);
      const { X, y } = problem;
      const sampleWeight = weighted ? Float64Array.from(weightsOf(y.length)) : null;
      const model = await new LogisticRegression(params).fit(X, y, { sampleWeight });
      const target = new LabelTarget([...model.classes], Int32Array.from(y));
      const byClass = classWeights(params.classWeight ?? null, target, "LogisticRegression", sampleWeight);
      const weight = rowWeights(target, byClass, sampleWeight) ?? new Float64Array(y.length).fill(1);
      expect(Math.abs((await objective(model, problem, weight)) / golden.loss - 1)).toBeLessThan(1e-6);
      expect(model.converged).toBe(true);
      // The steps are scikit-learn's; where hundreds of them go on into the rounding, their number may differ a little.
      expect(Math.abs(model.nIter - golden.nIter)).toBeLessThanOrEqual(golden.nIter > 100 ? 0.1 * golden.nIter : 0);
      expect((await model.predict(X)).join("")).toBe(golden.predictions);
      if (golden.coef === null) return;
      expectNear(model.coef.toArrays(), golden.coef, 1e-3);
      expectNear([[...model.intercept]], [golden.intercept!], 1e-3);
      const few = X.take([0, 1, 2, 3, 4]);
      expectNear((await model.decisionFunction(few)).toArrays(), golden.decision!, 2e-3);
      expectNear((await model.predictProba(few)).toArrays(), golden.probabilities!, 1e-3);
    });
  }
});

describe("The same bits", () => {
  const pools = [inlinePool(), threadPool({ workers: 1 }), threadPool({ workers: 3 })];
  const rows = 1500;
  const cols = 300;
  const bytes = Uint8Array.from({ length: rows * cols }, (_, i) => (i % 3 === 0 ? (i * 7919) % 251 : 0));
  const y = Array.from({ length: rows }, (_, i) => ["x", "y", "z"][(i * 31 + (i >> 3)) % 3]!);
  const scaled = new Matrix(bytes, rows, cols, { scale: 1 / 255 });
  const fitted = async (X: Matrix, pool = pools[0]!, labels: readonly string[] = y) => {
    const model = new LogisticRegression({ maxIter: 5 });
    await model.fit(X, labels, { pool });
    return { state: model.state, scores: (await model.predictProba(X, { pool })).data };
  };
  beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
  afterAll(async () => {
    vi.restoreAllMocks();
    for (const pool of pools) await pool.close();
  });

  test("come out of pools of every width.", async () => {
    const [inline, ...others] = await Promise.all(pools.map((pool) => fitted(scaled, pool)));
    for (const other of others) expect(other).toEqual(inline);
  });

  test("come out of scaled bytes, f32 and f64 of the same values.", async () => {
    const values = scaled.toFloat64();
    const expected = await fitted(scaled);
    expect(await fitted(new Matrix(values, rows, cols))).toEqual(expected);
    expect(await fitted(new Matrix(Float32Array.from(values), rows, cols))).toEqual(expected);
  });

  test("come out of a view of rows and of a copy of them.", async () => {
    const index = Array.from({ length: 700 }, (_, i) => (i * 13) % rows);
    const labels = index.map((row) => y[row]!);
    const view = scaled.take(index);
    const copy = new Matrix(view.data, index.length, cols, { scale: 1 / 255 });
    expect(await fitted(view, pools[0], labels)).toEqual(await fitted(copy, pools[0], labels));
  });
});

describe("Without a penalty", () => {
  const X = [[0], [1], [2], [3], [4], [5]];
  const y = [0, 0, 1, 0, 1, 1];

  test("penalty null and C Infinity are the same, and fit closer than C 1.", async () => {
    const one = await new LogisticRegression({ penalty: null }).fit(X, y);
    const other = await new LogisticRegression({ C: Number.POSITIVE_INFINITY }).fit(X, y);
    expect(one.coef.data).toEqual(other.coef.data);
    expect(one.coef.data[0]).toBeGreaterThan((await new LogisticRegression().fit(X, y)).coef.data[0]!);
  });
});

test("Two classes have one row of coefficients, one score, and two probabilities, also for labels that are words.", async () => {
  const model = await new LogisticRegression().fit([[-2], [-1], [1], [2]], ["no", "no", "yes", "yes"]);
  expect([model.coef.rows, model.coef.cols, model.intercept.length]).toEqual([1, 1, 1]);
  const scores = await model.decisionFunction([[-3], [3]]);
  expect([scores.rows, scores.cols]).toEqual([2, 1]);
  expect(await model.predict([[-3], [3]])).toEqual(["no", "yes"]);
  for (const [no, yes] of (await model.predictProba([[-3], [3], [1e6]])).toArrays())
    expect(no! + yes!).toBeCloseTo(1, 15);
});

test("A fit that maxIter ends says so in one warning and by converged.", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { X, y } = await load("wine");
  const model = await new LogisticRegression({ maxIter: 2 }).fit(X, y);
  expect([model.nIter, model.converged]).toEqual([2, false]);
  expect(warn.mock.calls).toEqual([
    ["LogisticRegression has not converged in maxIter = 2 iterations; raise maxIter or scale the features"],
  ]);
  warn.mockRestore();
});

test("Progress counts iterations up to maxIter.", async () => {
  const { X, y } = await load("iris");
  const seen: number[] = [];
  const model = await new LogisticRegression().fit(X, y, {
    onProgress: ({ what, done, total }) => {
      expect([what, total]).toEqual(["iterations", 100]);
      seen.push(done);
    },
  });
  expect(seen).toEqual(Array.from({ length: model.nIter }, (_, i) => i + 1));
});

test("A single class is refused.", async () => {
  await expect(new LogisticRegression().fit([[1], [2]], ["a", "a"])).rejects.toThrow(
    "LogisticRegression needs at least 2 classes in y; got only one class: a",
  );
});

test("Class weights that leave no weight at all are refused.", async () => {
  await expect(new LogisticRegression({ classWeight: { 0: 0, 1: 0 } }).fit([[1], [2]], [0, 1])).rejects.toThrow(
    "classWeight of LogisticRegression must leave a row with a positive weight; got none",
  );
});

test("An abort ends a fit with the signal's reason and leaves it unfitted.", async () => {
  const { X, y } = await load("digits");
  const stop = new AbortController();
  const model = new LogisticRegression({ tol: 1e-12, maxIter: 100_000, C: 1e6 });
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done === 3) stop.abort(new Error("enough"));
  };
  await expect(model.fit(X, y, { signal: stop.signal, onProgress })).rejects.toThrow("enough");
  expect(model.isFitted).toBe(false);
});
