import type { LabelsLike } from "../core/labels.js";
import { classTargets } from "./class-targets.js";
import { type SampleWeightOption, weightedMean } from "./sample-weight.js";

export interface AccuracyScoreOptions extends SampleWeightOption {
  /** Default true: the share of right predictions; false: their number (or weight). */
  readonly normalize?: boolean;
}

/**
 * Share of rows whose predicted label is the true one, in [0, 1].
 *
 * @throws InvalidDataError for empty targets, different lengths, mixed kinds of labels.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.accuracy_score.html
 */
export function accuracyScore(yTrue: LabelsLike, yPred: LabelsLike, options: AccuracyScoreOptions = {}): number {
  const { trueCodes, predCodes, weight } = classTargets(yTrue, yPred, options.sampleWeight);
  const hit = (row: number) => (trueCodes[row] === predCodes[row] ? 1 : 0);
  return weightedMean(trueCodes.length, weight, hit, options.normalize ?? true);
}
