import { InvalidParameterError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike, uniqueLabels } from "../core/labels.js";
import { checkRows } from "./rows.js";
import { checkSampleWeight } from "./sample-weight.js";

/** True and predicted labels, checked, as positions in their common sorted classes. */
export interface ClassTargets {
  readonly classes: readonly Label[];
  readonly trueCodes: Int32Array;
  readonly predCodes: Int32Array;
  readonly weight: Float64Array | undefined;
}

/** Checks and encodes what every metric of predicted labels starts from. */
export function classTargets(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  sampleWeight: ArrayLike<number> | undefined,
): ClassTargets {
  const rows = checkRows(yTrue.length, yPred.length, "yPred");
  const weight = checkSampleWeight(sampleWeight, rows);
  const classes = uniqueLabels(yTrue, yPred);
  const trueCodes = encodeLabels(yTrue, classes).codes;
  return { classes, trueCodes, predCodes: encodeLabels(yPred, classes).codes, weight };
}

/** For each class its position in the labels that the caller chose, or -1 where the caller left it out. */
export function positionsIn(labels: readonly Label[], classes: readonly Label[]): Int32Array {
  if (labels.length === 0) throw new InvalidParameterError("labels must hold at least one label; got none", "labels");
  if (uniqueLabels(labels, classes).length === 0 || new Set(labels).size !== labels.length) {
    throw new InvalidParameterError("labels must not name a label twice", "labels");
  }
  const positionOf = new Map(labels.map((label, position) => [label, position]));
  return Int32Array.from(classes, (label) => positionOf.get(label) ?? -1);
}

/** The classes that score columns stand for: the caller's (sorted, distinct), or those of yTrue. */
export function columnClasses(yTrue: LabelsLike, labels: readonly Label[] | undefined): readonly Label[] {
  if (labels === undefined) return uniqueLabels(yTrue);
  const sorted = uniqueLabels(labels);
  if (sorted.length !== labels.length || sorted.some((label, i) => label !== labels[i])) {
    const order = sorted.map((label) => JSON.stringify(label)).join(", ");
    throw new InvalidParameterError(
      `labels must be sorted and distinct, one a score column; expected ${order}`,
      "labels",
    );
  }
  return labels;
}

/**
 * The positive class: the caller's, or 1 (or true) where the classes are those of {0, 1} or {-1, 1} (or booleans).
 * Other labels do not say which of them is the positive one.
 */
export function positiveLabel(classes: readonly Label[], posLabel: Label | undefined): Label {
  if (posLabel !== undefined) return posLabel;
  if (typeof classes[0] === "boolean") return true;
  const customary = classes.every((label) => label === 1 || label === 0) || classes.every((l) => l === 1 || l === -1);
  if (customary) return 1;
  const list = classes.map((label) => JSON.stringify(label)).join(", ");
  throw new InvalidParameterError(
    `posLabel must be given for classes other than 0, 1 and -1, 1; got ${list}`,
    "posLabel",
  );
}
