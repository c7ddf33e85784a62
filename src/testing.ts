/**
 * The suite that all estimators of the package pass, for yours: laws of params, fits, predictions, saving and sharing, as checks that
 * any test runner can run.
 *
 * @module trellis-learn/testing
 */
export { CheckFailure } from "./testing/assertions.js";
export type { Check, EstimatorChecksOptions, MakeEstimator } from "./testing/check.js";
export { estimatorChecks } from "./testing/estimator-checks.js";
export { CheckPools } from "./testing/pools.js";
