import { r2Score } from "../metrics/r2-score.js";
import { Estimator, type FitOptions, type Method, type NoMembers, type RunOptions } from "./estimator.js";
import type { MatrixLike } from "./matrix.js";
import { type NumberTarget, type TargetLike, toTarget } from "./target.js";

/** Learns numbers. */
export abstract class Regressor<P extends object, S extends object, M extends object = NoMembers> extends Estimator<
  P,
  S,
  M
> {
  get target(): "numbers" {
    return "numbers";
  }

  get methods(): readonly Method[] {
    return ["predict"];
  }

  /** The number predicted for each row. */
  async predict(X: MatrixLike, options: RunOptions = {}): Promise<Float64Array> {
    return (await this.answer("predict", X, options)) as Float64Array;
  }

  /** Coefficient of determination, R2: 1 for perfect predictions, 0 for those of the mean. */
  async score(
    X: MatrixLike,
    y: TargetLike,
    options: Pick<FitOptions, "sampleWeight" | "signal" | "pool"> = {},
  ): Promise<number> {
    const predicted = await this.predict(X, options);
    const truth = toTarget(y, "numbers", predicted.length, this.definition.name) as NumberTarget;
    return r2Score(truth.values, predicted, { sampleWeight: options.sampleWeight ?? undefined });
  }
}
