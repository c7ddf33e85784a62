import type { LabelsLike } from "../core/labels.js";
import {
  type Average,
  type ClassScoreOptions,
  precisionRecallFscoreSupport,
} from "./precision-recall-fscore-support.js";

/**
 * Precision: of the rows predicted to be of a class, the share that are, TP / (TP + FP).
 *
 * @returns A number in [0, 1]; with `average: null` one number a class, in the order of `labels`. Default: "binary".
 * Where there is nothing to divide by, `zeroDivision`.
 * @throws As precisionRecallFscoreSupport.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_score.html
 */
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ClassScoreOptions & { readonly average: null },
): number[];
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: ClassScoreOptions & { readonly average?: Average },
): number;
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ClassScoreOptions = {},
): number | number[] {
  const { average = "binary", ...others } = options;
  return precisionRecallFscoreSupport(yTrue, yPred, { ...others, average }).precision;
}
