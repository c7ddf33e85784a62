import { TrellisError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { contains, type Distribution } from "../model-selection/distributions.js";
import { distributionFromJson } from "./distribution-json.js";
import type { Json, TrialState } from "./frozen-trial.js";
import { DIRECTIONS, OPS, STATES } from "./journal-codes.js";
import type { JournalRecord, TrialTemplate } from "./journal-record.js";
import { parsePythonJson } from "./python-json.js";
import type { Direction } from "./sampler.js";

/** Distributions that were read before, by their texts: a journal repeats a few of them in every trial. */
export type KnownDistributions = Map<string, Distribution>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The record that a line of Optuna's JournalStorage holds; null for an operation that Optuna does not have.
 *
 * @param line without its newline; it may come from anywhere
 * @throws SyntaxError or TrellisError if it holds no record
 */
export function fromLine(line: string, known: KnownDistributions): JournalRecord | null {
  const fields = record(parsePythonJson(line), "the line");
  const op = OPS[count(fields, "op_code")];
  const worker = text(fields, "worker_id");
  switch (op) {
    case "create-study":
      return { op, worker, name: text(fields, "study_name"), directions: list(fields, "directions").map(direction) };
    case "delete-study":
      return { op, worker, study: count(fields, "study_id") };
    case "set-study-user-attr":
      return { op, worker, study: count(fields, "study_id"), ...attribute(fields, "user_attr") };
    case "set-study-system-attr":
      return { op, worker, study: count(fields, "study_id"), ...attribute(fields, "system_attr") };
    case "create-trial": {
      const created = { op, worker, study: count(fields, "study_id"), started: time(fields, "datetime_start") };
      return fields.state === undefined ? created : { ...created, template: template(fields, known) };
    }
    case "set-trial-param": {
      const name = text(fields, "param_name");
      const from = distribution(text(fields, "distribution"), known);
      const internal = internalOf(fields.param_value_internal, from, name);
      return { op, worker, trial: count(fields, "trial_id"), name, internal, distribution: from };
    }
    case "set-trial-state": {
      const state = stateOf(fields);
      const at = time(fields, state === "running" ? "datetime_start" : "datetime_complete");
      return { op, worker, trial: count(fields, "trial_id"), state, values: numbers(fields, "values"), at };
    }
    case "set-trial-intermediate":
      return {
        op,
        worker,
        trial: count(fields, "trial_id"),
        step: integer(fields.step, "step"),
        value: number(fields.intermediate_value, "intermediate_value"),
      };
    case "set-trial-user-attr":
      return { op, worker, trial: count(fields, "trial_id"), ...attribute(fields, "user_attr") };
    case "set-trial-system-attr":
      return { op, worker, trial: count(fields, "trial_id"), ...attribute(fields, "system_attr") };
    default:
      return null;
  }
}

function template(fields: Fields, known: KnownDistributions): TrialTemplate {
  const value = fields.value ?? null;
  const distributions = members(fields, "distributions", (member, name) => {
    if (typeof member !== "string") throw wrong(`the distribution of ${name}`, "a string", member);
    return distribution(member, known);
  });
  return {
    state: stateOf(fields),
    values: value === null ? numbers(fields, "values") : [number(value, "value")],
    finished: time(fields, "datetime_complete"),
    distributions,
    internals: members(fields, "params", (member, name) => internalOf(member, distributions.get(name), name)),
    userAttrs: members(fields, "user_attrs", (member) => member as Json),
    systemAttrs: members(fields, "system_attrs", (member) => member as Json),
    intermediate: new Map(
      [...members(fields, "intermediate_values", number)].map(([step, at]) => [integer(Number(step), "a step"), at]),
    ),
  };
}

/** Distributions of one text are one object. */
function distribution(json: string, known: KnownDistributions): Distribution {
  const before = known.get(json);
  if (before !== undefined) return before;
  const made = distributionFromJson(json);
  known.set(json, made);
  return made;
}

/** A number outside of its range is let through, as by Optuna; what stands for no choice is not. */
function internalOf(value: unknown, from: Distribution | undefined, name: string): number {
  const internal = number(value, `the value of ${name}`);
  if (from === undefined) throw wrong(`the distribution of ${name}`, "a string", from);
  if (from.kind !== "choice" || contains(from, internal)) return internal;
  throw wrong(`the value of ${name}`, `the position of one of ${from.choices.length} choices`, value);
}

function direction(code: unknown): Direction {
  const found = DIRECTIONS[Number(code)];
  if (found == null) throw wrong("a direction", "1 or 2", code);
  return found;
}

function stateOf(fields: Fields): TrialState {
  const state = STATES[count(fields, "state")];
  if (state === undefined) throw wrong("state", `an integer from 0 to ${STATES.length - 1}`, fields.state);
  return state;
}

/** A time without a zone is one of this machine, as it is to Python. */
function time(fields: Fields, key: string): Date | null {
  const value = fields[key] ?? null;
  if (value === null) return null;
  const at = new Date(typeof value === "string" ? value : Number.NaN);
  if (Number.isNaN(at.getTime())) throw wrong(key, "a time or null", value);
  return at;
}

/** The one attribute that a record sets. */
function attribute(fields: Fields, key: string): { readonly key: string; readonly value: Json } {
  const entries = Object.entries(record(fields[key], key));
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw wrong(key, "an object of one member", fields[key]);
  return { key: entry[0], value: entry[1] as Json };
}

function members<T>(fields: Fields, key: string, read: (value: unknown, name: string) => T): ReadonlyMap<string, T> {
  const entries = Object.entries(record(fields[key] ?? {}, key));
  return new Map(entries.map(([name, value]) => [name, read(value, name)]));
}

function record(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(what, "an object", value);
}

function list(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw wrong(key, "an array", value);
  return value;
}

function numbers(fields: Fields, key: string): readonly number[] | null {
  return (fields[key] ?? null) === null ? null : list(fields, key).map((value) => number(value, key));
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw wrong(key, "a string", value);
  return value;
}

function count(fields: Fields, key: string): number {
  const value = integer(fields[key], key);
  if (value < 0) throw wrong(key, "an integer >= 0", value);
  return value;
}

function integer(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value)) throw wrong(what, "an integer", value);
  return value as number;
}

/** Null stands for NaN, as for programs whose JSON has none. */
function number(value: unknown, what: string): number {
  if (value === null) return Number.NaN;
  if (typeof value !== "number") throw wrong(what, "a number", value);
  return value;
}

function wrong(what: string, expected: string, value: unknown): TrellisError {
  return new TrellisError(`${what} must be ${expected}; got ${describe(value)}`, "INVALID_RECORD");
}
