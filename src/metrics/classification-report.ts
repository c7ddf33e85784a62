import { InvalidParameterError } from "../core/errors.js";
import { type Label, type LabelsLike, uniqueLabels } from "../core/labels.js";
import { fixedHalfEven } from "./fixed-half-even.js";
import { precisionRecallFscoreSupport } from "./precision-recall-fscore-support.js";
import type { SampleWeightOption } from "./sample-weight.js";

export interface ClassificationReportOptions extends SampleWeightOption {
  /** The classes to report, in this order; default: all, sorted. */
  readonly labels?: readonly Label[] | undefined;
  /** Names to print for the classes; default: the labels as strings. */
  readonly targetNames?: readonly string[];
  /** Decimals of the text, 0 to 50; default 2. */
  readonly digits?: number;
  /** The score where there is nothing to divide by; default 0. */
  readonly zeroDivision?: 0 | 1;
}

/** One line of the report. */
export interface ReportRow {
  /** Of the rows said to be of the class, the share that is; 0 where there are none. */
  readonly precision: number;
  /** Of the rows of the class, the share that was found; 0 where there are none. */
  readonly recall: number;
  readonly "f1-score": number;
  /** Number of rows of the class, or their weight. */
  readonly support: number;
}

/** A row for each class name, "macro avg", "weighted avg", and either the number "accuracy" or the row "micro avg". */
export type ClassificationReport = Readonly<Record<string, ReportRow | number>>;

/**
 * Precision, recall, F1 and support of each class with their averages, as scikit-learn prints them (boolean labels
 * read true and false, though), or as a record with `outputDict: true`. "accuracy" stands for the micro average
 * wherever all labels that occur are reported.
 *
 * @throws As precisionRecallFscoreSupport; InvalidParameterError where targetNames and labels differ in number.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.classification_report.html
 */
export function classificationReport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ClassificationReportOptions & { readonly outputDict: true },
): ClassificationReport;
export function classificationReport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: ClassificationReportOptions & { readonly outputDict?: false },
): string;
export function classificationReport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ClassificationReportOptions & { readonly outputDict?: boolean } = {},
): string | ClassificationReport {
  const { digits = 2, outputDict = false, targetNames, sampleWeight, zeroDivision = 0 } = options;
  if (!(Number.isInteger(digits) && digits >= 0 && digits <= 50)) {
    throw new InvalidParameterError(`digits must be an integer from 0 to 50; got ${digits}`, "digits");
  }
  const present = uniqueLabels(yTrue, yPred);
  const labels = options.labels ?? present;
  const names = targetNames ?? labels.map(String);
  if (names.length !== labels.length) {
    const got = `got ${names.length} for ${labels.length} labels`;
    throw new InvalidParameterError(`targetNames must have one name a label; ${got}`, "targetNames");
  }
  const shared = { labels, sampleWeight, zeroDivision };
  const each = precisionRecallFscoreSupport(yTrue, yPred, shared);
  const total = each.support.reduce((sum, support) => sum + support, 0);
  const averaged = (average: "micro" | "macro" | "weighted") => {
    const scores = precisionRecallFscoreSupport(yTrue, yPred, { ...shared, average });
    return reportRow(scores.precision, scores.recall, scores.fscore, total);
  };
  const rows = names.map((name, i): [string, ReportRow] => [
    name,
    reportRow(each.precision[i]!, each.recall[i]!, each.fscore[i]!, each.support[i]!),
  ]);
  const isAccuracy = present.every((label) => labels.includes(label));
  const averages: [string, ReportRow][] = [
    [isAccuracy ? "accuracy" : "micro avg", averaged("micro")],
    ["macro avg", averaged("macro")],
    ["weighted avg", averaged("weighted")],
  ];
  if (outputDict) {
    const cell = ([name, row]: [string, ReportRow]) => [name, name === "accuracy" ? row.precision : row] as const;
    return Object.fromEntries<ReportRow | number>([...rows, ...averages.map(cell)]);
  }
  return asText(rows, averages, digits, sampleWeight !== undefined);
}

function reportRow(precision: number, recall: number, f1: number, support: number): ReportRow {
  return { precision, recall, "f1-score": f1, support };
}

function asText(rows: [string, ReportRow][], averages: [string, ReportRow][], digits: number, weighted: boolean) {
  const width = Math.max(...rows.map(([name]) => name.length), "weighted avg".length, digits);
  const line = (name: string, cells: string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join("")}\n`;
  const body = ([name, row]: [string, ReportRow]) => {
    const [precision, recall, f1] = [row.precision, row.recall, row["f1-score"]].map((x) => fixedHalfEven(x, digits));
    // scikit-learn counts rows in integers and weights in floats, which Python prints as 3 and 3.0.
    const support = weighted && Number.isInteger(row.support) ? `${row.support}.0` : `${row.support}`;
    return line(name, name === "accuracy" ? ["", "", f1!, support] : [precision!, recall!, f1!, support]);
  };
  const head = line("", ["precision", "recall", "f1-score", "support"]);
  return `${head}\n${rows.map(body).join("")}\n${averages.map(body).join("")}`;
}
