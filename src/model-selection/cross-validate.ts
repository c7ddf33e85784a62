import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator, FitOptions, Method, Output, RunContext } from "../core/estimator.js";
import { type EvalSet, evalSetsFor, toEvalSets } from "../core/eval-set.js";
import { fitEach } from "../core/fit-all.js";
import type { Label } from "../core/labels.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { outputOf } from "../core/predict-all.js";
import { type Target, type TargetLike, toTarget, toWeights } from "../core/target.js";
import { toMatrix } from "../core/to-matrix.js";
import { Workspace } from "../core/workspace.js";
import { defaultPool } from "../parallel/default-pool.js";
import { jobsOf, limit } from "../parallel/limit.js";
import type { CvLike } from "../split/check-cv.js";
import type { Split } from "../split/splitter.js";
import type { FoldScore } from "./score-folds.js";
import { type Scoring, scorersOf } from "./scoring.js";
import { splitsOf } from "./splits-of.js";

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
  return withData(estimator, X, y, options, async ({ X: matrix, y: target, splits, evalSets }, ctx) => {
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
  return withData(estimator, X, y, options, async ({ X: matrix, y: target, splits, evalSets }, ctx) => {
    const times = new Uint32Array(matrix.rows);
    for (const { test } of splits) for (const row of test) times[row]!++;
    const stray = times.findIndex((count) => count !== 1);
    if (stray >= 0)
      throw new InvalidParameterError(
        `cv must put each row into one test fold; row ${stray} is in ${times[stray]}`,
        "cv",
      );
    const sampleWeight = toWeights(options.sampleWeight, matrix.rows);
    const classes = target.kind === "labels" ? target.classes : null;
    const answers = new Answers(matrix.rows, classes);
    for (const { train, test } of splits) {
      const clone = estimator.clone();
      const weights = sampleWeight === null ? null : Float64Array.from(train, (row) => sampleWeight[row]!);
      await fitEach([clone], matrix.take(train), target.take(train), { ...ctx, sampleWeight: weights, evalSets });
      answers.add(test, await outputOf(clone, matrix.take(test), method, ctx), clone.state.classes);
    }
    return answers.all();
  });
}

/** Puts the folds' answers back into the order of the rows. */
class Answers {
  readonly #rows: number;
  readonly #classes: readonly Label[] | null;
  readonly #values: (Label | undefined)[] = [];
  #table: Float64Array | null = null;
  #cols = 0;
  #isNumbers = false;

  constructor(rows: number, classes: readonly Label[] | null) {
    this.#rows = rows;
    this.#classes = classes;
  }

  add(test: Uint32Array, output: Output, classes: readonly Label[] | null): void {
    if (!(output instanceof Matrix)) {
      this.#isNumbers = output instanceof Float64Array;
      for (const [i, row] of test.entries()) this.#values[row] = output[i]!;
      return;
    }
    // A column a class: a fold's columns are put where all classes have theirs.
    const isByClass = classes !== null && output.cols === classes.length && this.#classes !== null;
    this.#cols = isByClass ? this.#classes.length : output.cols;
    this.#table ??= new Float64Array(this.#rows * this.#cols);
    for (let j = 0; j < output.cols; j++) {
      const column = isByClass ? this.#classes.indexOf(classes[j]!) : j;
      for (const [i, row] of test.entries()) this.#table[row * this.#cols + column] = output.at(i, j);
    }
  }

  all(): readonly Label[] | Float64Array | Matrix {
    if (this.#table !== null) return new Matrix(this.#table, this.#rows, this.#cols);
    return this.#isNumbers ? Float64Array.from(this.#values as number[]) : (this.#values as Label[]);
  }
}

interface FoldData {
  readonly X: Matrix;
  readonly y: Target;
  readonly splits: readonly Split[];
  readonly evalSets: readonly EvalSet[];
}

/** Clean data, its splits and a run of its own, which ends with `use`. */
async function withData<T>(
  estimator: AnyEstimator,
  X: MatrixLike,
  y: TargetLike | null | undefined,
  options: Pick<CrossValidateOptions, "cv" | "evalSet" | "nJobs" | "pool" | "signal" | "workspace">,
  use: (data: FoldData, ctx: RunContext) => Promise<T>,
): Promise<T> {
  const { allowsNaN, allowsLabels, target, definition } = estimator;
  const { nJobs = null, pool = defaultPool(), signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const workspace = options.workspace ?? new Workspace();
  try {
    const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal, workspace });
    workspace.expectViewsOf(matrix.root);
    const truth = toTarget(y, target, matrix.rows, definition.name);
    const trained = { source: X, X: matrix, y: truth };
    const evalSets = await toEvalSets(evalSetsFor(estimator, options), trained, estimator, { signal, workspace });
    const splits = splitsOf(options.cv ?? 5, truth);
    const narrow = limit(pool, jobsOf(nJobs, pool));
    return await use({ X: matrix, y: truth, splits, evalSets }, { pool: narrow, workspace, signal });
  } finally {
    if (options.workspace === undefined) workspace.close();
  }
}
