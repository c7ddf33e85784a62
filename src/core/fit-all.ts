import { defaultPool } from "../parallel/default-pool.js";
import { ConfigurationKeys } from "./configuration.js";
import { throwIfAborted } from "./errors.js";
import {
  type AnyEstimator,
  Estimator,
  type FitContext,
  type FitOptions,
  type Fitted,
  type TrainingData,
} from "./estimator.js";
import { type EvalOptions, evalSetsFor, toEvalSets } from "./eval-set.js";
import type { MatrixLike } from "./matrix.js";
import { merge } from "./merge.js";
import { drawSeed } from "./random.js";
import { seedNameOf } from "./seeds.js";
import { type TargetLike, toTarget, toWeights } from "./target.js";
import { toMatrix } from "./to-matrix.js";
import { Workspace } from "./workspace.js";

export interface FitAllOptions extends FitOptions, EvalOptions {
  /** Told of each estimator that fails, so that the others go on. Without it the first failure ends everything. */
  readonly onFailure?: (index: number, error: unknown) => void;
}

/** One configuration and the estimators that have it. */
interface Unit {
  readonly indices: number[];
  readonly estimator: AnyEstimator;
  /** Its parameters, with a seed drawn where the random state is null. */
  readonly params: Readonly<object>;
  readonly seed: number | null;
}

/** Configurations of one class that learn from the same data. */
interface Group {
  readonly kind: unknown;
  readonly data: TrainingData;
  readonly units: Unit[];
}

/**
 * Fits every estimator on the same data, in place, sharing work, and yields each one's index when it is done. Breaking
 * off cancels the rest.
 *
 * The sharing law: each estimator ends in exactly the state that its own `fit(X, y)` would give (for seeds that are not
 * null). A failure leaves old states as they were.
 *
 * @throws BusyError if one is being fitted already; InvalidParameterError; InvalidDataError; the signal's reason
 */
export async function* fitAll(
  estimators: readonly AnyEstimator[],
  X: MatrixLike,
  y?: TargetLike | null,
  options: FitAllOptions = {},
): AsyncGenerator<number> {
  throwIfAborted(options.signal);
  const claimed: AnyEstimator[] = [];
  const workspace = options.workspace ?? new Workspace();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const ctx: FitContext = {
    pool: options.pool ?? defaultPool(),
    workspace,
    signal,
    options,
    progress: options.onProgress ?? (() => {}),
  };
  const fail =
    options.onFailure ??
    ((_index: number, error: unknown) => {
      throw error;
    });
  try {
    for (const estimator of new Set(estimators)) {
      Estimator.claim(estimator);
      claimed.push(estimator);
    }
    const inputs = new Inputs(X, y, options, workspace);
    const groups: Group[] = [];
    for (const unit of unitsOf(estimators, fail)) {
      try {
        const data = await inputs.for(unit.estimator);
        const kind = unit.estimator.constructor;
        const group = groups.find((other) => other.kind === kind && other.data === data);
        if (group === undefined) groups.push({ kind, data, units: [unit] });
        else group.units.push(unit);
      } catch (error) {
        throwIfAborted(signal);
        for (const index of unit.indices) fail(index, error);
      }
    }
    const work = groups.map(({ data, units }) => learnGroup(units, data, ctx, fail));
    for await (const [unit, fitted] of merge(work, () => stop.abort())) {
      for (const index of unit.indices) {
        Estimator.restore(estimators[index]!, fitted);
        yield index;
      }
    }
  } finally {
    stop.abort();
    for (const estimator of claimed) Estimator.release(estimator);
    if (options.workspace === undefined) workspace.close();
  }
}

/** `fitAll` for those who only want everything fitted. */
export async function fitEach(
  estimators: readonly AnyEstimator[],
  X: MatrixLike,
  y?: TargetLike | null,
  options: FitAllOptions = {},
): Promise<void> {
  for await (const _ of fitAll(estimators, X, y, options));
}

/** X, y and evaluation sets converted once for each way in which the estimators want them. */
class Inputs {
  readonly #made = new Map<string, Promise<TrainingData>>();
  constructor(
    readonly X: MatrixLike,
    readonly y: TargetLike | null | undefined,
    readonly options: FitAllOptions,
    readonly workspace: Workspace,
  ) {}

  for(estimator: AnyEstimator): Promise<TrainingData> {
    const { allowsNaN, allowsLabels, target } = estimator;
    const named = evalSetsFor(estimator, this.options);
    const key = `${allowsNaN} ${allowsLabels} ${target} ${named.length}`;
    let made = this.#made.get(key);
    if (made === undefined) this.#made.set(key, (made = this.#make(estimator, named)));
    return made;
  }

  async #make(estimator: AnyEstimator, named: ReturnType<typeof evalSetsFor>): Promise<TrainingData> {
    const { allowsNaN, allowsLabels, target, definition } = estimator;
    const { signal, sampleWeight } = this.options;
    const run = { signal, workspace: this.workspace };
    const X = await toMatrix(this.X, { allowsNaN, allowsLabels, ...run });
    const y = toTarget(this.y, target, X.rows, definition.name);
    const weights = toWeights(sampleWeight, X.rows);
    const evalSets = await toEvalSets(named, { source: this.X, X, y }, estimator, run);
    return { X, y, sampleWeight: weights, evalSets };
  }
}

/** The estimators' distinct configurations, parameters checked. */
function unitsOf(estimators: readonly AnyEstimator[], fail: (index: number, error: unknown) => void): Unit[] {
  const keys = new ConfigurationKeys();
  const units = new Map<string, Unit>();
  for (const [index, estimator] of estimators.entries()) {
    try {
      estimator.checkParams();
      const key = keys.keyOf(estimator);
      const known = units.get(key);
      if (known === undefined) units.set(key, { indices: [index], estimator, ...seeded(estimator) });
      else known.indices.push(index);
    } catch (error) {
      fail(index, error);
    }
  }
  return [...units.values()];
}

function seeded(estimator: AnyEstimator): { params: Readonly<object>; seed: number | null } {
  const params = estimator.params as Readonly<Record<string, unknown>>;
  const name = seedNameOf(estimator);
  if (name === undefined) return { params, seed: null };
  const seed = (params[name] as number | null) ?? drawSeed();
  return { params: Object.freeze({ ...params, [name]: seed }), seed };
}

/** One class's configurations on the same data. */
async function* learnGroup(
  units: readonly Unit[],
  data: TrainingData,
  ctx: FitContext,
  fail: (index: number, error: unknown) => void,
): AsyncGenerator<readonly [Unit, Fitted<object>]> {
  const left = new Set(units);
  const { estimator } = units[0]!;
  try {
    for await (const [i, model] of estimator.learnMany(
      data,
      units.map((unit) => unit.params),
      ctx,
    )) {
      const unit = units[i]!;
      left.delete(unit);
      yield [unit, fittedOf(unit, data, model)];
    }
    if (left.size > 0) throw new Error(`learnMany of ${estimator.definition.name} left out ${left.size} candidates`);
  } catch (error) {
    throwIfAborted(ctx.signal);
    // What failed together is tried one by one, so that the failure lands on its own candidate.
    if (units.length > 1) for (const unit of left) yield* learnGroup([unit], data, ctx, fail);
    else for (const index of units[0]!.indices) fail(index, error);
  }
}

function fittedOf(unit: Unit, data: TrainingData, model: object): Fitted<object> {
  const classes = data.y.kind === "labels" ? data.y.classes : null;
  return { nFeatures: data.X.cols, classes, seed: unit.seed, model };
}
