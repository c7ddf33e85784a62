import { describe, expect, test } from "vitest";
import { fitEach } from "../../src/core/fit-all.js";
import { LinearRegression } from "../../src/linear/linear-regression.js";
import { Ridge } from "../../src/linear/ridge.js";
import { difference } from "../../src/testing/difference.js";
import { expectNear, goldens, titleOf } from "./regressions.js";

describe("scikit-learn's coefficients and intercept are found:", () => {
  for (const golden of goldens.ridge) {
    test(`${titleOf(golden)}, alpha ${golden.alpha}.`, async () => {
      const { on, weighted, fitIntercept, alpha } = golden;
      const model = new Ridge({ alpha, fitIntercept });
      await model.fit(goldens.tables[on], goldens.targets[on], { sampleWeight: weighted ? goldens.weights[on] : null });
      expectNear(model.coef, golden.coef, 1e-11);
      expectNear([model.intercept], [golden.intercept], 1e-11);
    });
  }
});

test("Without a penalty, or with next to none, it is least squares.", async () => {
  const [X, y] = [goldens.tables.dependent, goldens.targets.dependent];
  const { coef } = await new LinearRegression().fit(X, y);
  expect((await new Ridge({ alpha: 0 }).fit(X, y)).coef).toEqual(coef);
  expectNear((await new Ridge({ alpha: 1e-6 }).fit(X, y)).coef, [...coef], 1e-7);
});

for (const on of ["tall", "wide"] as const) {
  test(`Candidates that share the products of a ${on} table have the bits of independent fits.`, async () => {
    const [X, y] = [goldens.tables[on], goldens.targets[on]];
    const all = [0, 0.1, 5].flatMap((alpha) => [true, false].map((fitIntercept) => new Ridge({ alpha, fitIntercept })));
    await fitEach(all, X, y);
    for (const one of all) expect(difference(one.state, (await one.clone().fit(X, y)).state)).toBeNull();
  });
}
