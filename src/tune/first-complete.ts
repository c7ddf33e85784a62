import { type FrozenTrial, lastStep } from "./frozen-trial.js";

/**
 * The last step of the trial that was the first to be complete with reports; null if there is none yet. Pruners that are
 * not told how long trials run learn it from this. It stays the same while the study goes on, and after it was resumed.
 */
export function stepsOfFirstComplete(trials: readonly FrozenTrial[]): number | null {
  let first: FrozenTrial | null = null;
  for (const trial of trials) {
    if (trial.state !== "complete" || trial.intermediate.size === 0) continue;
    if (first === null || Number(trial.finished) < Number(first.finished)) first = trial;
  }
  return first && lastStep(first);
}
