import { InvalidParameterError } from "../core/errors.js";
import { type AnyEstimator, Estimator } from "../core/estimator.js";
import { describe } from "../core/to-matrix.js";
import type { EncodedModel } from "./onnx-model.js";

/** Of `toOnnx`. */
export interface ToOnnxOptions {
  /** What the file says of itself, for people. Default: who wrote it, and the class of the estimator. */
  readonly documentation?: string | undefined;
}

/**
 * A fitted estimator as a model in ONNX (opset 15, ai.onnx.ml 3, IR version 8), for onnxruntime in any language.
 *
 * The model has one input, "X", float[N, features]: the numbers that the estimator is given, in f32; of bytes with a `scale`
 * the scaled ones, booleans as 0 and 1. NaN is a missing value where the estimator takes it. Where all columns that the estimator
 * reads hold strings, "X" is string[N, features]; where some do, each column that it reads is an input of its own, [N, 1] of
 * floats or strings: "x0", "x1", ... by its number. A missing string is "". What comes out:
 *
 * - of classifiers "label", [N]: int64 (booleans as 0 and 1) or strings; and where there is predictProba "probabilities",
 *   float[N, classes], in the order of `classes`;
 * - of regressors "prediction", float[N, 1];
 * - of transformers "transformed", float[N, columns].
 *
 * It answers what the estimator answers to an X in f32: thresholds of trees are rounded so that every f32 goes the same
 * way. An X in f64 may lie on the other side of a threshold before it is rounded to f32.
 *
 * Written are all estimators of this library but what draws at random, and: an SVC or SVR whose kernel is precomputed or a
 * function, a network of tfjs, a table with strings as what comes out, and labels that are no safe integers. A category that an
 * encoder does not know is never an error in ONNX: OneHotEncoder makes it 0 in all columns, OrdinalEncoder `unknownValue` or NaN.
 *
 * @throws NotFittedError; InvalidParameterError for what is no estimator; InvalidModelError naming what cannot be written
 * @see https://onnx.ai/onnx/operators/
 */
export async function toOnnx(estimator: AnyEstimator, options: ToOnnxOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  return (await toOnnxModel(estimator, options)).bytes;
}

/** The same, and the tensors that go in and come out. */
export async function toOnnxModel(estimator: AnyEstimator, options: ToOnnxOptions = {}): Promise<EncodedModel> {
  if (!(estimator instanceof Estimator)) {
    throw new InvalidParameterError(
      `estimator of toOnnx must be an estimator; got ${describe(estimator)}`,
      "estimator",
    );
  }
  const { documentation = `Written by trellis-learn: ${estimator.definition.name}` } = options;
  // Whoever exchanges other files does not load all estimators.
  const { encodedModel } = await import("./onnx-model.js");
  return encodedModel(estimator, documentation);
}
