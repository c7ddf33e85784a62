import { type Distribution, isSame } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";

/**
 * The parameters that all trials have drawn, each from the same distribution in all of them, sorted by name: what can be
 * drawn together.
 *
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.search_space.IntersectionSearchSpace.html
 */
export function intersectionSearchSpace(trials: readonly FrozenTrial[]): ReadonlyMap<string, Distribution> {
  const sorted = [...(trials[0]?.distributions ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.filter(([name, distribution]) => trials.every((trial) => hasDrawn(trial, name, distribution))));
}

function hasDrawn({ distributions }: FrozenTrial, name: string, distribution: Distribution): boolean {
  const drawn = distributions.get(name);
  return drawn !== undefined && isSame(drawn, distribution);
}
