import { describe, expect, it } from "vitest";
import type { AnyEstimator, Method, Output } from "../../src/core/estimator.js";
import type { Matrix } from "../../src/core/matrix.js";
import { outputOf } from "../../src/core/predict-all.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { builtInNames } from "../../src/persistence/registry.js";
import { CLASSIFIERS, namesOf, REGRESSORS, TRANSFORMERS } from "./onnx-estimators.js";
import { PROBLEMS, single, stored } from "./onnx-problems.js";
import { type Answers, inOnnx } from "./onnx-session.js";

const pool = inlinePool();
const ask = (estimator: AnyEstimator, X: Matrix, method: Method): Promise<Output> =>
  outputOf(estimator, X, method, { pool });

const SOME = Array.from({ length: 50 }, (_, row) => row);

/** The largest distance of numbers, relative to those greater than 1. */
function distance(got: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  expect(got?.length).toBe(expected.length);
  return Array.from(expected).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(got![i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
}

/** Of booleans 0 and 1. */
const labelsOf = (labels: Output) =>
  Array.from(labels as readonly (string | number | boolean)[], (label) =>
    typeof label === "boolean" ? Number(label) : label,
  );

/** Of a table, of one row of it, and of none. */
async function expectSame(estimator: AnyEstimator, X: Matrix): Promise<void> {
  const one = X.take([7]);
  const [ofAll, ofOne, ofNone] = await inOnnx(estimator, X, one, X.take([]));
  await expectAnswers(estimator, X, ofAll!);
  await expectAnswers(estimator, one, ofOne!);
  expect(Object.keys(ofNone!)).toEqual(Object.keys(ofAll!));
  for (const answer of Object.values(ofNone!)) expect(answer).toHaveLength(0);
}

async function expectAnswers(estimator: AnyEstimator, X: Matrix, got: Answers): Promise<void> {
  const { methods, target } = estimator;
  if (target === "labels") {
    expect(got.label).toEqual(labelsOf(await ask(estimator, X, "predict")));
    expect(got.probabilities !== undefined).toBe(methods.includes("predictProba"));
  }
  if (got.probabilities !== undefined) {
    const { data } = (await ask(estimator, X, "predictProba")) as Matrix;
    expect(distance(got.probabilities, data)).toBeLessThan(1e-5);
  }
  if (target === "numbers") {
    const numbers = (await ask(estimator, X, "predict")) as Float64Array;
    expect(distance(got.prediction, numbers)).toBeLessThan(1e-5);
  }
  if (target === "none") {
    const { data } = (await ask(estimator, X, "transform")) as Matrix;
    expect(distance(got.transformed, data)).toBeLessThan(1e-6);
  }
}

describe("In onnxruntime", () => {
  for (const [dataset, problem] of Object.entries(PROBLEMS)) {
    const { X, y, numbers, all } = problem();
    for (const [kind, make] of Object.entries(CLASSIFIERS)) {
      it(`${kind} that has learnt ${dataset} answers the same labels and probabilities.`, async () => {
        const estimator = await make().fit(X, y, { pool });
        await expectSame(estimator, all);
      });
    }
    for (const [kind, make] of Object.entries(REGRESSORS)) {
      it(`${kind} that has learnt numbers from ${dataset} predicts the same.`, async () => {
        const estimator = await make().fit(X, numbers, { pool });
        await expectSame(estimator, all);
      });
    }
    for (const [kind, make] of Object.entries(TRANSFORMERS)) {
      it(`${kind} that has learnt ${dataset} gives the same table.`, async () => {
        const estimator = await make().fit(X.take(SOME), null, { pool });
        await expectSame(estimator, all.take(SOME));
      });
    }
  }

  it("regressors of diabetes predict the same.", async () => {
    const { X, y, rows, cols } = stored("diabetes");
    const table = single(X, rows, cols);
    for (const make of Object.values(REGRESSORS)) await expectSame(await make().fit(table, y, { pool }), table);
  });
});

it("Every class of estimators of this library is among those that were tried.", () => {
  const kinds = [CLASSIFIERS, REGRESSORS, TRANSFORMERS].flatMap((kind) => Object.values(kind));
  expect([...new Set(kinds.flatMap((make) => namesOf(make())))].sort()).toEqual(builtInNames());
});
