import { InvalidDataError, InvalidParameterError } from "./errors.js";
import type { AnyEstimator, RunOptions } from "./estimator.js";
import type { Matrix, MatrixLike } from "./matrix.js";
import { type Target, type TargetLike, toTarget, toWeights } from "./target.js";
import { describe, toMatrix } from "./to-matrix.js";

/** Rows by which a fit is watched: [X, y] or [X, y, sampleWeight]. */
export type EvalRows = readonly [X: MatrixLike, y: TargetLike, sampleWeight?: ArrayLike<number> | null | undefined];

/** One evaluation set, which is then called "validation", or several by their names. */
export type EvalSetLike = EvalRows | Readonly<Record<string, EvalRows>>;

/** A clean evaluation set: as many features as the training X, and labels as positions in the training classes. */
export interface EvalSet<Y extends Target = Target> {
  /** As `evalsResult` names it: "validation", or the caller's word. */
  readonly name: string;
  /** As many columns as the training rows. */
  readonly X: Matrix;
  readonly y: Y;
  readonly sampleWeight: Float64Array | null;
}

export interface EvalOptions {
  /**
   * Rows by which the fit is watched, never learnt from: `[X, y]`, `[X, y, sampleWeight]`, or several by name, as in
   * `{ train: [X, y], validation: [Xv, yv] }`. The last one decides early stopping. Default none.
   *
   * A composite hands it on: a pipeline transformed by its steps; a search, a stack and a calibrated classifier to the fits of all
   * folds too (with early stopping what they say of held-out rows is then fair only if no row of X is in it).
   */
  readonly evalSet?: EvalSetLike | null | undefined;
  /** Clean sets that a composite hands on, in place of evalSet; whoever does not use them learns as without. */
  readonly evalSets?: readonly EvalSet[] | undefined;
}

/** An evaluation set by its name, not yet checked. */
interface NamedRows {
  /** As `evalsResult` shall name it. */
  readonly name: string;
  readonly X: MatrixLike;
  readonly y: TargetLike;
  readonly sampleWeight?: ArrayLike<number> | null | undefined;
}

/** What evaluation sets must suit. */
interface Trained {
  /** X as it was given. */
  readonly source: MatrixLike;
  readonly X: Matrix;
  readonly y: Target;
}

/**
 * The evaluation sets that are meant for this estimator.
 * @throws InvalidParameterError if a caller gave some to one that does not use them, or what is no evaluation set
 */
export function evalSetsFor(estimator: AnyEstimator, { evalSet, evalSets }: EvalOptions): readonly NamedRows[] {
  const named = evalSets ?? namedRows(evalSet ?? {});
  if (estimator.usesEvalSet) return named;
  if (named.length > 0 && evalSets === undefined) {
    throw invalid(`${estimator.definition.name} does not use evaluation sets: leave evalSet out of its fit`);
  }
  return [];
}

/**
 * Converts and checks evaluation sets as training data are. A Matrix stays itself, and the X that is learnt from is the
 * one Matrix in both places, so that what is memoised of it is shared.
 * @throws InvalidDataError naming the set and, where one is to blame, its row
 */
export async function toEvalSets(
  named: readonly NamedRows[],
  trained: Trained,
  estimator: AnyEstimator,
  options: RunOptions,
): Promise<readonly EvalSet[]> {
  const sets: EvalSet[] = [];
  for (const rows of named) {
    sets.push(await inEvalSet(rows.name, () => toEvalSet(rows, trained, estimator, options)));
  }
  return sets;
}

/** Work on an evaluation set: what is wrong with its data is told with its name. */
export async function inEvalSet<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidDataError)) throw error;
    throw new InvalidDataError(`evalSet.${name}: ${error.message}`, error.row, error.column);
  }
}

async function toEvalSet(
  { name, X: given, y, sampleWeight }: NamedRows,
  trained: Trained,
  { allowsNaN, allowsLabels, target, definition }: AnyEstimator,
  { signal, workspace }: RunOptions,
): Promise<EvalSet> {
  const X =
    given === trained.source ? trained.X : await toMatrix(given, { allowsNaN, allowsLabels, signal, workspace });
  if (X.cols !== trained.X.cols) {
    throw new InvalidDataError(`X has ${X.cols} features, but the X that is learnt from has ${trained.X.cols}`);
  }
  const truth = toTarget(y, target, X.rows, definition.name);
  const isLabels = truth.kind === "labels" && trained.y.kind === "labels";
  return {
    name,
    X,
    y: isLabels ? truth.within(trained.y.classes) : truth,
    sampleWeight: toWeights(sampleWeight, X.rows),
  };
}

function namedRows(evalSet: EvalSetLike): readonly NamedRows[] {
  const record = isRows(evalSet) ? { validation: evalSet } : evalSet;
  if (Object.getPrototypeOf(record) !== Object.prototype) {
    throw invalid(`evalSet must be [X, y], [X, y, sampleWeight], or a record of such; got ${describe(evalSet)}`);
  }
  return Object.entries(record).map(([name, rows]) => {
    if (!isRows(rows) || rows.length < 2 || rows.length > 3) {
      throw invalid(`evalSet.${name} must be [X, y] or [X, y, sampleWeight]; got ${describe(rows)}`);
    }
    const [X, y, sampleWeight] = rows;
    return { name, X, y, sampleWeight };
  });
}

function isRows(value: EvalSetLike): value is EvalRows {
  return Array.isArray(value);
}

function invalid(message: string): InvalidParameterError {
  return new InvalidParameterError(message, "evalSet");
}
