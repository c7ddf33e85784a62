import { type Distribution, isSame } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { TrialMemo } from "./trial-memo.js";

/**
 * The parameters that all trials have drawn, each from the same distribution in all of them, sorted by name: what can be
 * drawn together.
 *
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.search_space.IntersectionSearchSpace.html
 */
export class IntersectionSearchSpace {
  #first: FrozenTrial | null = null;
  #hasAll = new TrialMemo<boolean>(() => false);

  of(trials: readonly FrozenTrial[]): ReadonlyMap<string, Distribution> {
    const first = trials[0];
    if (first === undefined) return new Map();
    const sorted = [...first.distributions].sort(([a], [b]) => (a < b ? -1 : 1));
    if (first !== this.#first) {
      this.#first = first;
      this.#hasAll = new TrialMemo((trial) => sorted.every((parameter) => hasDrawn(trial, ...parameter)));
    }
    const others = trials.filter((trial) => !this.#hasAll.of(trial));
    return new Map(sorted.filter((parameter) => others.every((trial) => hasDrawn(trial, ...parameter))));
  }
}

function hasDrawn({ distributions }: FrozenTrial, name: string, distribution: Distribution): boolean {
  const drawn = distributions.get(name);
  return drawn !== undefined && isSame(drawn, distribution);
}
