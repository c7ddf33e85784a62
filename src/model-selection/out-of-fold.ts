import { InvalidDataError, InvalidParameterError, throwIfAborted } from "../core/errors.js";
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

export interface OutOfFoldOptions {
  /** Told of a question whose fit failed in a fold; the others go on. Without it the first failure ends everything. */
  readonly onFailure?: (question: number, error: unknown) => void;
  /** Told after each fold. */
  readonly onFold?: () => void;
}

/**
 * For each row what an estimator says that was fitted on the folds without it: one answer a question, null for one that
 * failed. All questions of a fold are fitted and asked together; as many folds as the pool is wide are under way at a time.
 * Probabilities of classes that a fold did not see are 0.
 *
 * @throws InvalidParameterError if a row is not in one test fold exactly; InvalidDataError if a fold that lacks a class is
 * asked for decision values
 */
export async function outOfFold(
  questions: readonly Question[],
  data: TrainingData,
  splits: readonly Split[],
  ctx: RunContext,
  { onFailure, onFold }: OutOfFoldOptions = {},
): Promise<readonly (Output | null)[]> {
  checkPartition(splits, data.X.rows);
  const classes = data.y.kind === "labels" ? data.y.classes : null;
  const answers = questions.map(() => new Answers(data.X.rows, classes));
  const failed = new Set<number>();
  const fail = (question: number, error: unknown) => {
    if (onFailure === undefined) throw error;
    if (failed.has(question)) return;
    failed.add(question);
    onFailure(question, error);
  };
  const stop = new AbortController();
  const run = { pool: ctx.pool, workspace: ctx.workspace, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  const width = Math.min(ctx.pool.width, splits.length);
  const lane = async function* (first: number) {
    for (let fold = first; fold < splits.length; fold += width) {
      const asked = [...questions.keys()].filter((question) => !failed.has(question));
      await askFold(questions, asked, data, splits[fold]!, run, answers, fail);
      yield fold;
    }
  };
  ctx.workspace.expectViewsOf(data.X.root);
  const lanes = Array.from({ length: width }, (_, first) => lane(first));
  for await (const _ of merge(lanes, () => stop.abort())) onFold?.();
  return answers.map((answer, question) => (failed.has(question) ? null : answer.all()));
}

function checkPartition(splits: readonly Split[], rows: number): void {
  const times = new Uint32Array(rows);
  for (const { test } of splits) for (const row of test) times[row]!++;
  const stray = times.findIndex((count) => count !== 1);
  if (stray < 0) return;
  throw new InvalidParameterError(`cv must put each row into one test fold; row ${stray} is in ${times[stray]}`, "cv");
}

async function askFold(
  questions: readonly Question[],
  asked: readonly number[],
  { X, y, sampleWeight, evalSets }: TrainingData,
  { train, test }: Split,
  ctx: RunContext,
  answers: readonly Answers[],
  fail: (question: number, error: unknown) => void,
): Promise<void> {
  const clones = asked.map((question) => questions[question]!.estimator.clone());
  await fitEach(clones, X.take(train), y.take(train), {
    ...ctx,
    sampleWeight: sampleWeight === null ? null : Float64Array.from(train, (row) => sampleWeight[row]!),
    evalSets,
    onFailure: (i, error) => fail(asked[i]!, error),
  });
  throwIfAborted(ctx.signal);
  const XTest = X.take(test);
  for (const method of new Set(asked.map((question) => questions[question]!.method))) {
    const those = [...asked.keys()].filter((i) => questions[asked[i]!]!.method === method && clones[i]!.isFitted);
    const fitted = those.map((i) => clones[i]!);
    for await (const [i, output] of predictAll(fitted, XTest, method, ctx)) {
      answers[asked[those[i]!]!]!.add(test, output, fitted[i]!.state.classes, method);
    }
  }
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

  add(test: Uint32Array, output: Output, classes: readonly Label[] | null, method: Method): void {
    if (!(output instanceof Matrix)) {
      this.#isNumbers = output instanceof Float64Array;
      for (const [i, row] of test.entries()) this.#values[row] = output[i]!;
      return;
    }
    if (method === "decisionFunction") this.#requireAll(classes);
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
