import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { arrayOf } from "../core/model-shape.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";
import {
  type KNeighbors,
  type KNeighborsOptions,
  kNeighbors,
  modelOf,
  type NeighborsModel,
  neighborsOfModels,
  validateNeighbors,
  weightsOf,
} from "./neighbors-model.js";
import { type NeighborsParams, neighborsRules } from "./neighbors-params.js";
import type { Neighbors } from "./search-neighbors.js";

const definition: Definition<NeighborsParams> = { name: "KNeighborsRegressor", schema: neighborsRules };

/**
 * The mean of the nearest training rows' numbers. Distances are sums over features in f64, and the rows
 * found are those that comparing all pairs finds; of rows as far away those that came first are nearer. How they are found, by a k-d
 * tree or without, follows from the number of features and queries; there is no `algorithm` to choose.
 *
 * In a search, candidates that differ in `nNeighbors` and `weights` share one search for neighbours.
 *
 * See scikit-learn, sklearn.neighbors.KNeighborsRegressor whose algorithm "brute" finds the same.
 */
export class KNeighborsRegressor extends Regressor<NeighborsParams, NeighborsModel<Float64Array>> {
  constructor(params: Partial<NeighborsParams> = {}) {
    super(definition, params);
  }

  /**
   * The nearest training rows of each row of X; without X, of each training row, which is then no neighbour of its own.
   * @throws InvalidParameterError if `nNeighbors` is more than there are rows to choose from
   */
  kneighbors(X?: MatrixLike | null, options: KNeighborsOptions = {}): Promise<KNeighbors> {
    return kNeighbors(this, X, options);
  }

  override learn(
    { X, y }: TrainingData,
    params: Readonly<NeighborsParams>,
    ctx: FitContext,
  ): NeighborsModel<Float64Array> {
    return modelOf(X, (y as NumberTarget).values.slice(), params, definition.name, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<NeighborsParams, NeighborsModel<Float64Array>>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Float64Array]> {
    for await (const [i, neighbors] of neighborsOfModels(fitted, X, ctx)) {
      const { params, model } = fitted[i]!;
      yield [i, meansOf(neighbors, weightsOf(neighbors, params.weights), model.targets)];
    }
  }

  override validate(fitted: FittedWith<NeighborsParams, NeighborsModel<Float64Array>>): void {
    validateNeighbors(definition.name, fitted, arrayOf(Float64Array, undefined, Number.isFinite));
  }
}

/** The weighted mean of the numbers of each row's neighbours. */
function meansOf({ k, indices }: Neighbors, weights: Float64Array | null, values: Float64Array): Float64Array {
  return Float64Array.from({ length: indices.length / k }, (_, i) => {
    let [sum, total] = [0, 0];
    for (let at = i * k; at < (i + 1) * k; at++) {
      const weight = weights === null ? 1 : weights[at]!;
      sum += weight * values[indices[at]!]!;
      total += weight;
    }
    return sum / total;
  });
}
