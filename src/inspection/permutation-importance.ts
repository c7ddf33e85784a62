import type { AnyEstimator, FitOptions, Output, RunOptions } from "../core/estimator.js";
import { Matrix, type MatrixData, type MatrixLike } from "../core/matrix.js";
import { checkParams, fillParams, integer, type Schema, seed } from "../core/params.js";
import { outputOf } from "../core/predict-all.js";
import { type TargetLike, toTarget, toWeights } from "../core/target.js";
import { toMatrix } from "../core/to-matrix.js";
import { methodFor, type Scoring, scorersOf } from "../model-selection/scoring.js";
import { defaultPool } from "../parallel/default-pool.js";
import { EventLoop } from "../parallel/event-loop.js";
import { jobsOf, limit } from "../parallel/limit.js";
import { RandomState } from "../split/numpy-random.js";
import { randomStateFrom } from "../split/splitter.js";

export interface PermutationImportanceOptions
  extends Pick<FitOptions, "sampleWeight" | "onProgress">,
    Pick<RunOptions, "pool" | "signal"> {
  /** One scorer. Default null: accuracy for classes, R2 for numbers. */
  readonly scoring?: Exclude<Scoring, readonly unknown[]>;
  /** How often each feature is permuted, an integer >= 1. Default 5. */
  readonly nRepeats?: number;
  /** Seed of the permutations, which are scikit-learn's of the same seed; null for others each time. Default null. */
  readonly randomState?: number | null;
  /** Kernel calls at once; default as many as the pool is wide. */
  readonly nJobs?: number | null;
}

/** By how much the score falls when a feature is permuted. */
export interface PermutationImportance {
  /** Of each repeat, features x repeats. */
  readonly importances: Matrix;
  /** Mean over the repeats, one a feature. */
  readonly importancesMean: Float64Array;
  /** Standard deviation over the repeats (of the population), one a feature. */
  readonly importancesStd: Float64Array;
}

const schema: Schema<{ nRepeats: number; randomState: number | null }> = {
  nRepeats: integer(5, { min: 1 }),
  randomState: seed(),
};

/** Small tables are asked about many at a time; together they take about so many bytes. */
const BATCH_BYTES = 1 << 23;

/**
 * How much a fitted estimator leans on each feature: the fall of its score on these rows when the feature's values are dealt
 * to the rows at random (L. Breiman, "Random forests", Machine Learning 45, 2001). Features that say the same share their
 * importance, or have none; rows that were not learnt from tell what generalises. X and the estimator are left as they are.
 *
 * @param X - rows x features, as the estimator was fitted on
 * @throws NotFittedError; InvalidParameterError; InvalidDataError
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.inspection.permutation_importance.html
 */
export async function permutationImportance(
  estimator: AnyEstimator,
  X: MatrixLike,
  y: TargetLike,
  options: PermutationImportanceOptions = {},
): Promise<PermutationImportance> {
  const { nRepeats: repeats, randomState } = checkedOptions(options);
  const { pool = defaultPool(), signal } = options;
  const run = { pool: limit(pool, jobsOf(options.nJobs ?? null, pool)), signal };
  const { allowsNaN, allowsLabels, target, definition } = estimator;
  const { classes } = estimator.state;
  const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal });
  const { rows, cols } = matrix;
  const truth = toTarget(y, target, rows, definition.name).toArray();
  const context = {
    classes: classes ?? undefined,
    sampleWeight: toWeights(options.sampleWeight, rows) ?? undefined,
  };
  const [scorer] = scorersOf(options.scoring ?? null, estimator);
  const method = methodFor(scorer!, estimator);
  const scoreOf = (output: Output) => scorer!.score(truth, output, context);

  const baseline = scoreOf(await outputOf(estimator, matrix, method, run));
  const orders = ordersOf(rows, repeats, randomState);
  const importances = new Float64Array(cols * repeats);
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / matrix.data.byteLength));
  const eventLoop = new EventLoop();
  for (let from = 0; from < importances.length; from += atOnce) {
    const count = Math.min(atOnce, importances.length - from);
    const columnOf = (k: number) => Math.floor((from + k) / repeats);
    const tables = permutedTables(matrix, count, (k) => [columnOf(k), orders[(from + k) % repeats]!]);
    const output = await outputOf(estimator, tables, method, run);
    for (let k = 0; k < count; k++) {
      importances[from + k] = baseline - scoreOf(partOf(output, k * rows, (k + 1) * rows));
      if (eventLoop.isDue) await eventLoop.turn();
    }
    options.onProgress?.({ what: "permutations", done: from + count, total: importances.length });
  }
  return summaryOf(importances, cols, repeats);
}

function checkedOptions({ nRepeats, randomState }: PermutationImportanceOptions) {
  const given = { ...(nRepeats !== undefined && { nRepeats }), ...(randomState !== undefined && { randomState }) };
  const checked = fillParams(schema, given, "permutationImportance");
  checkParams(schema, checked, "permutationImportance");
  return checked;
}

/** For each repeat the row from which each row has its value: the same for every feature, as in scikit-learn. */
function ordersOf(rows: number, repeats: number, randomState: number | null): readonly Uint32Array[] {
  const random = new RandomState(randomStateFrom(randomState).interval(2 ** 31 - 1));
  const order = random.permutation(rows);
  let source = order.slice();
  const orders = [source];
  // Each repeat shuffles the order further, and permutes by it what the one before has left.
  while (orders.length < repeats) {
    random.shuffle(order);
    const before = source;
    source = order.map((row) => before[row]!);
    orders.push(source);
  }
  return orders;
}

/** Copies of a table one below the other, in each of which one column is permuted. */
function permutedTables(
  X: Matrix,
  count: number,
  which: (k: number) => readonly [column: number, order: Uint32Array],
): Matrix {
  const { data, rows, cols, scale, labels } = X;
  const all = new (data.constructor as new (length: number) => MatrixData)(count * data.length);
  for (let k = 0; k < count; k++) {
    const [column, order] = which(k);
    const start = k * data.length;
    all.set(data, start);
    for (let i = 0; i < rows; i++) all[start + i * cols + column] = data[order[i]! * cols + column]!;
  }
  return new Matrix(all, count * rows, cols, { scale, labels });
}

function partOf(output: Output, from: number, to: number): Output {
  if (!(output instanceof Matrix)) return output.slice(from, to);
  return new Matrix(output.data.subarray(from * output.cols, to * output.cols), to - from, output.cols);
}

function summaryOf(importances: Float64Array, cols: number, repeats: number): PermutationImportance {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / repeats;
  const features = Array.from({ length: cols }, (_, j) => importances.subarray(j * repeats, (j + 1) * repeats));
  const importancesMean = Float64Array.from(features, mean);
  const importancesStd = Float64Array.from(features, (values, j) =>
    Math.sqrt(mean(values.map((value) => (value - importancesMean[j]!) ** 2))),
  );
  return { importances: new Matrix(importances, cols, repeats), importancesMean, importancesStd };
}
