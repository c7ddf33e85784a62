import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import { type Label, type LabelsLike, uniqueLabels } from "../core/labels.js";
import { positiveLabel } from "./class-targets.js";
import { expectOneOf } from "./options.js";
import { checkRows } from "./rows.js";
import { positiveScores, readScores, type ScoresLike } from "./scores.js";

/** Of `calibrationCurve`. */
export interface CalibrationCurveOptions {
  /** The positive class; default 1 (or true). Must be given for other labels than 0, 1 and -1, 1 and booleans. */
  readonly posLabel?: Label;
  /** Number of bins, an integer >= 1. Default 5. */
  readonly nBins?: number;
  /** Bins of equal width (the default), or with as many rows each as the probabilities allow. */
  readonly strategy?: "uniform" | "quantile";
}

/** A point for each bin that has rows, by ascending probability. */
export interface CalibrationCurve {
  /** Shares of positive rows. */
  readonly probTrue: number[];
  /** Mean predicted probabilities of the positive class. */
  readonly probPred: number[];
  /** Numbers of rows. */
  readonly counts: number[];
}

/**
 * How often rows are positive that are said to be so with a given probability: of a well calibrated classifier, as often.
 *
 * @param yProb probabilities of the positive class: one a row, or two columns of which the second is taken
 * @throws InvalidDataError for empty, ragged or non-finite input, more than two classes and values outside of [0, 1];
 * InvalidParameterError where posLabel is needed, and for other bins
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.calibration.calibration_curve.html
 */
export function calibrationCurve(
  yTrue: LabelsLike,
  yProb: ScoresLike,
  options: CalibrationCurveOptions = {},
): CalibrationCurve {
  const { nBins = 5, strategy = "uniform" } = options;
  if (!(Number.isSafeInteger(nBins) && nBins >= 1)) {
    throw new InvalidParameterError(`nBins must be an integer >= 1; got ${nBins}`, "nBins");
  }
  expectOneOf(strategy, ["uniform", "quantile"], "strategy");
  const scores = readScores(yProb);
  checkRows(yTrue.length, scores.rows, "yProb");
  const probabilities = positiveScores(scores);
  checkProbabilities(probabilities);
  const positive = positiveOf(yTrue, options.posLabel);

  const edges = strategy === "uniform" ? uniformEdges(nBins) : quantiles(probabilities, nBins);
  const bins = Array.from({ length: nBins }, () => ({ count: 0, positives: 0, sum: 0 }));
  probabilities.forEach((probability, row) => {
    const bin = bins[countBelow(edges, probability)]!;
    bin.count++;
    bin.sum += probability;
    if (yTrue[row] === positive) bin.positives++;
  });
  const filled = bins.filter(({ count }) => count > 0);
  return {
    probTrue: filled.map(({ positives, count }) => positives / count),
    probPred: filled.map(({ sum, count }) => sum / count),
    counts: filled.map(({ count }) => count),
  };
}

function positiveOf(yTrue: LabelsLike, posLabel: Label | undefined): Label {
  const classes = uniqueLabels(yTrue);
  if (classes.length > 2) {
    throw new InvalidDataError(`yTrue of calibrationCurve must have at most 2 classes; got ${classes.length}`);
  }
  return positiveLabel(classes, posLabel);
}

function checkProbabilities(probabilities: Float64Array): void {
  const row = probabilities.findIndex((probability) => probability < 0 || probability > 1);
  if (row < 0) return;
  throw new InvalidDataError(`yProb must be probabilities in [0, 1]; got ${probabilities[row]} in row ${row}`, row);
}

/** Between bins of equal width; computed as numpy.linspace does, so that rows on an edge fall into the same bins. */
function uniformEdges(nBins: number): number[] {
  const width = 1 / nBins;
  return Array.from({ length: nBins - 1 }, (_, i) => (i + 1) * width);
}

/** As numpy.percentile gives them, interpolated linearly. */
function quantiles(values: Float64Array, nBins: number): number[] {
  const sorted = values.slice().sort();
  return uniformEdges(nBins).map((share) => {
    const place = ((share * 100) / 100) * (sorted.length - 1);
    const [below, part] = [Math.floor(place), place % 1];
    const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
  });
}

function countBelow(edges: readonly number[], value: number): number {
  const at = edges.findIndex((edge) => edge >= value);
  return at < 0 ? edges.length : at;
}
