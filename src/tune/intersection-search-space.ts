import { type Distribution, isSame } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";

/**
 * The parameters that all trials have drawn, each from the same distribution in all of them, sorted by name: what can be
 * drawn together.
 *
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.search_space.IntersectionSearchSpace.html
 */
export class IntersectionSearchSpace {
  #first: FrozenTrial | null = null;
  /** Trials that have all that the first one has; as trials are frozen, one look at each is enough. */
  #alike = new WeakSet<FrozenTrial>();

  of(trials: readonly FrozenTrial[]): ReadonlyMap<string, Distribution> {
    const first = trials[0];
    if (first === undefined) return new Map();
    if (first !== this.#first) {
      this.#first = first;
      this.#alike = new WeakSet();
    }
    let shared = [...first.distributions].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const trial of trials) {
      if (this.#alike.has(trial)) continue;
      shared = shared.filter(([name, distribution]) => hasDrawn(trial, name, distribution));
      if (shared.length === first.distributions.size) this.#alike.add(trial);
    }
    return new Map(shared);
  }
}

function hasDrawn({ distributions }: FrozenTrial, name: string, distribution: Distribution): boolean {
  const drawn = distributions.get(name);
  return drawn !== undefined && isSame(drawn, distribution);
}
