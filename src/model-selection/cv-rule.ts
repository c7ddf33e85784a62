import { type Rule, rule } from "../core/params.js";
import type { CvLike } from "../split/check-cv.js";

/** The rule of a `cv`: what it lets through is looked at when the rows are split. */
export function cvRule(): Rule<CvLike> {
  return rule<CvLike>({
    default: 5,
    expected: "an integer >= 2, a splitter or pairs of row numbers",
    allows: (value) =>
      (Number.isSafeInteger(value) && (value as number) >= 2) || (typeof value === "object" && value !== null),
    samples: [2, 3],
    wrong: [1, 0, 2.5, "3", null],
  });
}

/** The rule of a `cv` that may also say that estimators are fitted already. */
export function cvOrPrefitRule(): Rule<CvLike | "prefit"> {
  const folds = cvRule();
  return {
    ...folds,
    expected: `"prefit", ${folds.expected}`,
    allows: (value) => value === "prefit" || folds.allows(value),
  };
}
