import { InvalidParameterError } from "../core/errors.js";
import type { Label, LabelsLike } from "../core/labels.js";
import { type ClassTargets, classTargets, positionsIn } from "./class-targets.js";
import { expectOneOf } from "./options.js";
import type { SampleWeightOption } from "./sample-weight.js";

/** How the scores of several classes become one number. */
export type Average = "binary" | "micro" | "macro" | "weighted";

export interface ClassScoreOptions extends SampleWeightOption {
  /**
   * "binary": the positive class only; "micro": counts of all classes pooled; "macro": plain mean of the classes;
   * "weighted": mean by number of true rows; null: no mean, one score a class.
   */
  readonly average?: Average | null;
  /** The positive class of `average: "binary"`; default 1 (true where the labels are booleans). */
  readonly posLabel?: Label;
  /** The classes to score, in this order; default all, sorted. Not used by `average: "binary"`. */
  readonly labels?: readonly Label[] | undefined;
  /** The score where there is nothing to divide by (scikit-learn warns and takes 0 too); default 0. */
  readonly zeroDivision?: 0 | 1;
}

export interface FscoreSupportOptions extends ClassScoreOptions {
  /** Weight of recall in the F-score; default 1. */
  readonly beta?: number;
}

/** One score a class, in the order of `labels`. */
export interface ScoresPerClass {
  /** The classes, in the order of the other lists. */
  readonly labels: readonly Label[];
  /** For each class. */
  readonly precision: number[];
  /** For each class. */
  readonly recall: number[];
  /** For each class, with `beta`. */
  readonly fscore: number[];
  /** Number (or weight) of the true rows of each class. */
  readonly support: number[];
}

/** Scores averaged over the classes; there is no support then. */
export interface ScoresAveraged {
  readonly precision: number;
  readonly recall: number;
  readonly fscore: number;
  readonly support: null;
}

/**
 * Precision, recall, F-score and support of each class (`average` null, the default) or averaged.
 *
 * @throws InvalidDataError as accuracyScore; InvalidParameterError for `average: "binary"` with more than two classes
 * or with a posLabel that does not occur.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_recall_fscore_support.html
 */
export function precisionRecallFscoreSupport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: FscoreSupportOptions & { readonly average?: null },
): ScoresPerClass;
export function precisionRecallFscoreSupport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FscoreSupportOptions & { readonly average: Average },
): ScoresAveraged;
export function precisionRecallFscoreSupport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FscoreSupportOptions,
): ScoresPerClass | ScoresAveraged;
export function precisionRecallFscoreSupport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FscoreSupportOptions = {},
): ScoresPerClass | ScoresAveraged {
  const { average = null, zeroDivision = 0, beta = 1 } = options;
  expectOneOf(average, ["binary", "micro", "macro", "weighted", null], "average");
  expectOneOf(zeroDivision, [0, 1], "zeroDivision");
  if (!(beta >= 0 && Number.isFinite(beta))) {
    throw new InvalidParameterError(`beta must be a finite number >= 0; got ${beta}`, "beta");
  }
  const targets = classTargets(yTrue, yPred, options.sampleWeight);
  const labels =
    average === "binary" ? [onlyClass(targets.classes, options.posLabel)] : (options.labels ?? targets.classes);
  const counts = countByLabel(targets, labels);
  const { hits, predicted, actual } = average === "micro" ? pooled(counts) : counts;
  const divide = (a: number, b: number) => (b === 0 ? zeroDivision : a / b);
  const precision = hits.map((hit, i) => divide(hit, predicted[i]!));
  const recall = hits.map((hit, i) => divide(hit, actual[i]!));
  const fscore = hits.map((hit, i) => divide((1 + beta ** 2) * hit, beta ** 2 * actual[i]! + predicted[i]!));
  if (average === null) return { labels, precision, recall, fscore, support: actual };
  const weights = average === "weighted" && actual.some((weight) => weight > 0) ? actual : actual.map(() => 1);
  const mean = (values: number[]) =>
    dot(values, weights) /
    dot(
      weights,
      weights.map(() => 1),
    );
  return { precision: mean(precision), recall: mean(recall), fscore: mean(fscore), support: null };
}

interface Counts {
  readonly hits: number[];
  readonly predicted: number[];
  readonly actual: number[];
}

function countByLabel({ classes, trueCodes, predCodes, weight }: ClassTargets, labels: readonly Label[]): Counts {
  const position = positionsIn(labels, classes);
  const [hits, predicted, actual] = [labels.map(() => 0), labels.map(() => 0), labels.map(() => 0)];
  trueCodes.forEach((code, row) => {
    const i = position[code]!;
    const j = position[predCodes[row]!]!;
    const w = weight?.[row] ?? 1;
    if (i >= 0) actual[i]! += w;
    if (j >= 0) predicted[j]! += w;
    if (i >= 0 && i === j) hits[i]! += w;
  });
  return { hits, predicted, actual };
}

function pooled({ hits, predicted, actual }: Counts): Counts {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return { hits: [sum(hits)], predicted: [sum(predicted)], actual: [sum(actual)] };
}

function onlyClass(classes: readonly Label[], posLabel: Label | undefined): Label {
  if (classes.length > 2) {
    const remedy = 'choose "micro", "macro", "weighted" or null';
    throw new InvalidParameterError(`average "binary" needs two classes; got ${classes.length}: ${remedy}`, "average");
  }
  const positive = posLabel ?? (typeof classes[0] === "boolean" ? true : 1);
  if (classes.length === 2) expectOneOf(positive, classes, "posLabel");
  return positive;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
