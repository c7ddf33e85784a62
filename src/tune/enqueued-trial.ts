import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { isScalar } from "./distribution-json.js";
import { type FrozenTrial, type Json, paramsOf } from "./frozen-trial.js";
import type { TrialTemplate } from "./journal-record.js";
import { toJson } from "./to-json.js";

/** The system attribute that says which values a trial is to have. */
const FIXED = "fixed_params";

/**
 * A trial that waits for somebody to run it with these parameters.
 *
 * @throws InvalidParameterError for values other than null, booleans, finite numbers and strings
 */
export function enqueuedTrial(
  params: Readonly<Record<string, unknown>>,
  userAttrs: Readonly<Record<string, Json>>,
): TrialTemplate {
  for (const [name, value] of Object.entries(params)) {
    if (isScalar(value)) continue;
    throw new InvalidParameterError(
      `${name} must be null, a boolean, a finite number or a string to be enqueued; got ${describe(value)}`,
      name,
    );
  }
  return {
    state: "waiting",
    values: null,
    finished: null,
    distributions: new Map(),
    internals: new Map(),
    userAttrs: new Map(Object.entries(userAttrs).map(([key, value]) => [key, toJson(value, key)])),
    systemAttrs: new Map([[FIXED, toJson(params, "params")]]),
    intermediate: new Map(),
  };
}

/** The values that a trial was enqueued with; undefined if it was not. */
export function fixedParamsOf({
  systemAttrs,
}: Pick<FrozenTrial, "systemAttrs">): Readonly<Record<string, Json>> | undefined {
  const fixed = systemAttrs.get(FIXED);
  return typeof fixed === "object" && fixed !== null ? (fixed as Readonly<Record<string, Json>>) : undefined;
}

/** Whether a trial has just these parameters, or is to have them. */
export function hasParams(trial: FrozenTrial, params: Readonly<Record<string, unknown>>): boolean {
  const has: Readonly<Record<string, unknown>> = fixedParamsOf(trial) ?? paramsOf(trial);
  const names = Object.keys(params);
  return (
    names.length === Object.keys(has).length &&
    names.every((name) => Object.hasOwn(has, name) && Object.is(has[name], params[name]))
  );
}
