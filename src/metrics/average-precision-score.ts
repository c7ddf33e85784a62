import type { LabelsLike } from "../core/labels.js";
import type { CurveOptions } from "./binary-ranking.js";
import { precisionRecallCurve } from "./precision-recall-curve.js";
import type { ScoresLike } from "./scores.js";

/**
 * The area below the steps of a precision-recall curve, in [0, 1]: the sum over thresholds of what each adds to recall, times
 * its precision. 0 where yTrue has no positive row.
 *
 * @throws what `precisionRecallCurve` throws
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html
 */
export function averagePrecisionScore(
  yTrue: LabelsLike,
  yScore: ScoresLike,
  options: Omit<CurveOptions, "dropIntermediate"> = {},
): number {
  const { precision, recall } = precisionRecallCurve(yTrue, yScore, { ...options, dropIntermediate: false });
  return recall.slice(1).reduce((sum, r, i) => sum + (recall[i]! - r) * precision[i]!, 0);
}
