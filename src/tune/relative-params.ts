import { contains, type Distribution, fromInternal } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Draw } from "./sampler.js";

/**
 * What was drawn together for a running trial reaches a study's other workers before the objective has asked for it, as
 * system attributes that hold the JSON of all values by name in pieces. Names and length are Optuna's.
 */
const KEY = "tpe:relative_params";
const LONGEST = 2045;

/**
 * The system attributes that tell other workers, Python's among them, what was drawn together for a running trial.
 *
 * @param draws what `drawTogether` gave; values must be what JSON can say
 */
export function relativeParamsAttrs(draws: ReadonlyMap<string, Draw>): ReadonlyMap<string, string> {
  const values = [...draws].map(([name, { distribution, internal }]) => [name, fromInternal(distribution, internal)]);
  // Python counts in code points; in ASCII all counts agree, and no pair of surrogates is cut in two.
  const json = JSON.stringify(Object.fromEntries(values)).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const attrs = new Map<string, string>();
  for (let at = 0; at < json.length; at += LONGEST) {
    attrs.set(`${KEY}:${attrs.size}`, json.slice(at, at + LONGEST));
  }
  return attrs;
}

/** What was drawn together for a trial, by name, as its worker has told; null where nothing is told or it cannot be read. */
export function relativeParamsOf({ systemAttrs }: FrozenTrial): ReadonlyMap<string, unknown> | null {
  let json = "";
  for (let piece = 0; ; piece++) {
    const text = systemAttrs.get(`${KEY}:${piece}`);
    if (typeof text !== "string") break;
    json += text;
  }
  if (json === "") return null;
  try {
    const values: unknown = JSON.parse(json);
    return typeof values === "object" && values !== null ? new Map(Object.entries(values)) : null;
  } catch {
    // Another process may have written anything, and may not have written all of it yet.
    return null;
  }
}

/**
 * For each parameter of the space the internal numbers of those trials that have all of its parameters, in the order of
 * the trials. What a running trial was told to have drawn counts as drawn.
 */
export function observationsOf(
  trials: readonly FrozenTrial[],
  space: ReadonlyMap<string, Distribution>,
): Float64Array[] {
  const columns = Array.from(space, () => new Float64Array(trials.length));
  let rows = 0;
  for (const trial of trials) if (observe(trial, space, columns, rows)) rows++;
  return columns.map((column) => column.subarray(0, rows));
}

/** Fills a row of the columns; false where the trial does not have all parameters. */
function observe(
  trial: FrozenTrial,
  space: ReadonlyMap<string, Distribution>,
  columns: readonly Float64Array[],
  row: number,
): boolean {
  const told = trial.state === "running" ? relativeParamsOf(trial) : null;
  let d = 0;
  for (const [name, distribution] of space) {
    const internal = trial.internals.get(name) ?? internalOf(distribution, told?.get(name));
    if (internal === undefined || !canBeObserved(distribution, internal)) return false;
    columns[d++]![row] = internal;
  }
  return true;
}

/** Undefined for what is no value of the distribution. */
function internalOf(distribution: Distribution, value: unknown): number | undefined {
  const internal =
    distribution.kind === "choice" ? distribution.choices.findIndex((choice) => Object.is(choice, value)) : value;
  return typeof internal === "number" && contains(distribution, internal) ? internal : undefined;
}

/** An objective may change a range from trial to trial: numbers out of today's still tell where values are good. */
function canBeObserved(distribution: Distribution, internal: number): boolean {
  return distribution.kind === "choice" ? contains(distribution, internal) : !distribution.log || internal > 0;
}
