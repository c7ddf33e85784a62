import type { LabelsLike } from "../core/labels.js";
import { binaryCounts, type CurveOptions, thinned } from "./binary-ranking.js";
import type { ScoresLike } from "./scores.js";

/** Points of a ROC curve, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** False positive rates; NaN throughout where yTrue has no negative row. */
  readonly fpr: number[];
  /** True positive rates; NaN throughout where yTrue has no positive row. */
  readonly tpr: number[];
  /** Scores from which on a row counts as positive, descending from Infinity. */
  readonly thresholds: number[];
}

/**
 * The receiver operating characteristic of binary scores. `dropIntermediate` defaults to true.
 *
 * @throws InvalidDataError for empty, ragged or non-finite input; InvalidParameterError where posLabel is needed.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_curve.html
 */
export function rocCurve(yTrue: LabelsLike, yScore: ScoresLike, options: CurveOptions = {}): RocCurve {
  const all = binaryCounts(yTrue, yScore, options);
  const bends = (v: readonly number[], i: number) => v[i + 1]! - v[i]! !== v[i]! - v[i - 1]!;
  const corner = (i: number) => bends(all.falsePositives, i) || bends(all.truePositives, i);
  const { truePositives, falsePositives, thresholds } = options.dropIntermediate === false ? all : thinned(all, corner);
  return {
    fpr: [0, ...falsePositives].map((count) => count / falsePositives.at(-1)!),
    tpr: [0, ...truePositives].map((count) => count / truePositives.at(-1)!),
    thresholds: [Number.POSITIVE_INFINITY, ...thresholds],
  };
}
