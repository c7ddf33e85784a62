import { contains, type Distribution } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { relativeParamsOf } from "./relative-params.js";

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
