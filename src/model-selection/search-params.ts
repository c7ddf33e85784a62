import { type AnyEstimator, Estimator } from "../core/estimator.js";
import { boolean, jobs, nullable, type Rule, real, rule, type Schema } from "../core/params.js";
import type { CvLike } from "../split/check-cv.js";
import { cvRule } from "./cv-rule.js";
import { type Scoring, scorersOf } from "./scoring.js";

/** What every search is told. */
export interface SearchParams<E extends AnyEstimator> {
  /** What is tuned; it is cloned, never fitted itself. */
  readonly estimator: E;
  /** How candidates are scored. Default null: accuracy for classes, R2 for numbers. */
  readonly scoring: Scoring;
  /** Number of folds (stratified for classes), a splitter, or pairs of train and test rows. Default 5. */
  readonly cv: CvLike;
  /** Fits the best candidate on all rows; with several scorers, the name of the one that decides. Default true. */
  readonly refit: boolean | string;
  /** Score of a candidate that fails, or "raise" to stop the search. Default NaN. */
  readonly errorScore: number | "raise";
  /** Also scores each candidate on its training rows. Default false. */
  readonly returnTrainScore: boolean;
  /** Kernel calls at once: null for as many as the pool is wide, -1 for all cores, or a number. Default null. */
  readonly nJobs: number | null;
  /**
   * Seconds after which the search goes on with the candidates that it has; the refit comes on top. Default null: no end.
   * Which candidates there are by then depends on the machine.
   */
  readonly timeout: number | null;
  /** The search ends with the first candidate that scores so much. Default null: all are tried. */
  readonly targetScore: number | null;
}

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
    cv: cvRule(),
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
    timeout: nullable(real(3600, { min: 0, open: true })),
    targetScore: nullable(real(2)),
  };
}

/** Whether `refit` names one of the scorers: an error sentence, or null. */
export function checkRefit<E extends AnyEstimator>(
  { estimator, scoring, refit }: Readonly<SearchParams<E>>,
  owner: string,
): string | null {
  const names = scorersOf(scoring, estimator).map(({ name }) => name);
  if (typeof refit === "string" && !names.includes(refit)) {
    return `refit of ${owner} must be one of the scorers ${names.join(", ")}; got ${JSON.stringify(refit)}`;
  }
  if (refit === true && names.length > 1) {
    return `refit of ${owner} must name the scorer that decides, one of ${names.join(", ")}; got true`;
  }
  return null;
}

/** The rule of a grid. */
export function gridRule<G>(): Rule<G> {
  return rule<G>({
    default: {} as G,
    expected: "a record of arrays of values, or an array of such records",
    allows: (value) => typeof value === "object" && value !== null,
    samples: [],
    wrong: [null, 1, "C"],
  });
}
