import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { LinearSVC, type LinearSVCParams } from "../../src/linear/linear-svc.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { load, type ProblemName, weightsOf } from "./problems.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/linear_svc.py. */
const goldens = JSON.parse(readFileSync(new URL("../golden/linear-svc.json", import.meta.url), "utf8")) as {
  readonly cases: readonly {
    readonly on: ProblemName;
    readonly weighted: boolean;
    readonly params: Partial<LinearSVCParams>;
    readonly coef: readonly (readonly number[])[];
    readonly intercept: readonly number[];
  }[];
  readonly digits: readonly {
    readonly params: Partial<LinearSVCParams>;
    readonly right: number;
    readonly nIter: number;
  }[];
};

let warn: MockInstance<typeof console.warn>;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

describe("What scikit-learn finds is found:", () => {
  for (const { on, weighted, params, coef, intercept } of goldens.cases) {
    test(`${on} with ${JSON.stringify(params)}${weighted ? " and weights" : ""}.`, async () => {
      const { X, y } = await load(on);
      const model = new LinearSVC({ ...params, tol: 1e-9, maxIter: 10_000_000, randomState: 1 });
      await model.fit(X, y, { sampleWeight: weighted ? weightsOf(y.length) : null });
      expect(model.converged).toBe(true);
      expect(warn).not.toHaveBeenCalled();
      const found = model.coef.toArrays().map((row, k) => [...row, model.intercept[k]!]);
      expect(found.length).toBe(coef.length);
      coef.forEach((row, k) => {
        const expected = [...row, intercept[k]!];
        const size = Math.max(...expected.map(Math.abs));
        const off = Math.max(...expected.map((value, j) => Math.abs(found[k]![j]! - value)));
        expect(off / size).toBeLessThan(1e-6);
      });
    });
  }
});

describe("Held-out digits are labelled rightly as often as by scikit-learn, and after about as many iterations:", () => {
  for (const { params, right, nIter } of goldens.digits) {
    test(`${JSON.stringify(params)}.`, async () => {
      const { X, y } = await load("digits");
      const rows = y.map((_, i) => i);
      const model = new LinearSVC({ ...params, randomState: 0 });
      await model.fit(X.take(rows.slice(0, 1200)), y.slice(0, 1200));
      const predicted = await model.predict(X.take(rows.slice(1200)));
      const own = predicted.filter((label, i) => label === y[1200 + i]).length;
      expect(Math.abs(own - right)).toBeLessThanOrEqual(1);
      // The order of the visits, which is random, has much to do with it.
      expect(Math.abs(Math.log2(model.nIter / nIter))).toBeLessThan(1);
    });
  }
});

/** Penalty plus losses of a model of two classes, in plain arithmetic. */
function objective(
  weights: readonly number[],
  X: readonly (readonly number[])[],
  y: readonly number[],
  weight: readonly number[],
  { C, loss }: Pick<LinearSVCParams, "C" | "loss">,
): number {
  let sum = weights.reduce((total, w) => total + w * w, 0) / 2;
  X.forEach((x, i) => {
    const score = [...x, 1].reduce((total, value, j) => total + value * weights[j]!, 0);
    const miss = Math.max(0, 1 - (y[i] === 1 ? score : -score));
    sum += C * weight[i]! * (loss === "hinge" ? miss : miss * miss);
  });
  return sum;
}

/** Halves, so that no two rows are almost the same: coordinates descend slowly along such a pair. */
const cell = fc.integer({ min: -6, max: 6 }).map((value) => value / 2);
const problems = fc
  .record({ rows: fc.integer({ min: 2, max: 20 }), cols: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, cols }) =>
    fc.record({
      X: fc.array(fc.array(cell, { minLength: cols, maxLength: cols }), { minLength: rows, maxLength: rows }),
      y: fc.array(fc.constantFrom(0, 1), { minLength: rows - 2, maxLength: rows - 2 }).map((rest) => [0, 1, ...rest]),
      weight: fc.array(fc.constantFrom(0.5, 1, 3), { minLength: rows, maxLength: rows }),
      C: fc.constantFrom(0.01, 1, 10),
      directions: fc.array(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: cols + 1, maxLength: cols + 1 }),
        { minLength: 5, maxLength: 5 },
      ),
    }),
  );
type Drawn = typeof problems extends fc.Arbitrary<infer T> ? T : never;

async function solved({ X, y, weight, C }: Drawn, loss: LinearSVCParams["loss"]): Promise<number[]> {
  const model = new LinearSVC({ C, loss, tol: 1e-9, maxIter: 1_000_000, randomState: 3 });
  await model.fit(X, y, { sampleWeight: weight, pool: inlinePool() });
  return [...model.coef.data, ...model.intercept];
}

describe("The solution", () => {
  test("has a duality gap of almost nothing, with the dual variables that the squared losses stand for.", async () => {
    const gap = async (drawn: Drawn) => {
      const { X, y, weight, C } = drawn;
      const weights = await solved(drawn, "squaredHinge");
      const dual = weights.map(() => 0);
      let value = 0;
      X.forEach((x, i) => {
        const sign = y[i] === 1 ? 1 : -1;
        const score = [...x, 1].reduce((total, v, j) => total + v * weights[j]!, 0);
        const alpha = 2 * C * weight[i]! * Math.max(0, 1 - sign * score);
        value += alpha - (alpha * alpha) / (4 * C * weight[i]!);
        [...x, 1].forEach((v, j) => {
          dual[j]! += alpha * sign * v;
        });
      });
      value -= dual.reduce((total, w) => total + w * w, 0) / 2;
      const primal = objective(weights, X, y, weight, { C, loss: "squaredHinge" });
      expect(Math.abs(primal - value)).toBeLessThan(1e-6 * (1 + primal));
    };
    await fc.assert(fc.asyncProperty(problems, gap), { numRuns: 60 });
  });

  test("is lowered by no step in any direction, near or far, for either loss.", async () => {
    const isLowest = async (drawn: Drawn, loss: LinearSVCParams["loss"]) => {
      const { X, y, weight, C, directions } = drawn;
      const weights = await solved(drawn, loss);
      const lowest = objective(weights, X, y, weight, { C, loss });
      for (const direction of directions) {
        for (const step of [1e-3, 0.1, 1]) {
          const moved = weights.map((w, j) => w + step * direction[j]!);
          expect(objective(moved, X, y, weight, { C, loss })).toBeGreaterThan(lowest - 1e-7 * (1 + lowest));
        }
      }
    };
    const losses = fc.constantFrom<LinearSVCParams["loss"]>("hinge", "squaredHinge");
    await fc.assert(fc.asyncProperty(problems, losses, isLowest), { numRuns: 80 });
  });
});

test("Pools of every width, and bytes, f32 and f64 of the same values, whole or as views, give the same bits.", async () => {
  const [rows, cols] = [400, 60];
  const bytes = Uint8Array.from({ length: rows * cols }, (_, i) => (i % 3 === 0 ? (i * 7919) % 251 : 0));
  const y = Array.from({ length: rows }, (_, i) => ["x", "y", "z"][(i * 31 + (i >> 3)) % 3]!);
  const scaled = new Matrix(bytes, rows, cols, { scale: 1 / 255 });
  const index = y.map((_, i) => (i * 13) % rows);
  const pools = [inlinePool(), threadPool({ workers: 1 }), threadPool({ workers: 3 })];
  const fitted = async (X: Matrix, labels: readonly string[], pool = pools[0]!) =>
    (await new LinearSVC({ maxIter: 30, randomState: 5 }).fit(X, labels, { pool })).state;
  const expected = await fitted(scaled, y);
  for (const pool of pools) expect(await fitted(scaled, y, pool)).toEqual(expected);
  expect(await fitted(new Matrix(scaled.toFloat64(), rows, cols), y)).toEqual(expected);
  expect(await fitted(new Matrix(Float32Array.from(scaled.toFloat64()), rows, cols), y)).toEqual(expected);
  const view = scaled.take(index);
  const labels = index.map((row) => y[row]!);
  const copy = new Matrix(view.data, rows, cols, { scale: 1 / 255 });
  expect(await fitted(view, labels)).toEqual(await fitted(copy, labels));
  for (const pool of pools) await pool.close();
});

test("Two classes have one row of coefficients and one score, positive for the second.", async () => {
  const model = await new LinearSVC({ randomState: 0 }).fit([[-2], [-1], [1], [2]], ["no", "no", "yes", "yes"]);
  expect([model.coef.rows, model.coef.cols, model.intercept.length]).toEqual([1, 1, 1]);
  const scores = await model.decisionFunction([[-3], [3]]);
  expect([scores.rows, scores.cols]).toEqual([2, 1]);
  expect(Math.sign(scores.at(0, 0)) - Math.sign(scores.at(1, 0))).toBe(-2);
  expect(await model.predict([[-3], [3]])).toEqual(["no", "yes"]);
});

test("A fit that maxIter ends says so in one warning and by converged, and its model works.", async () => {
  const { X, y } = await load("wine");
  const model = await new LinearSVC({ maxIter: 2, randomState: 0 }).fit(X, y);
  expect([model.nIter, model.converged]).toEqual([2, false]);
  expect(warn.mock.calls).toEqual([
    ["LinearSVC has not converged in maxIter = 2 iterations; raise maxIter or tol, or scale the features"],
  ]);
  expect(await model.score(X, y)).toBeGreaterThan(0.9);
});

test("Progress counts the problems, one a class.", async () => {
  const { X, y } = await load("iris");
  const seen: unknown[] = [];
  await new LinearSVC({ randomState: 0 }).fit(X, y, { onProgress: (progress) => void seen.push(progress) });
  expect(seen).toEqual([1, 2, 3].map((done) => ({ what: "problems", done, total: 3 })));
});

describe("Refused are", () => {
  const rejected = (params: Partial<LinearSVCParams>, X: number[][], y: unknown[]) =>
    expect(new LinearSVC(params).fit(X, y as number[])).rejects;

  test("a single class.", async () => {
    await rejected({}, [[1], [2]], ["a", "a"]).toThrow(
      "LinearSVC needs at least 2 classes in y; got only one class: a",
    );
  });

  test("NaN in X, with its place.", async () => {
    await rejected({}, [[1], [Number.NaN]], [0, 1]).toThrow(/NaN.*row 1/);
  });

  test("C that is not positive.", async () => {
    for (const C of [0, -1]) {
      await rejected({ C }, [[1], [2]], [0, 1]).toThrow(`C of LinearSVC must be a finite number > 0; got ${C}`);
    }
  });

  test("an interceptScaling that is not positive, and another penalty than l2.", async () => {
    await rejected({ interceptScaling: 0 }, [[1], [2]], [0, 1]).toThrow("interceptScaling of LinearSVC must be");
    await rejected({ penalty: "l1" as "l2" }, [[1], [2]], [0, 1]).toThrow("penalty of LinearSVC must be");
  });
});

test("An abort ends a fit with the signal's reason and leaves it unfitted.", async () => {
  const { X, y } = await load("digits");
  const stop = new AbortController();
  const model = new LinearSVC({ loss: "hinge", tol: 1e-12, maxIter: 1_000_000, C: 1e4, randomState: 0 });
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(model.fit(X, y, { signal: stop.signal })).rejects.toThrow("enough");
  expect(model.isFitted).toBe(false);
});
