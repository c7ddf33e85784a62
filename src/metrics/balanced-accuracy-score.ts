import type { LabelsLike } from "../core/labels.js";
import { confusionMatrix } from "./confusion-matrix.js";
import type { SampleWeightOption } from "./sample-weight.js";

export interface BalancedAccuracyScoreOptions extends SampleWeightOption {
  /** Rescale so that guessing scores 0 and perfection stays 1; default false. NaN where yTrue has one class only. */
  readonly adjusted?: boolean;
}

/**
 * Mean of the recalls of the classes that occur in yTrue, in [0, 1] (Brodersen et al. 2010).
 *
 * @throws InvalidDataError as accuracyScore.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.balanced_accuracy_score.html
 */
export function balancedAccuracyScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: BalancedAccuracyScoreOptions = {},
): number {
  const counts = confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight });
  const recalls = counts
    .map((row, i) => row[i]! / row.reduce((sum, count) => sum + count, 0))
    .filter((recall) => !Number.isNaN(recall));
  const score = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
  const chance = 1 / recalls.length;
  return options.adjusted === true ? (score - chance) / (1 - chance) : score;
}
