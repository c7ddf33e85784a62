import type { Label, LabelsLike } from "../core/labels.js";
import { uniqueLabels } from "../core/labels.js";
import { positiveLabel } from "./class-targets.js";
import { type CountsAtThresholds, countsAtThresholds } from "./counts-at-thresholds.js";
import { expectOneOf } from "./options.js";
import { checkRows } from "./rows.js";
import { checkSampleWeight, type SampleWeightOption } from "./sample-weight.js";
import { positiveScores, readScores, type ScoresLike } from "./scores.js";

/** Options of the two curves. */
export interface CurveOptions extends SampleWeightOption {
  /** The positive class; default 1 (or true). Must be given for other labels than 0, 1 and -1, 1 and booleans. */
  readonly posLabel?: Label;
  /** Leave out points that lie on a straight line between others. */
  readonly dropIntermediate?: boolean;
}

/** Checks what both curves take and counts at each threshold; scores are one a row, or two columns. */
export function binaryCounts(yTrue: LabelsLike, yScore: ScoresLike, options: CurveOptions): CountsAtThresholds {
  const scores = readScores(yScore);
  const rows = checkRows(yTrue.length, scores.rows, "yScore");
  const weight = checkSampleWeight(options.sampleWeight, rows);
  const classes = uniqueLabels(yTrue);
  const positive = positiveLabel(classes, options.posLabel);
  if (options.posLabel !== undefined && classes.length > 1) expectOneOf(positive, classes, "posLabel");
  const isPositive = Uint8Array.from({ length: rows }, (_, row) => (yTrue[row] === positive ? 1 : 0));
  return countsAtThresholds(isPositive, positiveScores(scores), weight);
}

/** The points of the counts where `keep(i)`; the first and the last always stay. */
export function thinned(counts: CountsAtThresholds, keep: (i: number) => boolean): CountsAtThresholds {
  const last = counts.thresholds.length - 1;
  const chosen = (_: number, i: number) => i === 0 || i === last || keep(i);
  return {
    truePositives: counts.truePositives.filter(chosen),
    falsePositives: counts.falsePositives.filter(chosen),
    thresholds: counts.thresholds.filter(chosen),
  };
}
