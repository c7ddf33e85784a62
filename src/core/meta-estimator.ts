import { accuracyScore } from "../metrics/accuracy-score.js";
import { r2Score } from "../metrics/r2-score.js";
import { InvalidDataError } from "./errors.js";
import { type AnyEstimator, Estimator, type FitOptions, type NoMembers, type RunOptions } from "./estimator.js";
import type { Label } from "./labels.js";
import type { Matrix, MatrixLike } from "./matrix.js";
import { type LabelTarget, type NumberTarget, type TargetLike, toTarget } from "./target.js";

/** What `predict` of an estimator gives: labels of classifiers, numbers of regressors. */
export type PredictionOf<E> = E extends { predict(X: MatrixLike, options?: RunOptions): infer R }
  ? R
  : Promise<readonly Label[] | Float64Array>;

/**
 * An estimator that is what another one makes of it (a search, a pipeline): a classifier, a regressor or a transformer. It has
 * every verb; one that `Inner` lacks is refused with the list of those that it has.
 */
export abstract class MetaEstimator<
  P extends object,
  S extends object,
  M extends object = NoMembers,
  Inner = AnyEstimator,
> extends Estimator<P, S, M> {
  /** Sorted labels seen in fit, of classifiers. */
  get classes(): readonly Label[] {
    const { classes } = this.state;
    if (classes === null)
      throw new InvalidDataError(`this ${this.definition.name} is no classifier, so it has no classes`);
    return classes;
  }

  /** The label or the number of each row. */
  predict(X: MatrixLike, options: RunOptions = {}): PredictionOf<Inner> {
    return this.answer("predict", X, options) as PredictionOf<Inner>;
  }

  /** Probabilities, rows x classes, the columns in the order of `classes`. */
  async predictProba(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("predictProba", X, options)) as Matrix;
  }

  /** Decision values, rows x classes, or x 1 for two classes. */
  async decisionFunction(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("decisionFunction", X, options)) as Matrix;
  }

  /** What its last member makes of X: as many rows, columns of its own. */
  async transform(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("transform", X, options)) as Matrix;
  }

  /** Accuracy of classifiers, R2 of regressors. */
  async score(
    X: MatrixLike,
    y: TargetLike,
    options: Pick<FitOptions, "sampleWeight" | "signal" | "pool"> = {},
  ): Promise<number> {
    const predicted = (await this.answer("predict", X, options)) as readonly Label[] | Float64Array;
    const truth = toTarget(y, this.target, predicted.length, this.definition.name) as LabelTarget | NumberTarget;
    const sampleWeight = options.sampleWeight ?? undefined;
    if (truth.kind === "labels") return accuracyScore(truth.toArray(), predicted, { sampleWeight });
    return r2Score(truth.values, predicted as Float64Array, { sampleWeight });
  }
}
