import type { AnyEstimator, FitOptions, Method } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { type TargetLike, toWeights } from "../core/target.js";
import type { CvLike } from "../split/check-cv.js";
import { withFolds } from "./fold-data.js";
import type { FoldScore } from "./score-folds.js";
import { type Scoring, scorersOf } from "./scoring.js";

export interface CrossValidateOptions extends FitOptions {
  /** Number of folds (stratified for classes), a splitter, or pairs of train and test rows. Default 5. */
  readonly cv?: CvLike;
  /** Default null: accuracy for classes, R2 for numbers. */
  readonly scoring?: Scoring;
  /** Default false. */
  readonly returnTrainScore?: boolean;
  /** Also gives the estimator of each fold. Default false. */
  readonly returnEstimator?: boolean;
  /** Score of a fold that fails, or "raise". Default NaN. */
  readonly errorScore?: number | "raise";
  /** Kernel calls at once; default as many as the pool is wide. */
  readonly nJobs?: number | null;
}

/** Of each fold, in order. */
export interface CrossValidation<E> {
  /** Test scores by scorer name. */
  readonly testScores: Readonly<Record<string, Float64Array>>;
  /** For each scorer its scores on the training rows of each fold; null without `returnTrainScore`. */
  readonly trainScores: Readonly<Record<string, Float64Array>> | null;
  /** Seconds. */
  readonly fitTime: Float64Array;
  /** Seconds that the scores of each fold took. */
  readonly scoreTime: Float64Array;
  /** The fitted estimator of each fold; null without `returnEstimator`. */
  readonly estimators: readonly E[] | null;
}

/**
 * Scores an estimator by cross-validation. It is cloned for each fold and itself left as it was. An evalSet is handed
 * to the fits of all folds.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.cross_validate.html
 */
export async function crossValidate<E extends AnyEstimator>(
  estimator: E,
  X: MatrixLike,
  y?: TargetLike | null,
  options: CrossValidateOptions = {},
): Promise<CrossValidation<E>> {
  const { errorScore = Number.NaN, returnTrainScore = false } = options;
  const { scoreFolds } = await import("./score-folds.js");
  const scorers = scorersOf(options.scoring ?? null, estimator);
  return withFolds(estimator, X, y, options, async ({ X: matrix, y: target, splits, evalSets }, ctx) => {
    const folds: FoldScore[] = [];
    const sampleWeight = toWeights(options.sampleWeight, matrix.rows);
    for await (const scored of scoreFolds(
      [estimator],
      matrix,
      target,
      splits,
      {
        scorers,
        errorScore,
        returnTrainScore,
        sampleWeight,
        evalSets,
        keepEstimators: options.returnEstimator === true,
        isOnlyRound: true,
      },
      ctx,
    )) {
      for (const one of scored) folds[one.fold] = one;
      options.onProgress?.({ what: "folds", done: folds.filter(Boolean).length, total: splits.length });
    }
    const column = (value: (fold: FoldScore) => number) => Float64Array.from(folds, value);
    const table = (value: (fold: FoldScore, name: string) => number) =>
      Object.fromEntries(scorers.map(({ name }) => [name, column((fold) => value(fold, name))]));
    return {
      testScores: table((fold, name) => fold.scores[name]!),
      trainScores: returnTrainScore ? table((fold, name) => fold.trainScores![name]!) : null,
      fitTime: column((fold) => fold.fitTime),
      scoreTime: column((fold) => fold.scoreTime),
      estimators: options.returnEstimator === true ? folds.map((fold) => fold.estimator as E) : null,
    };
  });
}

/**
 * The test score of each fold, by one scorer.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.cross_val_score.html
 */
export async function crossValScore(
  estimator: AnyEstimator,
  X: MatrixLike,
  y?: TargetLike | null,
  options: CrossValidateOptions & { readonly scoring?: Exclude<Scoring, readonly unknown[]> } = {},
): Promise<Float64Array> {
  return Object.values((await crossValidate(estimator, X, y, options)).testScores)[0]!;
}

/**
 * For each row what the estimator says that was fitted on the folds without it. Probabilities of classes that a fold did
 * not see are 0.
 * @throws InvalidParameterError if cv does not put each row into one test fold; InvalidDataError if decision values are
 * asked of a fold that lacks a class
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.cross_val_predict.html
 */
export async function crossValPredict(
  estimator: AnyEstimator,
  X: MatrixLike,
  y?: TargetLike | null,
  options: Omit<CrossValidateOptions, "scoring" | "returnTrainScore" | "errorScore"> & {
    readonly method?: Method;
  } = {},
): Promise<readonly Label[] | Float64Array | Matrix> {
  const { method = "predict" } = options;
  const { outOfFold } = await import("./out-of-fold.js");
  return withFolds(estimator, X, y, options, async ({ X: matrix, y: target, splits, evalSets }, ctx) => {
    const sampleWeight = toWeights(options.sampleWeight, matrix.rows);
    const data = { X: matrix, y: target, sampleWeight, evalSets };
    let done = 0;
    const tick = () => options.onProgress?.({ what: "folds", done: ++done, total: splits.length });
    const [answer] = await outOfFold([{ estimator, method }], data, splits, ctx, undefined, tick);
    return answer!;
  });
}
