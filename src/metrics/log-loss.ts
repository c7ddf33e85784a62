import { InvalidDataError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike } from "../core/labels.js";
import { columnClasses } from "./class-targets.js";
import { checkRows } from "./rows.js";
import { checkSampleWeight, type SampleWeightOption, weightedMean } from "./sample-weight.js";
import { readScores, type ScoresLike } from "./scores.js";

export interface LogLossOptions extends SampleWeightOption {
  /** The classes that the columns stand for, sorted; default: those of yTrue, of which there must be two or more. */
  readonly labels?: readonly Label[] | undefined;
  /** Default true: the mean over the rows; false: the sum. */
  readonly normalize?: boolean;
}

/**
 * Mean of -ln(probability given to the true class), >= 0. Natural logarithm.
 *
 * `yProba` has one column a class in sorted order, or one number a row: the probability of the second of two classes.
 * Probabilities are clipped to [eps, 1 - eps], eps being 2^-23 for Float32Array and 2^-52 otherwise. Rows that do not
 * sum to 1 are taken as they are (as in scikit-learn 1.9, without its warning).
 *
 * @throws InvalidDataError for probabilities outside of [0, 1], for a wrong number of columns, and for labels that are
 * not among `labels`; InvalidParameterError for `labels` that are not sorted.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html
 */
export function logLoss(yTrue: LabelsLike, yProba: ScoresLike, options: LogLossOptions = {}): number {
  const { data, rows, cols, epsilon } = readScores(yProba);
  checkRows(yTrue.length, rows, "yProba");
  const weight = checkSampleWeight(options.sampleWeight, rows);
  const outside = data.findIndex((p) => p < 0 || p > 1);
  if (outside >= 0) {
    const [row, col] = [Math.floor(outside / cols), outside % cols];
    const where = `row ${row}, column ${col}`;
    throw new InvalidDataError(`yProba must lie between 0 and 1; got ${data[outside]} in ${where}`, row, col);
  }
  const classes = columnClasses(yTrue, options.labels);
  if (classes.length < 2) throw new InvalidDataError("logLoss needs two classes; give them all as labels");
  if (classes.length !== Math.max(cols, 2)) {
    throw new InvalidDataError(`yProba must have a column for each of the ${classes.length} classes; got ${cols}`);
  }
  const { codes } = encodeLabels(yTrue, classes);
  const probability = (row: number) =>
    cols > 1 ? data[row * cols + codes[row]!]! : codes[row] === 1 ? data[row]! : 1 - data[row]!;
  const loss = (row: number) => -Math.log(Math.min(Math.max(probability(row), epsilon), 1 - epsilon));
  return weightedMean(rows, weight, loss, options.normalize ?? true);
}
