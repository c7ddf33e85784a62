import { InvalidDataError } from "../core/errors.js";
import type { AnyEstimator, Method, Output } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";

/** What is calibrated of a classifier: decision values where it has them, else probabilities; undefined if it has neither. */
export function scoringMethodOf(estimator: AnyEstimator): Method | undefined {
  return (["decisionFunction", "predictProba"] as const).find((method) => estimator.methods.includes(method));
}

/**
 * The scores of each class, one array a class; of two classes those of the second alone.
 * @throws InvalidDataError if there is not one a class, as with decision values of pairs
 */
export function scoresOf(output: Output, classes: number, estimator: AnyEstimator): readonly Float64Array[] {
  const { cols, rows } = output as Matrix;
  const values = (output as Matrix).toFloat64();
  const column = (j: number) => Float64Array.from({ length: rows }, (_, i) => values[i * cols + j]!);
  if (classes === 2 && cols <= 2) return [column(cols - 1)];
  if (cols === classes) return Array.from({ length: classes }, (_, j) => column(j));
  throw new InvalidDataError(
    `CalibratedClassifierCV needs one score a class, ${classes} in all; ${estimator.definition.name} gives ${cols}`,
  );
}
