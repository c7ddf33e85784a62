import { Estimator, type FitOptions, type Method, type NoMembers, type RunOptions } from "./estimator.js";
import type { Matrix, MatrixLike } from "./matrix.js";
import type { Target, TargetLike } from "./target.js";

/** Learns how to change X. */
export abstract class Transformer<P extends object, S extends object, M extends object = NoMembers> extends Estimator<
  P,
  S,
  M
> {
  get target(): Target["kind"] {
    return "none";
  }

  get methods(): readonly Method[] {
    return ["transform"];
  }

  /** X changed; as many rows. */
  async transform(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("transform", X, options)) as Matrix;
  }

  /** Fits, then transforms the same X. */
  async fitTransform(X: MatrixLike, y?: TargetLike | null, options: FitOptions = {}): Promise<Matrix> {
    await this.fit(X, y, options);
    return this.transform(X, options);
  }
}
