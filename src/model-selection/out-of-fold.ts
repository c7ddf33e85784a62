import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator, Method, Output, RunContext, TrainingData } from "../core/estimator.js";
import { fitEach } from "../core/fit-all.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { merge } from "../core/merge.js";
import { predictAll } from "../core/predict-all.js";
import type { Split } from "../split/splitter.js";

/** An estimator, which is cloned for each fold, and what its clones are asked. */
export interface Question {
  readonly estimator: AnyEstimator;
  readonly method: Method;
}

/** What a clone said of the test rows of a fold, on whose training rows it was fitted. */
export interface FoldAnswer {
  readonly question: number;
  readonly fold: number;
  readonly estimator: AnyEstimator;
  readonly output: Output;
}

/** Told of a question whose fit failed in a fold, once; the others go on. */
export type OnFailure = (question: number, error: unknown) => void;

/**
 * Puts every question to each fold. All questions of a fold are fitted and asked together, so that they share their work; as
 * many folds as the pool is wide are under way at a time.
 *
 * @param onFailure without it the first failure ends everything
 */
export async function* foldAnswers(
  questions: readonly Question[],
  data: TrainingData,
  splits: readonly Split[],
  ctx: RunContext,
  onFailure?: OnFailure,
): AsyncGenerator<FoldAnswer> {
  const failed = new Set<number>();
  const fail = (question: number, error: unknown) => {
    if (onFailure === undefined) throw error;
    if (!failed.has(question)) onFailure(question, error);
    failed.add(question);
  };
  const stop = new AbortController();
  const run = { pool: ctx.pool, workspace: ctx.workspace, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  const width = Math.min(ctx.pool.width, splits.length);
  const lane = async function* (first: number) {
    for (let fold = first; fold < splits.length; fold += width) {
      const asked = [...questions.keys()].filter((question) => !failed.has(question));
      yield* askFold(questions, asked, data, splits[fold]!, fold, run, fail);
    }
  };
  ctx.workspace.expectViewsOf(data.X.root);
  const lanes = Array.from({ length: width }, (_, first) => lane(first));
  yield* merge(lanes, () => stop.abort());
}

async function* askFold(
  questions: readonly Question[],
  asked: readonly number[],
  { X, y, sampleWeight, evalSets }: TrainingData,
  { train, test }: Split,
  fold: number,
  ctx: RunContext,
  fail: OnFailure,
): AsyncGenerator<FoldAnswer> {
  const clones = new Map(asked.map((question) => [question, questions[question]!.estimator.clone()]));
  await fitEach([...clones.values()], X.take(train), y.take(train), {
    ...ctx,
    sampleWeight: sampleWeight === null ? null : Float64Array.from(train, (row) => sampleWeight[row]!),
    evalSets,
    onFailure: (i, error) => fail(asked[i]!, error),
  });
  const XTest = X.take(test);
  const fitted = asked.filter((question) => clones.get(question)!.isFitted);
  for (const method of new Set(fitted.map((question) => questions[question]!.method))) {
    const those = fitted.filter((question) => questions[question]!.method === method);
    const estimators = those.map((question) => clones.get(question)!);
    for await (const [i, output] of predictAll(estimators, XTest, method, ctx)) {
      yield { question: those[i]!, fold, estimator: estimators[i]!, output };
    }
  }
}

/**
 * For each row what an estimator says that was fitted on the folds without it: one answer a question, null for one that
 * failed. Probabilities of classes that a fold did not see are 0.
 *
 * @param onAnswer called with each clone that was fitted and has answered
 * @throws InvalidParameterError if a row is not in one test fold exactly; InvalidDataError if a fold that lacks a class is
 * asked for decision values
 */
export async function outOfFold(
  questions: readonly Question[],
  data: TrainingData,
  splits: readonly Split[],
  ctx: RunContext,
  onFailure?: OnFailure,
  onAnswer?: () => void,
): Promise<readonly (Output | null)[]> {
  checkPartition(splits, data.X.rows);
  const classes = data.y.kind === "labels" ? data.y.classes : null;
  const answers = questions.map(({ method }) => new Answers(data.X.rows, classes, method));
  const failed = new Set<number>();
  const fail: OnFailure | undefined =
    onFailure &&
    ((question, error) => {
      failed.add(question);
      onFailure(question, error);
    });
  for await (const { question, fold, estimator, output } of foldAnswers(questions, data, splits, ctx, fail)) {
    answers[question]!.add(splits[fold]!.test, output, estimator.state.classes);
    onAnswer?.();
  }
  return answers.map((answer, question) => (failed.has(question) ? null : answer.all()));
}

function checkPartition(splits: readonly Split[], rows: number): void {
  const times = new Uint32Array(rows);
  for (const { test } of splits) for (const row of test) times[row]!++;
  const stray = times.findIndex((count) => count !== 1);
  if (stray < 0) return;
  throw new InvalidParameterError(`cv must put each row into one test fold; row ${stray} is in ${times[stray]}`, "cv");
}

/** Puts the folds' answers back into the order of the rows. */
class Answers {
  readonly #rows: number;
  readonly #classes: readonly Label[] | null;
  readonly #method: Method;
  readonly #values: (Label | undefined)[] = [];
  #table: Float64Array | null = null;
  #cols = 0;
  #isNumbers = false;

  constructor(rows: number, classes: readonly Label[] | null, method: Method) {
    this.#rows = rows;
    this.#classes = classes;
    this.#method = method;
  }

  add(test: Uint32Array, output: Output, classes: readonly Label[] | null): void {
    if (!(output instanceof Matrix)) {
      this.#isNumbers = output instanceof Float64Array;
      for (const [i, row] of test.entries()) this.#values[row] = output[i]!;
      return;
    }
    if (this.#method === "decisionFunction") this.#requireAll(classes);
    // A column a class: a fold's columns are put where all classes have theirs.
    const isByClass = classes !== null && output.cols === classes.length && this.#classes !== null;
    this.#cols = isByClass ? this.#classes.length : output.cols;
    this.#table ??= new Float64Array(this.#rows * this.#cols);
    for (let j = 0; j < output.cols; j++) {
      const column = isByClass ? this.#classes.indexOf(classes[j]!) : j;
      for (const [i, row] of test.entries()) this.#table[row * this.#cols + column] = output.at(i, j);
    }
  }

  /** A decision value says nothing of classes that were not seen; there is no number to put in its place. */
  #requireAll(classes: readonly Label[] | null): void {
    const missing = this.#classes?.find((label) => classes?.includes(label) !== true);
    if (missing === undefined) return;
    throw new InvalidDataError(
      `each training fold of cv must have all classes where decision values are asked; one lacks ${JSON.stringify(missing)}: take stratified folds`,
    );
  }

  all(): Output {
    if (this.#table !== null) return new Matrix(this.#table, this.#rows, this.#cols);
    return this.#isNumbers ? Float64Array.from(this.#values as number[]) : (this.#values as Label[]);
  }
}
