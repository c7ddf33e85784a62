import { InvalidParameterError } from "../core/errors.js";
import type { Label, LabelsLike } from "../core/labels.js";
import { classTargets, positionsIn } from "./class-targets.js";
import { expectOneOf } from "./options.js";
import type { SampleWeightOption } from "./sample-weight.js";

export interface ConfusionMatrixOptions extends SampleWeightOption {
  /** Labels of rows and columns, in this order; rows of the data with other labels are left out. Default: all, sorted. */
  readonly labels?: readonly Label[] | undefined;
  /** Divide by the sums over "true" labels (rows), "pred" labels (columns) or "all"; default null: plain counts. */
  readonly normalize?: "true" | "pred" | "all" | null;
}

/**
 * Confusion matrix C as rows: C[i][j] is the number (or weight) of rows of true label i that were predicted as j.
 * Where a sum to divide by is 0, the result is 0.
 *
 * @throws InvalidDataError as accuracyScore; InvalidParameterError where no given label occurs in yTrue.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
 */
export function confusionMatrix(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ConfusionMatrixOptions = {},
): number[][] {
  const normalize = options.normalize ?? null;
  expectOneOf(normalize, ["true", "pred", "all", null], "normalize");
  const { classes, trueCodes, predCodes, weight } = classTargets(yTrue, yPred, options.sampleWeight);
  const labels = options.labels ?? classes;
  const position = positionsIn(labels, classes);
  if (!trueCodes.some((code) => position[code]! >= 0)) {
    throw new InvalidParameterError("labels must name at least one label of yTrue", "labels");
  }
  const counts = labels.map(() => labels.map(() => 0));
  trueCodes.forEach((code, row) => {
    const i = position[code]!;
    const j = position[predCodes[row]!]!;
    if (i >= 0 && j >= 0) counts[i]![j]! += weight?.[row] ?? 1;
  });
  if (normalize === null) return counts;
  const rowSums = counts.map(sum);
  const columnSums = labels.map((_, j) => sum(counts.map((row) => row[j]!)));
  const total = sum(rowSums);
  const divisor = (i: number, j: number) =>
    normalize === "all" ? total : (normalize === "true" ? rowSums[i] : columnSums[j])!;
  return counts.map((row, i) => row.map((count, j) => (count === 0 ? 0 : count / divisor(i, j))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
