import { type Distribution, fromInternal } from "../model-selection/distributions.js";

/** What may stand in an attribute: what JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type TrialState = "waiting" | "running" | "complete" | "pruned" | "failed";

/** One trial as it was when it was looked at. */
export interface FrozenTrial {
  /** From 0, in the order in which trials were made. */
  readonly number: number;
  readonly state: TrialState;
  /** What the objective gave; of a pruned trial its last report; null where there is none. */
  readonly value: number | null;
  /** What was drawn, by name: the number, or the position among the choices. */
  readonly internals: ReadonlyMap<string, number>;
  /** What it was drawn from. */
  readonly distributions: ReadonlyMap<string, Distribution>;
  /** Reported values by step. */
  readonly intermediate: ReadonlyMap<number, number>;
  readonly userAttrs: ReadonlyMap<string, Json>;
  /** What samplers and pruners leave for each other. */
  readonly systemAttrs: ReadonlyMap<string, Json>;
  readonly started: Date | null;
  readonly finished: Date | null;
}

/** The drawn values of a trial by name. */
export function paramsOf({ internals, distributions }: FrozenTrial): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...internals].map(([name, internal]) => [name, fromInternal(distributions.get(name)!, internal)]),
  );
}

/** The last step that a trial reported, or null. */
export function lastStep({ intermediate }: FrozenTrial): number | null {
  let last: number | null = null;
  for (const step of intermediate.keys()) if (last === null || step > last) last = step;
  return last;
}
