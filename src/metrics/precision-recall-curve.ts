import type { LabelsLike } from "../core/labels.js";
import { binaryCounts, type CurveOptions, thinned } from "./binary-ranking.js";
import type { ScoresLike } from "./scores.js";

/** Points of a precision-recall curve; precision and recall have one point more than there are thresholds: (1, 0). */
export interface PrecisionRecallCurve {
  /** At each threshold, and 1 at the end. */
  readonly precision: number[];
  /** Descending; 1 throughout (but for the last point) where yTrue has no positive row. */
  readonly recall: number[];
  /** Ascending. */
  readonly thresholds: number[];
}

/**
 * Precision and recall of binary scores at every threshold. `dropIntermediate` defaults to false.
 *
 * @throws InvalidDataError for empty, ragged or non-finite input; InvalidParameterError where posLabel is needed.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_recall_curve.html
 */
export function precisionRecallCurve(
  yTrue: LabelsLike,
  yScore: ScoresLike,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  const all = binaryCounts(yTrue, yScore, options);
  const hits = all.truePositives;
  const turns = (i: number) => hits[i] !== hits[i - 1] || hits[i + 1] !== hits[i];
  const { truePositives, falsePositives, thresholds } = options.dropIntermediate === true ? thinned(all, turns) : all;
  const positives = truePositives.at(-1)!;
  const precision = truePositives.map((count, i) => count / (count + falsePositives[i]!));
  const recall = truePositives.map((count) => (positives === 0 ? 1 : count / positives));
  return {
    precision: [...precision.reverse(), 1],
    recall: [...recall.reverse(), 0],
    thresholds: [...thresholds].reverse(),
  };
}
