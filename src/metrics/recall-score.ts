import type { LabelsLike } from "../core/labels.js";
import {
  type Average,
  type ClassScoreOptions,
  precisionRecallFscoreSupport,
} from "./precision-recall-fscore-support.js";

/**
 * Recall: of the rows of a class, the share that were found, TP / (TP + FN).
 *
 * @returns A number in [0, 1]; with `average: null` one number a class, in the order of `labels`. Default: "binary".
 * Where there is nothing to divide by, `zeroDivision`.
 * @throws As precisionRecallFscoreSupport.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.recall_score.html
 */
export function recallScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ClassScoreOptions & { readonly average: null },
): number[];
export function recallScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: ClassScoreOptions & { readonly average?: Average },
): number;
export function recallScore(yTrue: LabelsLike, yPred: LabelsLike, options: ClassScoreOptions = {}): number | number[] {
  const { average = "binary", ...others } = options;
  return precisionRecallFscoreSupport(yTrue, yPred, { ...others, average }).recall;
}
