import type { AnyEstimator } from "../core/estimator.js";
import type { CheckPools } from "./pools.js";

/** One promise that an estimator keeps or breaks. */
export interface Check {
  /** What holds, as a sentence. */
  readonly name: string;
  /** Its number in scikit-learn's list of checks as we count them; absent where it is one of our own. */
  readonly number?: string;
  /** Settles when the promise was found kept. @throws CheckFailure (or what the estimator threw) if it was not */
  run(): Promise<void>;
}

/** Of `estimatorChecks`. */
export interface EstimatorChecksOptions {
  /** The pools to run on, when several suites share one set. Default: a set of its own, started when first needed. */
  readonly pools?: CheckPools | undefined;
  /** The least score that it must reach on separable classes, or on numbers that are linear in X; null for "it does not
   * learn from X". Default 0.83 for classifiers, 0.6 for regressors. */
  readonly learns?: number | null | undefined;
  /** How far two answers may differ that are equal in exact arithmetic (a row counted twice or of weight 2). Default 1e-9. */
  readonly tolerance?: number | undefined;
  /** Parameters with which a weight of 2 is the same as the row twice, such as `{ bootstrap: false }`; null where there
   * are none. Default {}: the estimator as it is made. */
  readonly weightsAsRepeats?: Readonly<Record<string, unknown>> | null | undefined;
  /** Rows of the data whose fit is aborted halfway. Default 3000. */
  readonly longRows?: number | undefined;
  /** The names of checks that are known to fail, with the reason. One that passes, or does not exist, fails. */
  readonly expectedFailures?: Readonly<Record<string, string>> | undefined;
}

/** Makes one unfitted estimator, always with the same parameters. */
export type MakeEstimator = () => AnyEstimator;

export function check(number: string | null, name: string, run: () => Promise<void>): Check {
  return number === null ? { name, run } : { name, number, run };
}
