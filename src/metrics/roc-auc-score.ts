import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike } from "../core/labels.js";
import { columnClasses } from "./class-targets.js";
import { areaUnderRoc } from "./counts-at-thresholds.js";
import { expectOneOf } from "./options.js";
import { checkRows } from "./rows.js";
import { checkSampleWeight, type SampleWeightOption } from "./sample-weight.js";
import { positiveScores, readScores, type Scores, type ScoresLike, scoreColumn } from "./scores.js";

export interface RocAucScoreOptions extends SampleWeightOption {
  /** Must be given for more than two classes: each against the rest, or all pairs (Hand and Till 2001). */
  readonly multiClass?: "raise" | "ovr" | "ovo";
  /** Plain mean ("macro", the default) or weighted by prevalence. Used with more than two classes only. */
  readonly average?: "macro" | "weighted";
  /** The classes that the columns stand for, sorted; default: those of yTrue. */
  readonly labels?: readonly Label[] | undefined;
}

/**
 * Area under the ROC curve, in [0, 1]; ties count one half.
 *
 * Two classes: one score a row (probability or decision value of the second class), or two columns of which the second
 * is taken. More classes: one column of probabilities a class, in sorted order.
 * NaN where yTrue has only one class, and for "ovr" with "macro" where a class of `labels` does not occur in yTrue
 * (scikit-learn warns and gives NaN too); "ovo" and "weighted" leave such a class out.
 *
 * @throws InvalidDataError for a wrong number of columns, multiclass rows that do not sum to 1, and labels that are not
 * among `labels`; InvalidParameterError for more than two classes without multiClass, and for sampleWeight with "ovo".
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
 */
export function rocAucScore(yTrue: LabelsLike, yScore: ScoresLike, options: RocAucScoreOptions = {}): number {
  const { multiClass = "raise", average = "macro" } = options;
  expectOneOf(multiClass, ["raise", "ovr", "ovo"], "multiClass");
  expectOneOf(average, ["macro", "weighted"], "average");
  const scores = readScores(yScore);
  checkRows(yTrue.length, scores.rows, "yScore");
  const weight = checkSampleWeight(options.sampleWeight, scores.rows);
  const classes = columnClasses(yTrue, options.labels);
  const { codes } = encodeLabels(yTrue, classes);
  if (classes.length <= 2 && scores.cols <= 2) return binary(codes, scores, weight, classes.length);
  if (multiClass === "raise") {
    throw new InvalidParameterError('multiClass must be "ovr" or "ovo" for more than two classes', "multiClass");
  }
  expectDistributions(scores, classes.length);
  if (multiClass === "ovr") return oneVersusRest(codes, scores, weight, average);
  if (weight === undefined) return oneVersusOne(codes, scores, average);
  throw new InvalidParameterError('sampleWeight must be left out with multiClass "ovo"', "sampleWeight");
}

function binary(codes: Int32Array, scores: Scores, weight: Float64Array | undefined, classCount: number): number {
  return classCount < 2 ? Number.NaN : areaUnderRoc(codes, positiveScores(scores), weight);
}

function oneVersusRest(
  codes: Int32Array,
  scores: Scores,
  weight: Float64Array | undefined,
  average: "macro" | "weighted",
): number {
  let [sum, total] = [0, 0];
  for (let c = 0; c < scores.cols; c++) {
    const positive = codes.map((code) => (code === c ? 1 : 0));
    const support = positive.reduce((s, is, row) => s + is * (weight?.[row] ?? 1), 0);
    const share = average === "macro" ? 1 : support;
    if (share > 0) sum += share * areaUnderRoc(positive, scoreColumn(scores, c), weight);
    total += share;
  }
  return sum / total;
}

/** Hand and Till (2001), equation 7; the weighted form counts each pair by its share of the rows. */
function oneVersusOne(codes: Int32Array, scores: Scores, average: "macro" | "weighted"): number {
  let [sum, total] = [0, 0];
  for (let a = 0; a < scores.cols; a++) {
    for (let b = a + 1; b < scores.cols; b++) {
      const pair = Uint32Array.from(codes.keys()).filter((row) => codes[row] === a || codes[row] === b);
      const areaFor = (c: number) => {
        const positive = Uint8Array.from(pair, (row) => (codes[row] === c ? 1 : 0));
        return areaUnderRoc(
          positive,
          Float64Array.from(pair, (row) => scores.data[row * scores.cols + c]!),
          undefined,
        );
      };
      const area = (areaFor(a) + areaFor(b)) / 2;
      const share = average === "macro" ? 1 : pair.length;
      if (!codes.includes(a) || !codes.includes(b)) continue;
      sum += share * area;
      total += share;
    }
  }
  return sum / total;
}

function expectDistributions({ data, rows, cols }: Scores, classCount: number): void {
  if (cols !== classCount) {
    throw new InvalidDataError(`yScore must have a column for each of the ${classCount} classes; got ${cols}`);
  }
  for (let row = 0; row < rows; row++) {
    const sum = data.subarray(row * cols, (row + 1) * cols).reduce((total, p) => total + p, 0);
    // The tolerances of numpy.allclose, which scikit-learn uses here.
    if (Math.abs(1 - sum) > 1e-8 + 1e-5 * Math.abs(sum)) {
      throw new InvalidDataError(
        `yScore must be probabilities that sum to 1 in each row; got ${sum} in row ${row}`,
        row,
      );
    }
  }
}
