import { afterAll, describe, it } from "vitest";
import {
  MljsDecisionTreeClassifier,
  MljsDecisionTreeRegressor,
  MljsRandomForestClassifier,
  MljsRandomForestRegressor,
  MljsSVC,
} from "../../src/mljs.js";
import { CheckPools, type EstimatorChecksOptions, estimatorChecks, type MakeEstimator } from "../../src/testing.js";

const estimators: Readonly<Record<string, readonly [make: MakeEstimator, options?: EstimatorChecksOptions]>> = {
  MljsDecisionTreeClassifier: [() => new MljsDecisionTreeClassifier()],
  MljsDecisionTreeRegressor: [() => new MljsDecisionTreeRegressor()],
  MljsRandomForestClassifier: [() => new MljsRandomForestClassifier({ nEstimators: 2 })],
  MljsRandomForestRegressor: [() => new MljsRandomForestRegressor({ nEstimators: 2 })],
  MljsSVC: [() => new MljsSVC({ maxPasses: 2 })],
};

const pools = new CheckPools();
afterAll(() => pools.close());

for (const [title, [make, options]] of Object.entries(estimators)) {
  describe(title, () => {
    // Enough to abort in: ml.js takes seconds for 3000 rows.
    for (const { name, number, run } of estimatorChecks(make, { pools, longRows: 60, ...options })) {
      it(number === undefined ? name : `${name} [${number}]`, run);
    }
  });
}
