import type { Distribution } from "../../src/model-selection/distributions.js";
import type { FrozenTrial, TrialState } from "../../src/tune/frozen-trial.js";

/** A trial as studies give it, of what matters to those who only read it. */
export function frozenTrial(
  number: number,
  value: number | null,
  internals: Readonly<Record<string, number>>,
  distributions: Readonly<Record<string, Distribution>>,
  state: TrialState = "complete",
): FrozenTrial {
  const names = Object.keys(internals);
  return {
    number,
    state,
    value,
    internals: new Map(names.map((name) => [name, internals[name]!])),
    distributions: new Map(names.map((name) => [name, distributions[name]!])),
    intermediate: new Map(),
    userAttrs: new Map(),
    systemAttrs: new Map(),
    started: null,
    finished: null,
  };
}
