import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator, FitOptions } from "../core/estimator.js";
import type { MatrixLike } from "../core/matrix.js";
import { type TargetLike, toWeights } from "../core/target.js";
import { describe } from "../core/to-matrix.js";
import { randomStateFrom, type Split } from "../split/splitter.js";
import type { CrossValidateOptions } from "./cross-validate.js";
import { withFolds } from "./fold-data.js";
import type { FoldScore } from "./score-folds.js";
import { type Scoring, scorersOf } from "./scoring.js";

export interface LearningCurveOptions
  extends Pick<CrossValidateOptions, "cv" | "errorScore" | "nJobs">,
    Omit<FitOptions, "evalSet"> {
  /**
   * Ascending or not, without repeats in the end: how many of a fold's training rows, as shares of the first fold's within
   * (0, 1] or, where all are integers and one is above 1, as counts. Default [0.1, 0.325, 0.55, 0.775, 1].
   */
  readonly trainSizes?: readonly number[];
  /** One scorer. Default null: accuracy for classes, R2 for numbers. */
  readonly scoring?: Exclude<Scoring, readonly unknown[]>;
  /** Training rows are taken in random order. Default false: in the order in which the split gives them. */
  readonly shuffle?: boolean;
  /** Of the shuffling, numpy's as in scikit-learn; null for another order each time. Default null. */
  readonly randomState?: number | null;
}

/** What `learningCurvePicture` draws. */
export interface LearningCurveScores {
  /** Numbers of training rows, ascending. */
  readonly trainSizes: Uint32Array;
  /** For each size, the score of each fold on the rows that it learnt from. */
  readonly trainScores: readonly Float64Array[];
  /** For each size, the score of each fold on its test rows. */
  readonly testScores: readonly Float64Array[];
}

/**
 * Scores an estimator that is fitted on more and more of each fold's training rows: whether more rows would help. The rows
 * of each size are the first ones, scikit-learn's where `shuffle` is false. The estimator itself is left as it was.
 *
 * @throws InvalidParameterError for sizes that are none; InvalidDataError for more rows than the first fold has
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.learning_curve.html
 */
export async function learningCurve(
  estimator: AnyEstimator,
  X: MatrixLike,
  y?: TargetLike | null,
  options: LearningCurveOptions = {},
): Promise<LearningCurveScores> {
  const { trainSizes = [0.1, 0.325, 0.55, 0.775, 1], errorScore = Number.NaN, shuffle = false } = options;
  const { scoreFolds } = await import("./score-folds.js");
  const [scorer] = scorersOf(options.scoring ?? null, estimator);
  return withFolds(estimator, X, y, options, async ({ X: matrix, y: target, splits }, ctx) => {
    const sizes = sizesOf(trainSizes, splits[0]!.train.length);
    const random = shuffle ? randomStateFrom(options.randomState ?? null) : null;
    const parts = splits.flatMap(({ train, test }): Split[] => {
      const order = random === null ? train : random.permuted(train);
      return Array.from(sizes, (size) => ({ train: order.subarray(0, size), test }));
    });
    const found: FoldScore[] = [];
    const settings = {
      scorers: [scorer!],
      errorScore,
      returnTrainScore: true,
      sampleWeight: toWeights(options.sampleWeight, matrix.rows),
      evalSets: [],
      keepEstimators: false,
      isOnlyRound: true,
    };
    for await (const scored of scoreFolds([estimator], matrix, target, parts, settings, ctx)) {
      for (const one of scored) found[one.fold] = one;
      options.onProgress?.({ what: "fits", done: found.filter(Boolean).length, total: parts.length });
    }
    const table = (score: (one: FoldScore) => number) =>
      Array.from(sizes, (_, s) => Float64Array.from(splits, (_, fold) => score(found[fold * sizes.length + s]!)));
    return {
      trainSizes: sizes,
      trainScores: table(({ trainScores }) => trainScores![scorer!.name]!),
      testScores: table(({ scores }) => scores[scorer!.name]!),
    };
  });
}

/** The distinct numbers of rows, ascending. */
function sizesOf(trainSizes: readonly number[], most: number): Uint32Array {
  const areNumbers = Array.isArray(trainSizes) && trainSizes.length > 0 && trainSizes.every(Number.isFinite);
  if (!areNumbers || trainSizes.some((size) => size <= 0)) {
    const expected = "shares within (0, 1] or integers >= 1";
    throw new InvalidParameterError(`trainSizes must be ${expected}; got ${describe(trainSizes)}`, "trainSizes");
  }
  const areCounts = trainSizes.every(Number.isInteger) && trainSizes.some((size) => size > 1);
  const largest = Math.max(...trainSizes);
  if (!areCounts && largest > 1) {
    throw new InvalidParameterError(
      `trainSizes must be shares within (0, 1] or integers >= 1, all of one kind; got ${largest}`,
      "trainSizes",
    );
  }
  if (areCounts && largest > most) {
    throw new InvalidDataError(
      `trainSizes must be at most the ${most} training rows of the first fold; got ${largest}`,
    );
  }
  const sizes = trainSizes.map((size) => (areCounts ? size : Math.max(1, Math.floor(size * most))));
  return Uint32Array.from(new Set(sizes)).sort();
}
