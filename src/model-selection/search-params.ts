import { type AnyEstimator, Estimator } from "../core/estimator.js";
import { boolean, jobs, rule, type Schema } from "../core/params.js";
import type { CvLike } from "../split/check-cv.js";
import type { Scoring } from "./scoring.js";
import type { SearchParams } from "./search.js";

const isScorer = (value: unknown) =>
  typeof value === "string" ||
  typeof value === "function" ||
  (typeof value === "object" && value !== null && "score" in value && "needs" in value);

/** The rules of what every search is told. What they let through in `scoring` and `cv` is looked at when they are used. */
export function searchRules<E extends AnyEstimator>(): Schema<SearchParams<E>> {
  return {
    estimator: rule<E>({
      default: null as unknown as E,
      expected: "an estimator",
      allows: (value) => value instanceof Estimator,
      samples: [],
      wrong: [null, 1, "svc", {}],
    }),
    scoring: rule<Scoring>({
      default: null,
      expected:
        "null, a scorer's name, a scorer of makeScorer, a function of true and predicted values, or an array of those",
      allows: (value) =>
        value === null || isScorer(value) || (Array.isArray(value) && value.length > 0 && value.every(isScorer)),
      samples: [null, "accuracy"],
      wrong: [1, [], true],
    }),
    cv: rule<CvLike>({
      default: 5,
      expected: "an integer >= 2, a splitter or pairs of row numbers",
      allows: (value) =>
        (Number.isSafeInteger(value) && (value as number) >= 2) || (typeof value === "object" && value !== null),
      samples: [2, 3],
      wrong: [1, 0, 2.5, "3", null],
    }),
    refit: rule<boolean | string>({
      default: true,
      expected: "true, false or a scorer's name",
      allows: (value) => typeof value === "boolean" || typeof value === "string",
      samples: [true],
      wrong: [1, null],
    }),
    errorScore: rule<number | "raise">({
      default: Number.NaN,
      expected: 'a number or "raise"',
      allows: (value) => typeof value === "number" || value === "raise",
      samples: [Number.NaN, 0, "raise"],
      wrong: ["no such choice", null, true],
    }),
    returnTrainScore: boolean(false),
    nJobs: jobs(),
  };
}
