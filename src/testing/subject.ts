import type { AnyEstimator, FitOptions, Fitted, Method, Output, RunOptions } from "../core/estimator.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import type { Rule } from "../core/params.js";
import type { Target, TargetLike } from "../core/target.js";
import type { EstimatorChecksOptions, MakeEstimator } from "./check.js";
import { CheckPools } from "./pools.js";
import { makeProblem, type Problem } from "./problem.js";

export type Rules = Readonly<Record<string, Rule<unknown>>>;
type Patch = Readonly<Record<string, unknown>>;
type Verb = (X: MatrixLike, options?: RunOptions) => Promise<Output>;

/** The estimator under test: how to make one, what it declares, and data that suit it. */
export class Subject {
  readonly name: string;
  readonly target: Target["kind"];
  readonly methods: readonly Method[];
  readonly rules: Rules;
  readonly allowsNaN: boolean;
  readonly allowsLabels: boolean;
  readonly usesSampleWeight: boolean;
  readonly usesEvalSet: boolean;
  readonly isComposite: boolean;
  readonly pools: CheckPools;
  readonly problem: Problem;

  constructor(
    readonly factory: MakeEstimator,
    readonly options: EstimatorChecksOptions,
  ) {
    const sample = factory();
    this.name = sample.definition.name;
    this.target = sample.target;
    this.methods = sample.methods;
    this.rules = sample.definition.schema as unknown as Rules;
    this.allowsNaN = sample.allowsNaN;
    this.allowsLabels = sample.allowsLabels;
    this.usesSampleWeight = sample.usesSampleWeight;
    this.usesEvalSet = sample.usesEvalSet;
    this.isComposite = Object.keys(sample.members).length > 0;
    this.pools = options.pools ?? new CheckPools();
    this.problem = makeProblem(this.target);
  }

  get tolerance(): number {
    return this.options.tolerance ?? 1e-9;
  }

  /** An unfitted one, with seeds in place of null random states. */
  make(patch: Patch = {}): AnyEstimator {
    return this.factory().clone({ ...seeds(this.factory()), ...patch });
  }

  /** Fits it to the data, by default to the problem. (An undefined X that is given is given.) */
  fit<E extends AnyEstimator>(
    estimator: E,
    ...data: readonly [X?: unknown, y?: unknown, options?: FitOptions]
  ): Promise<E> {
    const { rows, y: labels } = this.problem;
    const [X, y, options] = [data.length > 0 ? data[0] : rows, data.length > 1 ? data[1] : labels, data[2]];
    return estimator.fit(X as MatrixLike, y as TargetLike, { pool: this.pools.inline, ...options });
  }

  /** One that is fitted to the problem. */
  fitted(patch: Patch = {}, X: unknown = this.problem.rows, options: FitOptions = {}): Promise<AnyEstimator> {
    return this.fit(this.make(patch), X, this.problem.y, options);
  }

  /** The state of one that is fitted to these data. */
  async state(X: unknown, y: unknown = this.problem.y, options: FitOptions = {}): Promise<Fitted<object>> {
    return (await this.fit(this.make(), X, y, options)).state;
  }

  ask(estimator: AnyEstimator, method: Method, ...data: readonly [X?: unknown, options?: RunOptions]): Promise<Output> {
    const verbs = estimator as unknown as Readonly<Record<Method, Verb>>;
    const X = data.length > 0 ? data[0] : this.problem.rows;
    return verbs[method](X as MatrixLike, { pool: this.pools.inline, ...data[1] });
  }

  /** What it answers to X by each of the methods that it has with its parameters. */
  async answers(
    estimator: AnyEstimator,
    X: unknown = this.problem.rows,
    options: RunOptions = {},
  ): Promise<Readonly<Record<string, Output>>> {
    const all: Record<string, Output> = {};
    for (const method of estimator.methods) all[method] = await this.ask(estimator, method, X, options);
    return all;
  }
}

/** A seed for every random state that is null, those of members too. */
function seeds(estimator: AnyEstimator, prefix = ""): Patch {
  const rules = estimator.definition.schema as unknown as Rules;
  const params = estimator.params as Patch;
  const own = Object.keys(rules).filter((name) => rules[name]!.isSeed === true && params[name] === null);
  const patch: Record<string, unknown> = Object.fromEntries(own.map((name) => [prefix + name, 0]));
  for (const [name, member] of Object.entries(estimator.members as Readonly<Record<string, AnyEstimator>>)) {
    Object.assign(patch, seeds(member, `${prefix}${name}__`));
  }
  return patch;
}

/** The rows of an answer, in this order. */
export function takeRows(output: Output, rows: readonly number[]): Output {
  if (output instanceof Matrix) {
    const taken = output.take(rows);
    return new Matrix(taken.data, taken.rows, taken.cols, { scale: output.scale, labels: output.labels });
  }
  return output instanceof Float64Array ? Float64Array.from(rows, (row) => output[row]!) : rows.map((i) => output[i]!);
}
