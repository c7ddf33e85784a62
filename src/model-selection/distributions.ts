import { InvalidParameterError } from "../core/errors.js";
import type { At, Configurable, Path } from "../core/paths.js";
import type { Rng } from "../core/random.js";
import { describe } from "../core/to-matrix.js";

/** Numbers from `low` to `high`, both included: any of them, or every `step`. */
export interface FloatDistribution {
  readonly kind: "float";
  /** The least value, drawn too. */
  readonly low: number;
  /** The largest value, drawn too. */
  readonly high: number;
  /** Orders of magnitude count alike. */
  readonly log: boolean;
  /** Null for a continuous range. */
  readonly step: number | null;
}

/** Every `step` of the integers from `low` to `high`, both included. */
export interface IntDistribution {
  readonly kind: "int";
  /** The least value, drawn too. */
  readonly low: number;
  /** The largest value, drawn too. */
  readonly high: number;
  /** Drawn evenly by the logarithm. */
  readonly log: boolean;
  /** The distance between neighbours. */
  readonly step: number;
}

/** One of a few values that have no order. */
export interface CategoricalDistribution<T = unknown> {
  readonly kind: "choice";
  /** Each as likely as the others. */
  readonly choices: readonly T[];
}

/** Where a parameter's values are drawn from: what `float`, `int` and `choice` make. */
export type Distribution<T = unknown> = FloatDistribution | IntDistribution | CategoricalDistribution<T>;

/** The type of what is drawn from a distribution. */
export type Drawn<D> = D extends CategoricalDistribution<infer T> ? T : number;

/** For some parameters of E and of its members, where their values are drawn from. */
export type SearchSpace<E extends Configurable> = {
  readonly [K in Path<E>]?: At<E, K> extends infer T
    ? CategoricalDistribution<T> | (number extends T ? FloatDistribution | IntDistribution : never)
    : never;
};

/**
 * Numbers from `low` to `high`, both included.
 * With `log`, orders of magnitude count alike; it needs low > 0 and no step. With a `step` only low, low + step, ..., high
 * are drawn; it must divide the range.
 *
 * @throws InvalidParameterError for a range that is empty or reversed, or a step that does not fit
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.distributions.FloatDistribution.html
 */
export function float(
  low: number,
  high: number,
  { log = false, step = null }: { readonly log?: boolean; readonly step?: number | null } = {},
): FloatDistribution {
  checkRange("float", low, high, Number.isFinite, "a finite number");
  if (log && low <= 0) throw wrong("low", `low of float must be > 0 where log is true; got ${low}`);
  if (log && step !== null) throw wrong("step", "step of float must be null where log is true");
  if (step !== null) {
    if (!(Number.isFinite(step) && step > 0)) throw wrong("step", `step of float must be > 0; got ${describe(step)}`);
    const steps = (high - low) / step;
    if (Math.abs(steps - Math.round(steps)) > 1e-8 * Math.max(1, steps)) {
      throw wrong("step", `step of float must divide the range from ${low} to ${high}; got ${step}`);
    }
  }
  return Object.freeze({ kind: "float", low, high, log, step });
}

/**
 * Integers from `low` to `high`, both included.
 * With `log`, orders of magnitude count alike; it needs low >= 1 and a step of 1. With a `step` only low, low + step, ...,
 * high are drawn; it must divide the range.
 *
 * @throws InvalidParameterError for a range that is empty or reversed, or a step that does not fit
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.distributions.IntDistribution.html
 */
export function int(
  low: number,
  high: number,
  { log = false, step = 1 }: { readonly log?: boolean; readonly step?: number } = {},
): IntDistribution {
  checkRange("int", low, high, Number.isSafeInteger, "an integer");
  if (log && low < 1) throw wrong("low", `low of int must be >= 1 where log is true; got ${low}`);
  if (log && step !== 1) throw wrong("step", `step of int must be 1 where log is true; got ${describe(step)}`);
  if (!(Number.isSafeInteger(step) && step >= 1)) {
    throw wrong("step", `step of int must be an integer >= 1; got ${describe(step)}`);
  }
  if ((high - low) % step !== 0) {
    throw wrong("step", `step of int must divide the range from ${low} to ${high}; got ${step}`);
  }
  return Object.freeze({ kind: "int", low, high, log, step });
}

/**
 * One of the values, which have no order.
 *
 * @throws InvalidParameterError without values
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.distributions.CategoricalDistribution.html
 */
export function choice<const T>(choices: readonly T[]): CategoricalDistribution<T> {
  if (!Array.isArray(choices) || choices.length === 0) {
    throw wrong("choices", `choices of choice must be an array of at least one value; got ${describe(choices)}`);
  }
  return Object.freeze({ kind: "choice", choices: Object.freeze([...choices]) });
}

/** Whether a value is what `float`, `int` or `choice` made. */
export function isDistribution(value: unknown): value is Distribution {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    (value.kind === "float" || value.kind === "int" || value.kind === "choice")
  );
}

/** Whether only one value can be drawn. */
export function isSingle(distribution: Distribution): boolean {
  return distribution.kind === "choice" ? distribution.choices.length === 1 : distribution.low === distribution.high;
}

/** Whether two distributions have the same kind, bounds and values. */
export function isSame(a: Distribution, b: Distribution): boolean {
  if (a === b) return true;
  if (a.kind === "choice") {
    if (b.kind !== "choice" || a.choices.length !== b.choices.length) return false;
    return a.choices.every((choice, i) => Object.is(choice, b.choices[i]));
  }
  if (b.kind !== a.kind) return false;
  return a.low === b.low && a.high === b.high && a.log === b.log && a.step === b.step;
}

/**
 * What samplers and journals work with instead of a value: the number itself, or the position among the choices.
 *
 * @param name of the parameter, for the error
 * @throws InvalidParameterError if the distribution does not have the value
 */
export function toInternal(distribution: Distribution, value: unknown, name: string): number {
  if (distribution.kind === "choice") {
    const at = distribution.choices.findIndex((choice) => Object.is(choice, value));
    if (at >= 0) return at;
  } else if (typeof value === "number" && contains(distribution, value)) return value;
  throw wrong(name, `${name} must be ${sentence(distribution)}; got ${describe(value)}`);
}

/** The value that an internal number stands for. */
export function fromInternal<D extends Distribution>(distribution: D, internal: number): Drawn<D> {
  return (distribution.kind === "choice" ? distribution.choices[internal] : internal) as Drawn<D>;
}

/** Whether an internal number stands for a value of the distribution. */
export function contains(distribution: Distribution, internal: number): boolean {
  if (distribution.kind === "choice") {
    return Number.isInteger(internal) && internal >= 0 && internal < distribution.choices.length;
  }
  const { low, high, step } = distribution;
  if (!(internal >= low && internal <= high)) return false;
  if (step === null) return true;
  const steps = (internal - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8 * Math.max(1, steps);
}

/**
 * An internal number drawn uniformly; on logarithms where the distribution has them. Steps and integers are cells of
 * equal width around their values, as in Optuna.
 */
export function drawUniformly(distribution: Distribution, rng: Rng): number {
  if (distribution.kind === "choice") return rng.integer(distribution.choices.length);
  const { low, high, step, log } = distribution;
  const margin = step === null ? 0 : step / 2;
  const [from, to] = log ? [Math.log(low - margin), Math.log(high + margin)] : [low - margin, high + margin];
  const drawn = from + rng.next() * (to - from);
  return onGrid(distribution, log ? Math.exp(drawn) : drawn);
}

/** The nearest number that the distribution has. */
export function onGrid({ low, high, step }: FloatDistribution | IntDistribution, value: number): number {
  const stepped = step === null ? value : low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, stepped));
}

/** "an integer from 50 to 300 in steps of 50", "one of \"gini\", \"entropy\"". */
function sentence(distribution: Distribution): string {
  if (distribution.kind === "choice") return `one of ${distribution.choices.map((c) => describe(c)).join(", ")}`;
  const { kind, low, high, step } = distribution;
  const noun = kind === "int" ? "an integer" : "a number";
  const steps = step === null || (kind === "int" && step === 1) ? "" : ` in steps of ${step}`;
  return `${noun} from ${low} to ${high}${steps}`;
}

function checkRange(owner: string, low: number, high: number, isKind: (v: unknown) => boolean, kind: string): void {
  if (!isKind(low)) throw wrong("low", `low of ${owner} must be ${kind}; got ${describe(low)}`);
  if (!isKind(high)) throw wrong("high", `high of ${owner} must be ${kind}; got ${describe(high)}`);
  if (low > high) throw wrong("high", `high of ${owner} must be >= low, which is ${low}; got ${high}`);
}

function wrong(parameter: string, message: string): InvalidParameterError {
  return new InvalidParameterError(message, parameter);
}
