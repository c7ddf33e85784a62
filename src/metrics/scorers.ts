import { InvalidParameterError } from "../core/errors.js";
import type { Label, LabelsLike } from "../core/labels.js";
import { nearestName } from "../core/nearest-name.js";
import { accuracyScore } from "./accuracy-score.js";
import { balancedAccuracyScore } from "./balanced-accuracy-score.js";
import { f1Score } from "./f1-score.js";
import { logLoss } from "./log-loss.js";
import { meanAbsoluteError } from "./mean-absolute-error.js";
import { meanSquaredError } from "./mean-squared-error.js";
import { expectOneOf } from "./options.js";
import { precisionScore } from "./precision-score.js";
import { r2Score } from "./r2-score.js";
import { recallScore } from "./recall-score.js";
import { type RocAucScoreOptions, rocAucScore } from "./roc-auc-score.js";
import { rootMeanSquaredError } from "./root-mean-squared-error.js";
import type { ScoresLike } from "./scores.js";

/** What of the estimator a scorer is given. "proba-or-decision": decision values where it has them, else probabilities. */
export type ScorerNeeds = "predict" | "predictProba" | "decisionFunction" | "proba-or-decision";

/** What a scorer knows besides targets and output. */
export interface ScoringContext {
  /** The estimator's sorted classes: one a column of its output. Undefined for regressors. */
  readonly classes?: readonly Label[] | undefined;
  /** One weight a row. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** A metric made ready for searches: a larger score is always better. */
export interface Scorer {
  /** As columns of search results name it. */
  readonly name: string;
  /** False where the metric is a loss; `score` gives its negative then. */
  readonly greaterIsBetter: boolean;
  /** Which output it is given. */
  readonly needs: ScorerNeeds;
  /** The score; higher is better. */
  score(yTrue: LabelsLike, output: LabelsLike | ScoresLike, context?: ScoringContext): number;
}

export interface MakeScorerOptions {
  /** Name in results and messages; default: the name of the function. */
  readonly name?: string;
  /** Default true; false for a loss, whose negative becomes the score. */
  readonly greaterIsBetter?: boolean;
  /** Default "predict". */
  readonly needs?: ScorerNeeds;
}

/**
 * Makes a scorer of a metric, which is called with the true targets, the output named by `needs`, and
 * `{ classes, sampleWeight }`; every metric of this library takes those as its options.
 *
 * @throws InvalidParameterError for an unknown `needs`.
 */
export function makeScorer<Y extends LabelsLike | ArrayLike<number>, Output>(
  metric: (yTrue: Y, output: Output, context: ScoringContext) => number,
  { name = metric.name, greaterIsBetter = true, needs = "predict" }: MakeScorerOptions = {},
): Scorer {
  expectOneOf(needs, ["predict", "predictProba", "decisionFunction", "proba-or-decision"], "needs");
  return Object.freeze<Scorer>({
    name,
    greaterIsBetter,
    needs,
    score(yTrue, output, context = {}) {
      // `needs` decides at run time which output comes; the metric's own checks refuse one that it cannot use.
      const value = metric(yTrue as Y, output as Output, context);
      return greaterIsBetter ? value : 0 - value;
    },
  });
}

const averages = ["micro", "macro", "weighted"] as const;

function classScorers<Name extends string>(name: Name, metric: typeof f1Score) {
  const scorer = (full: string, average: "binary" | (typeof averages)[number]) =>
    makeScorer(
      (yTrue: LabelsLike, yPred: LabelsLike, { sampleWeight }) => metric(yTrue, yPred, { average, sampleWeight }),
      {
        name: full,
      },
    );
  const entries = averages.map((average) => [`${name}_${average}`, scorer(`${name}_${average}`, average)]);
  return Object.fromEntries([[name, scorer(name, "binary")], ...entries]) as Record<
    Name | `${Name}_${(typeof averages)[number]}`,
    Scorer
  >;
}

function rocAucScorer(name: string, needs: ScorerNeeds, options: RocAucScoreOptions) {
  return makeScorer(
    (yTrue: LabelsLike, yScore: ScoresLike, { classes, sampleWeight }) =>
      rocAucScore(yTrue, yScore, { ...options, labels: classes, sampleWeight }),
    { name, needs },
  );
}

function lossScorer(name: string, metric: typeof meanSquaredError) {
  return makeScorer(metric, { name, greaterIsBetter: false });
}

/**
 * The scorers by scikit-learn's names. "f1", "precision" and "recall" take 1 (or true) for the positive class; with
 * other labels, or more classes, take an averaged form or `makeScorer`. Columns are aligned by the estimator's classes,
 * so a fold may lack a class ("roc_auc_ovr" is NaN then, see rocAucScore).
 */
export const scorers = Object.freeze({
  accuracy: makeScorer(accuracyScore, { name: "accuracy" }),
  balanced_accuracy: makeScorer(balancedAccuracyScore, { name: "balanced_accuracy" }),
  ...classScorers("f1", f1Score),
  ...classScorers("precision", precisionScore),
  ...classScorers("recall", recallScore),
  neg_log_loss: makeScorer(
    (yTrue: LabelsLike, yProba: ScoresLike, { classes, sampleWeight }) =>
      logLoss(yTrue, yProba, { labels: classes, sampleWeight }),
    { name: "neg_log_loss", greaterIsBetter: false, needs: "predictProba" },
  ),
  roc_auc: rocAucScorer("roc_auc", "proba-or-decision", {}),
  roc_auc_ovr: rocAucScorer("roc_auc_ovr", "predictProba", { multiClass: "ovr" }),
  roc_auc_ovo: rocAucScorer("roc_auc_ovo", "predictProba", { multiClass: "ovo" }),
  roc_auc_ovr_weighted: rocAucScorer("roc_auc_ovr_weighted", "predictProba", {
    multiClass: "ovr",
    average: "weighted",
  }),
  roc_auc_ovo_weighted: rocAucScorer("roc_auc_ovo_weighted", "predictProba", {
    multiClass: "ovo",
    average: "weighted",
  }),
  neg_mean_squared_error: lossScorer("neg_mean_squared_error", meanSquaredError),
  neg_root_mean_squared_error: lossScorer("neg_root_mean_squared_error", rootMeanSquaredError),
  neg_mean_absolute_error: lossScorer("neg_mean_absolute_error", meanAbsoluteError),
  r2: makeScorer(r2Score, { name: "r2" }),
});

/** The name of a scorer that comes with the library. */
export type ScorerName = keyof typeof scorers;

/**
 * The scorer of that name; a scorer is given back as it is.
 *
 * @throws InvalidParameterError that lists the known names, the nearest one first.
 */
export function resolveScorer(scoring: string | Scorer): Scorer {
  if (typeof scoring !== "string") return scoring;
  if (Object.hasOwn(scorers, scoring)) return scorers[scoring as ScorerName];
  const known = Object.keys(scorers);
  const nearest = nearestName(scoring, known);
  const hint = nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
  const message = `scoring must be one of ${known.join(", ")}; got ${JSON.stringify(scoring)}${hint}`;
  throw new InvalidParameterError(message, "scoring");
}
