import { type AnyEstimator, Estimator } from "./estimator.js";
import { type Rule, rule } from "./params.js";

/** Estimators with the names under which a composite knows them, in order. */
export type NamedEstimators = readonly (readonly [name: string, estimator: AnyEstimator])[];

/** The same as a record, so that `name__param` is typed. */
export type MembersOf<T extends NamedEstimators> = { readonly [Pair in T[number] as Pair[0]]: Pair[1] };

/** The rule of a parameter that holds named estimators; what `namesComplaint` looks at is not its business. */
export function namedEstimators<T extends NamedEstimators>(): Rule<T> {
  return rule<T>({
    default: [] as unknown as T,
    expected: "a non-empty array of pairs [name, estimator]",
    allows: (value) => isNamed(value) && value.length > 0,
    samples: [],
    wrong: [[], null, "rf", [["rf"]], [["rf", null]], [[1, null]]],
  });
}

/** The record of the estimators; empty where the parameter holds what its rule refuses. */
export function membersOf<T extends NamedEstimators>(named: T): MembersOf<T> {
  return (isNamed(named) ? Object.fromEntries(named) : {}) as MembersOf<T>;
}

/** The same names with these estimators. */
export function renamed<T extends NamedEstimators>(named: T, members: Readonly<Record<string, AnyEstimator>>): T {
  return (isNamed(named) ? named.map(([name]) => [name, members[name]!]) : named) as unknown as T;
}

/**
 * What is wrong with the names, or null. They must differ, not be empty, and leave `name__param` unambiguous.
 * @param parameter the parameter that holds them
 * @param taken the names of the composite's own parameters
 */
export function namesComplaint(
  named: readonly (readonly [name: string, ...rest: unknown[]])[],
  parameter: string,
  owner: string,
  taken: readonly string[],
): string | null {
  const seen = new Set<string>();
  for (const [name] of named) {
    const quoted = JSON.stringify(name);
    if (name === "") return `${parameter} of ${owner} must have names that are not empty; got ""`;
    if (name.includes("__")) return `${parameter} of ${owner} must have names without "__"; got ${quoted}`;
    if (taken.includes(name)) {
      return `${parameter} of ${owner} must have names other than its parameters ${taken.join(", ")}; got ${quoted}`;
    }
    if (seen.has(name)) return `${parameter} of ${owner} must have names that differ; got ${quoted} twice`;
    seen.add(name);
  }
  return null;
}

function isNamed(value: unknown): value is NamedEstimators {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && pair[1] instanceof Estimator,
    )
  );
}
