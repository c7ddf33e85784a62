import type { FrozenTrial, Json } from "./frozen-trial.js";
import type { StudyView } from "./sampler.js";

export interface PrunerVerdict {
  readonly prune: boolean;
  /** System attributes to note on the trial, so that later verdicts know of it. */
  readonly note?: ReadonlyMap<string, Json>;
}

/** Says which trials are not worth going on with. */
export interface Pruner {
  /** Judges a running trial by its reports so far. */
  judge(study: StudyView, trial: FrozenTrial): PrunerVerdict;
  /**
   * The trials that this one competes with: all of the study's, unless the pruner divides them (Hyperband's brackets).
   * The sampler learns from these alone.
   */
  competitors?(study: StudyView, number: number): readonly FrozenTrial[];
}
