export { CheckFailure } from "./testing/assertions.js";
export type { Check, EstimatorChecksOptions, MakeEstimator } from "./testing/check.js";
export { estimatorChecks } from "./testing/estimator-checks.js";
export { CheckPools } from "./testing/pools.js";
