import { InvalidParameterError } from "./errors.js";
import { type Rule, rule } from "./params.js";
import type { LabelTarget } from "./target.js";

/**
 * How a classifier weighs its classes: null for 1 each, "balanced" for rows / (classes * rows of the class), or a record
 * of weights >= 0 by label (labels as their strings; 1 where one is missing).
 */
export type ClassWeight = "balanced" | Readonly<Record<string, number>> | null;

/** The rule of `classWeight`, with further names where a class has them ("balanced_subsample"). */
export function classWeightRule<const T extends string = never>(...more: readonly T[]): Rule<ClassWeight | T> {
  const names = ["balanced", ...more];
  return rule<ClassWeight | T>({
    default: null,
    expected: `null, ${names.map((name) => JSON.stringify(name)).join(", ")} or a record of weights >= 0 by label`,
    allows: (value) => value === null || names.some((name) => name === value) || isRecordOfWeights(value),
    samples: [null, "balanced", ...more],
    wrong: ["no such choice", 1, { a: -1 }, { a: "1" }, ["a"]],
  });
}

function isRecordOfWeights(value: unknown): boolean {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord && Object.values(value).every((weight) => Number.isFinite(weight) && weight >= 0);
}

/**
 * The weight of each class, in the order of `y.classes`, or null for 1 each. Where weights of rows are given, "balanced"
 * balances these rather than the rows.
 * @throws InvalidParameterError for a label that y does not have
 */
export function classWeights(
  classWeight: ClassWeight,
  y: LabelTarget,
  owner: string,
  byRow: Float64Array | null = null,
): Float64Array | null {
  if (classWeight === null) return null;
  const { classes, codes } = y;
  if (classWeight === "balanced") {
    const rows = new Float64Array(classes.length);
    let total = 0;
    for (let row = 0; row < codes.length; row++) {
      const weight = byRow === null ? 1 : byRow[row]!;
      rows[codes[row]!]! += weight;
      total += weight;
    }
    return rows.map((count) => (count === 0 ? 0 : total / (classes.length * count)));
  }
  const names = classes.map(String);
  const stranger = Object.keys(classWeight).find((label) => !names.includes(label));
  if (stranger !== undefined) {
    throw new InvalidParameterError(
      `classWeight of ${owner} has a weight for '${stranger}', which is no label of y; the labels are ${names.join(", ")}`,
      "classWeight",
    );
  }
  return Float64Array.from(names, (name) => (Object.hasOwn(classWeight, name) ? classWeight[name]! : 1));
}

/** Weights of rows times weights of their classes; null where both are. */
export function rowWeights(
  y: LabelTarget,
  byClass: Float64Array | null,
  byRow: Float64Array | null,
): Float64Array | null {
  if (byClass === null) return byRow;
  return Float64Array.from(y.codes, (code, row) => byClass[code]! * (byRow === null ? 1 : byRow[row]!));
}
