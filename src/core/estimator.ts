import type { Pool } from "../parallel/pool.js";
import { BusyError, InvalidParameterError, NotFittedError } from "./errors.js";
import type { EvalOptions, EvalSet } from "./eval-set.js";
import { fitAll } from "./fit-all.js";
import type { Label } from "./labels.js";
import type { Matrix, MatrixLike } from "./matrix.js";
import { checkParams, fillParams, type Schema, unknownParameter } from "./params.js";
import type { Patch } from "./paths.js";
import { outputOf } from "./predict-all.js";
import { freezeState } from "./state.js";
import type { Target, TargetLike } from "./target.js";
import { describe } from "./to-matrix.js";
import type { Workspace } from "./workspace.js";

/** Any estimator at all; shared code (search, persistence, tracking) knows no more than this. */
export type AnyEstimator = Estimator<object, object, object>;

/** What can be asked of a fitted estimator. */
export type Method = "predict" | "predictProba" | "decisionFunction" | "transform";

/** What a method answers: a table, or one label or number a row. */
export type Output = Matrix | readonly Label[] | Float64Array;

/** How far long work has come. */
export interface Progress {
  /** "trees", "candidates", "iterations". */
  readonly what: string;
  /** Units that are done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** What just happened, where a composite tells more than numbers: a `SearchEvent` of a search. */
  readonly event?: object;
}

export interface RunOptions {
  /** Stops the work within half a second; the verb then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where kernels run. Default: one pool of worker threads for the whole process. */
  readonly pool?: Pool | undefined;
  /** The work shared within one top-level verb; given on by composites, not by callers. */
  readonly workspace?: Workspace | undefined;
}

export interface FitOptions extends RunOptions, Pick<EvalOptions, "evalSet"> {
  /** One weight >= 0 for each row; not all zero. */
  readonly sampleWeight?: ArrayLike<number> | null | undefined;
  /** Called as the work goes on; what it throws ends the fit. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Clean data to learn from. */
export interface TrainingData<Y extends Target = Target> {
  /** Rows x features; finite unless the definition says `allowsNaN`. */
  readonly X: Matrix;
  /** One target a row of X. */
  readonly y: Y;
  /** One weight >= 0 a row, not all zero; null where none was given. */
  readonly sampleWeight: Float64Array | null;
  /** In the order in which they were given; empty where there are none. */
  readonly evalSets: readonly EvalSet<Y>[];
}

/** What a run lends to implementers: where kernels run, what is shared, when to stop. It can be given on as options. */
export interface RunContext {
  readonly pool: Pool;
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

export interface FitContext extends RunContext {
  /** What `fit` was called with: where a class whose fit takes options of its own finds them. */
  readonly options: Readonly<FitOptions>;
  /** Tells the caller's `onProgress` how far the fit is. */
  progress(progress: Progress): void;
}

/** The complete result of one fit. */
export interface Fitted<S> {
  /** Number of columns that it was fitted on, and that predictions must have. */
  readonly nFeatures: number;
  /** Sorted labels of a classifier; null for all others. */
  readonly classes: readonly Label[] | null;
  /** The seed that was used, drawn or given; null where the class has no randomness. */
  readonly seed: number | null;
  /** What `learn` returned. */
  readonly model: S;
}

/** A fitted state together with the parameters that it was made with. */
export interface FittedWith<P, S> extends Fitted<S> {
  /** All parameters, complete; the seed in place of a null random state. */
  readonly params: Readonly<P>;
}

/** What is said once for each class. */
export interface Definition<P> {
  /** The class's name in errors and in files. */
  readonly name: string;
  /** For each parameter its default and what it may be. */
  readonly schema: Schema<P>;
  /** Checks that concern several parameters at once: an error sentence, or null. */
  check?(params: Readonly<P>): string | null;
  /** NaN in X is let through. */
  readonly allowsNaN?: boolean;
  /** X may hold strings and booleans, which then come as positions in `X.labels`. */
  readonly allowsLabels?: boolean;
  /** sampleWeight changes what is learnt; the common suite holds the class to it. Default false. */
  readonly usesSampleWeight?: boolean;
  /** It looks at `evalSets` while it learns; whoever does not refuses an evalSet. Default false. */
  readonly usesEvalSet?: boolean;
}

/** The members of a leaf: none. */
export type NoMembers = { readonly [name in never]: never };

/**
 * Params plus state, both plain values. Params are frozen and set whole; the state is undefined or the complete result
 * of one fit, so clone, persistence, sharing and transfer need no code per class.
 *
 * A subclass gives its definition to `super`, says by `target` what it learns from, and writes exactly one of `learn`
 * and `learnMany`, and one of `infer` and `inferMany`; none of them reads `this.params`.
 */
export abstract class Estimator<P extends object, S extends object, M extends object = NoMembers> {
  /** The name, schema and abilities of its class. */
  readonly definition: Definition<P>;
  #params: Readonly<P>;
  #state: Fitted<S> | undefined;
  #isBusy = false;

  constructor(definition: Definition<P>, params: Partial<P> = {}) {
    this.definition = definition;
    this.#params = fillParams(definition.schema, params, definition.name);
  }

  /** What it learns from. */
  abstract get target(): Target["kind"];

  /** What can be asked of it once it is fitted. */
  abstract get methods(): readonly Method[];

  /** All parameters, defaults filled in; frozen. Their values are checked when it is fitted. */
  get params(): Readonly<P> {
    return this.#params;
  }

  /** Named estimators that this one is made of; none for leaves. */
  get members(): M {
    return {} as M;
  }

  /** The parameters that hold these members in place of today's; only composites write it. */
  protected withMembers(_members: Readonly<Record<string, AnyEstimator>>): Partial<P> {
    return {};
  }

  /** Whether NaN in X is let through; composites ask their members. */
  get allowsNaN(): boolean {
    return this.definition.allowsNaN ?? false;
  }

  /** Whether X may hold strings and booleans. */
  get allowsLabels(): boolean {
    return this.definition.allowsLabels ?? false;
  }

  /** Whether `sampleWeight` changes what is learnt. */
  get usesSampleWeight(): boolean {
    return this.definition.usesSampleWeight ?? false;
  }

  /** Whether it looks at an `evalSet` while it learns. */
  get usesEvalSet(): boolean {
    return this.definition.usesEvalSet ?? false;
  }

  /** Whether a fit has succeeded since it was made or its parameters changed. */
  get isFitted(): boolean {
    return this.#state !== undefined;
  }

  /**
   * The result of the last fit.
   * @throws NotFittedError
   */
  get state(): Fitted<S> {
    if (this.#state === undefined) {
      throw new NotFittedError(`this ${this.definition.name} is not fitted yet; await fit(X, y) first`);
    }
    return this.#state;
  }

  /** Number of features it was fitted on. */
  get nFeaturesIn(): number {
    return this.state.nFeatures;
  }

  /** The parameters of this estimator, and by default those of its members as `member__name`. */
  getParams(deep = true): Record<string, unknown> {
    const all: Record<string, unknown> = { ...this.params };
    if (!deep) return all;
    for (const [name, member] of Object.entries(this.members as Readonly<Record<string, AnyEstimator>>)) {
      all[name] = member;
      for (const [path, value] of Object.entries(member.getParams())) all[`${name}__${path}`] = value;
    }
    return all;
  }

  /**
   * Replaces parameters, its own or `member__name`, and drops the state. All or nothing.
   * @throws InvalidParameterError for a name that it does not have; BusyError while it is being fitted
   */
  setParams(patch: Patch<this>): this {
    if (this.#isBusy) throw new BusyError(`this ${this.definition.name} is being fitted; await that fit first`);
    this.#params = fillParams(this.definition.schema, this.#patched(patch), this.definition.name);
    this.#state = undefined;
    return this;
  }

  /** An unfitted copy, with some parameters replaced. */
  clone(patch: Patch<this> = {} as Patch<this>): this {
    return new (this.constructor as new (params: Partial<P>) => this)(this.#patched(patch));
  }

  /** Learns from X and y, in place. A fit that fails or is aborted leaves the old state as it was. */
  async fit(X: MatrixLike, y?: TargetLike | null, options: FitOptions = {}): Promise<this> {
    // It ends with the state assigned: an abort that comes later must not make a fit that changed it reject.
    for await (const _ of fitAll([this as unknown as AnyEstimator], X, y, options)) break;
    return this;
  }

  /** For implementers: one fit. */
  learn(_data: TrainingData, _params: Readonly<P>, _ctx: FitContext): S | Promise<S> {
    throw new Error(`${this.definition.name} must implement learn or learnMany`);
  }

  /** For implementers: many fits on the same data, sharing work. Each candidate's bits must be those of its own fit. */
  async *learnMany(
    data: TrainingData,
    candidates: readonly Readonly<P>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: S]> {
    for (const [i, params] of candidates.entries()) yield [i, await this.learn(data, params, ctx)];
  }

  /** For implementers: the answer of one fitted state. */
  infer(_fitted: FittedWith<P, S>, _X: Matrix, _method: Method, _ctx: RunContext): Output | Promise<Output> {
    throw new Error(`${this.definition.name} must implement infer or inferMany`);
  }

  /** For implementers: the answers of many fitted states to the same X, sharing work. */
  async *inferMany(
    fitted: readonly FittedWith<P, S>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    for (const [i, one] of fitted.entries()) yield [i, await this.infer(one, X, method, ctx)];
  }

  /**
   * For implementers: checks a model that was read from a file, where anything may stand, so that `infer` cannot hang,
   * read out of bounds or answer NaN. `nFeatures`, `classes`, `seed` and `params` have been checked before; whatever
   * this throws refuses the file.
   * @throws InvalidModelError
   */
  validate(_fitted: FittedWith<P, S>): void {}

  /** What predictAll asks: `inferMany`, and what a kind of estimator derives from it. */
  answerMany(
    fitted: readonly FittedWith<P, S>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    return this.inferMany(fitted, X, method, ctx);
  }

  /** One method of this estimator alone. */
  protected async answer(method: Method, X: MatrixLike, options: RunOptions = {}): Promise<Output> {
    return outputOf(this as unknown as AnyEstimator, X, method, options);
  }

  /**
   * Checks all parameters, those of members too.
   * @throws InvalidParameterError
   */
  checkParams(): void {
    const { schema, name, check } = this.definition;
    checkParams(schema, this.params, name);
    const complaint = check?.(this.params) ?? null;
    if (complaint !== null) throw new InvalidParameterError(complaint, complaint.split(" ")[0]!);
    for (const member of Object.values(this.members as Readonly<Record<string, AnyEstimator>>)) member.checkParams();
  }

  /** The class and the parameters that differ from their defaults, as code: `SVC({ C: 10 })`. */
  toString(): string {
    const { schema, name } = this.definition;
    const set = (Object.keys(schema) as (keyof P & string)[])
      .filter((key) => !Object.is(this.params[key], schema[key].default))
      .map((key) => `${key}: ${show(this.params[key])}`);
    return set.length === 0 ? `${name}()` : `${name}({ ${set.join(", ")} })`;
  }

  #patched(patch: Patch<this>): Partial<P> {
    const own: Record<string, unknown> = {};
    const nested = new Map<string, Record<string, unknown>>();
    const members = this.members as Readonly<Record<string, AnyEstimator>>;
    for (const [path, value] of Object.entries(patch)) {
      const cut = path.indexOf("__");
      const name = cut < 0 ? path : path.slice(0, cut);
      if (Object.hasOwn(this.definition.schema, path)) own[path] = value;
      else if (cut > 0 && Object.hasOwn(members, name)) {
        nested.set(name, { ...nested.get(name), [path.slice(cut + 2)]: value });
      } else throw unknownParameter(path, Object.keys(this.getParams()), this.definition.name);
    }
    if (nested.size === 0 && Object.keys(members).length === 0) return { ...this.params, ...own };
    const renewed = Object.fromEntries(
      Object.entries(members).map(([name, member]) => {
        const patched = nested.get(name);
        return [name, patched === undefined ? Estimator.#copy(member) : member.clone(patched)];
      }),
    );
    return { ...this.params, ...this.withMembers(renewed), ...own };
  }

  /** Unlike a clone it keeps the state: fitted members are values that a composite may have been given. */
  static #copy(estimator: AnyEstimator): AnyEstimator {
    const copy = estimator.clone();
    copy.#state = estimator.#state;
    return copy;
  }

  /** @internal Marks it as being fitted. */
  static claim(estimator: AnyEstimator): void {
    if (estimator.#isBusy) {
      throw new BusyError(`this ${estimator.definition.name} is being fitted already; await that fit before the next`);
    }
    estimator.#isBusy = true;
  }

  /** @internal Ends what `claim` began. */
  static release(estimator: AnyEstimator): void {
    estimator.#isBusy = false;
  }

  /** @internal Drops its state, also while others are still being fitted with it: a search needs each once. */
  static forget(estimator: AnyEstimator): void {
    estimator.#state = undefined;
  }

  /** @internal Gives it a state, whole. */
  static restore(estimator: AnyEstimator, state: Fitted<object>): void {
    estimator.#state = freezeState(state);
  }
}

function show(value: unknown): string {
  if (value instanceof Estimator) return value.toString();
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).map(([key, part]) => `${key}: ${show(part)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return typeof value === "object" || typeof value === "function" ? describe(value) : String(value);
}
