import { InvalidParameterError } from "./errors.js";
import { nearestName } from "./nearest-name.js";
import { describe } from "./to-matrix.js";

/**
 * What is known of one parameter: the single source of its default, its check, its sentence in errors and docs, and
 * the values that the common suite tries.
 */
export interface Rule<T> {
  /** What it is where nothing is given. */
  readonly default: T;
  /** Completes "nEstimators of RandomForestClassifier must be ...". */
  readonly expected: string;
  /** Whether a value may stand here; asked by `fit` and by files that are read. */
  readonly allows: (value: unknown) => boolean;
  /** Good values besides the default. */
  readonly samples: readonly T[];
  /** Values that must be refused. */
  readonly wrong: readonly unknown[];
  /** This is a random state: a null is replaced by a drawn seed before learning. */
  readonly isSeed?: boolean;
  /** False where the value is no part of a model, such as what it is run by: files hold the default in its place. Default true. */
  readonly isStored?: boolean;
}

/** One rule for each parameter; a missing or an extra key does not compile. */
export type Schema<P> = { readonly [K in keyof P]-?: Rule<P[K]> };

/** Bounds of a number. */
export interface Range {
  /** The least value. Default: none. */
  readonly min?: number;
  /** The largest value. Default: none. */
  readonly max?: number;
  /** The bounds themselves are refused. */
  readonly open?: boolean;
}

function within(value: unknown, { min = -Infinity, max = Infinity, open = false }: Range): value is number {
  if (typeof value !== "number") return false;
  return open ? value > min && value < max : value >= min && value <= max;
}

function bounds({ min, max, open = false }: Range): string {
  const above = min === undefined ? "" : ` ${open ? ">" : ">="} ${min}`;
  const below = max === undefined ? "" : ` ${open ? "<" : "<="} ${max}`;
  return above !== "" && below !== "" ? `${above} and${below}` : above + below;
}

/** An integer within the range. */
export function integer(byDefault: number, range: Range = {}): Rule<number> {
  const low = range.min ?? -1000;
  return {
    default: byDefault,
    expected: `an integer${bounds(range)}`,
    allows: (value) => Number.isSafeInteger(value) && within(value, range),
    samples: [byDefault, byDefault + 1].filter((v) => within(v, range)),
    wrong: [low + 0.5, "1", Number.NaN, true, [], ...(range.min === undefined ? [] : [range.min - 1])],
  };
}

/** A finite number within the range. */
export function real(byDefault: number, range: Range = {}): Rule<number> {
  const beyond = range.min === undefined ? [] : [range.open ? range.min : range.min - 1];
  return {
    default: byDefault,
    expected: `a finite number${bounds(range)}`,
    allows: (value) => Number.isFinite(value) && within(value, range),
    samples: [byDefault],
    wrong: ["1", Number.NaN, Number.POSITIVE_INFINITY, true, [], ...beyond],
  };
}

export function boolean(byDefault: boolean): Rule<boolean> {
  return {
    default: byDefault,
    expected: "true or false",
    allows: (value) => typeof value === "boolean",
    samples: [true, false],
    wrong: [1, 0, "true", []],
  };
}

/** One of a few strings. */
export function oneOf<const T extends string>(byDefault: NoInfer<T>, ...choices: readonly T[]): Rule<T> {
  return {
    default: byDefault,
    expected: `one of ${choices.map((c) => JSON.stringify(c)).join(", ")}`,
    allows: (value) => choices.some((choice) => choice === value),
    samples: choices,
    wrong: ["no such choice", 1, true],
  };
}

/** Null, or what the rule allows. */
export function nullable<T>(rule: Rule<T>): Rule<T | null> {
  return {
    default: null,
    expected: `null or ${rule.expected}`,
    allows: (value) => value === null || rule.allows(value),
    samples: [null, ...rule.samples],
    wrong: rule.wrong,
  };
}

/** What any of the rules allows; `byDefault` is the default. */
export function anyOf<T>(byDefault: T, ...rules: readonly Rule<T>[]): Rule<T> {
  return {
    default: byDefault,
    expected: rules.map((rule) => rule.expected).join(", or "),
    allows: (value) => rules.some((rule) => rule.allows(value)),
    samples: rules.flatMap((rule) => rule.samples),
    wrong: rules.flatMap((rule) => rule.wrong).filter((value) => !rules.some((rule) => rule.allows(value))),
  };
}

/** The seed of an estimator's randomness: an integer, or null for a new one each time. */
export function seed(): Rule<number | null> {
  return { ...nullable(integer(0, { min: 0, max: 2 ** 32 - 1 })), samples: [0, 42], isSeed: true };
}

/** A rule that no other covers. */
export function rule<T>(r: Rule<T>): Rule<T> {
  return r;
}

/** How many calls may run at once: null for as many as the pool is wide, -1 for all cores, or a number. */
export function jobs(): Rule<number | null> {
  return {
    default: null,
    expected: "null, -1 or an integer >= 1",
    allows: (value) => value === null || value === -1 || (Number.isSafeInteger(value) && (value as number) >= 1),
    samples: [null, -1, 1, 2],
    wrong: [0, -2, 1.5, "2", true],
  };
}

/** The parameters filled up with the defaults, frozen. An explicit undefined counts as absent. */
export function fillParams<P extends object>(schema: Schema<P>, given: Partial<P>, owner: string): Readonly<P> {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(schema, key)) throw unknownParameter(key, Object.keys(schema), owner);
  }
  const params = {} as P;
  for (const key of Object.keys(schema) as (keyof P)[]) params[key] = given[key] ?? fallback(schema, given, key);
  return Object.freeze(params);
}

/** A null that was given stays null. */
function fallback<P extends object, K extends keyof P>(schema: Schema<P>, given: Partial<P>, key: K): P[K] {
  return given[key] === null ? (null as P[K]) : schema[key].default;
}

/**
 * Checks every parameter by its rule.
 * @throws InvalidParameterError "nEstimators of RandomForestClassifier must be an integer >= 1; got 0"
 */
export function checkParams<P extends object>(schema: Schema<P>, params: Readonly<P>, owner: string): void {
  for (const key of Object.keys(schema) as (keyof P & string)[]) {
    const { allows, expected } = schema[key];
    if (!allows(params[key])) {
      throw new InvalidParameterError(`${key} of ${owner} must be ${expected}; got ${describe(params[key])}`, key);
    }
  }
}

/** "RandomForestClassifier has no parameter 'nEstimator'; did you mean nEstimators? It has bootstrap, ..." */
export function unknownParameter(key: string, known: readonly string[], owner: string): InvalidParameterError {
  const near = nearestName(key, known);
  return new InvalidParameterError(
    `${owner} has no parameter '${key}'${near === undefined ? "; it" : `; did you mean ${near}? It`} has ${[...known].sort().join(", ")}`,
    key,
  );
}
