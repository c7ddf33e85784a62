import { Classifier } from "../core/classifier.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { arrayOf } from "../core/model-shape.js";
import type { LabelTarget } from "../core/target.js";
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

const definition: Definition<NeighborsParams> = { name: "KNeighborsClassifier", schema: neighborsRules };

/**
 * Classes by a vote of the nearest training rows. Distances are sums over features in f64, and the rows found are
 * those that comparing all pairs finds; of rows as far away those that came first are nearer, and of classes with as many votes
 * the first wins. How they are found, by a k-d tree or without, follows from the number of features and queries; there is no
 * `algorithm` to choose.
 *
 * In a search, candidates that differ in `nNeighbors` and `weights` share one search for neighbours.
 *
 * See scikit-learn, sklearn.neighbors.KNeighborsClassifier whose algorithm "brute" finds the same.
 */
export class KNeighborsClassifier extends Classifier<NeighborsParams, NeighborsModel<Int32Array>> {
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
  ): NeighborsModel<Int32Array> {
    return modelOf(X, (y as LabelTarget).codes.slice(), params, definition.name, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<NeighborsParams, NeighborsModel<Int32Array>>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    for await (const [i, neighbors] of neighborsOfModels(fitted, X, ctx)) {
      const { params, model, classes } = fitted[i]!;
      yield [i, sharesOf(neighbors, weightsOf(neighbors, params.weights), model.targets, classes!.length)];
    }
  }

  override validate(fitted: FittedWith<NeighborsParams, NeighborsModel<Int32Array>>): void {
    const isCode = (code: number) => code >= 0 && code < fitted.classes!.length;
    validateNeighbors(definition.name, fitted, arrayOf(Int32Array, undefined, isCode));
  }
}

/** Each class's share of the weights of a row's neighbours. */
function sharesOf({ k, indices }: Neighbors, weights: Float64Array | null, codes: Int32Array, classes: number): Matrix {
  const n = indices.length / k;
  const shares = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let at = i * k; at < (i + 1) * k; at++) {
      const weight = weights === null ? 1 : weights[at]!;
      shares[i * classes + codes[indices[at]!]!]! += weight;
      total += weight;
    }
    for (let c = 0; c < classes; c++) shares[i * classes + c]! /= total;
  }
  return new Matrix(shares, n, classes);
}
