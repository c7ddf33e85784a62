import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Path } from "../../src/core/paths.js";
import { loadIris } from "../../src/datasets/iris.js";
import type { Ridge } from "../../src/linear/ridge.js";
import { StackingRegressor } from "../../src/stacking/stacking-regressor.js";
import { SVC } from "../../src/svm/svc.js";
import { SVR } from "../../src/svm/svr.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/stacking_regressor.py. */
const golden: {
  readonly cases: readonly {
    readonly cv: number | "prefit";
    readonly weighted: boolean;
    readonly params: { readonly passthrough?: boolean };
    readonly predict: readonly number[];
    readonly coef: readonly number[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/stacking-regressor.json", import.meta.url), "utf8"));

const iris = loadIris().X.toArrays();
const X = iris.map((row) => row.slice(0, 3));
const y = iris.map((row) => row[3]!);

describe("What scikit-learn predicts is predicted:", () => {
  for (const { cv, weighted, params, predict, coef } of golden.cases) {
    test(`cv ${cv}, ${JSON.stringify(params)}${weighted ? ", weights" : ""}.`, async () => {
      const rbf = new SVR({ gamma: 0.1, tol: 1e-10 });
      const linear = new SVR({ kernel: "linear", C: 0.1, tol: 1e-10 });
      if (cv === "prefit") for (const member of [rbf, linear]) await member.fit(X, y);
      const stack = new StackingRegressor({
        estimators: [
          ["rbf", rbf],
          ["linear", linear],
        ],
        cv,
        ...params,
      });
      await stack.fit(X, y, { sampleWeight: weighted ? y.map((_, row) => 1 + (row % 3)) : null });
      const predicted = await stack.predict(X.filter((_, row) => row % 7 === 0));
      expect([...predicted]).toEqual(predict.map((value) => expect.closeTo(value, 6)));
      expect([...stack.finalEstimator.coef]).toEqual(coef.map((value) => expect.closeTo(value, 5)));
    });
  }
});

test("Classifiers are refused, as members and at the end.", async () => {
  await expect(new StackingRegressor({ estimators: [["svc", new SVC()]] }).fit(X, y)).rejects.toThrow(
    'estimators of StackingRegressor must be regressors; "svc" (SVC) is none',
  );
  const ended = new StackingRegressor({ estimators: [["svr", new SVR()]], finalEstimator: new SVC() });
  await expect(ended.fit(X, y)).rejects.toThrow("finalEstimator of StackingRegressor must be a regressor; got SVC");
});

test("Parameters of the final estimator are typed, by default those of Ridge.", () => {
  const stack = new StackingRegressor({ estimators: [["svr", new SVR()]] });
  expectTypeOf(stack.members.finalEstimator).toEqualTypeOf<Ridge>();
  expectTypeOf<"finalEstimator__alpha">().toExtend<Path<typeof stack>>();
  expectTypeOf<"svr__epsilon">().toExtend<Path<typeof stack>>();
  expect(stack.clone({ finalEstimator__alpha: 5 }).members.finalEstimator.params.alpha).toBe(5);
});
