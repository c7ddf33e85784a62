import { checkParams, fillParams, integer, real, type Schema } from "../core/params.js";
import { bestOf, isBetter } from "./best-of.js";
import { type FrozenTrial, lastStep } from "./frozen-trial.js";
import type { Pruner, PrunerVerdict } from "./pruner.js";
import type { StudyView } from "./sampler.js";

/** Of `medianPruner`. */
export interface MedianPrunerOptions {
  /** Nothing is pruned before so many trials are complete. Default 5. */
  readonly nStartupTrials?: number;
  /** Nothing is pruned before this step, steps counting from 0. Default 0. */
  readonly nWarmupSteps?: number;
  /** Steps from one judgement to the next, from the warm-up on. Default 1. */
  readonly intervalSteps?: number;
  /** Nothing is pruned where fewer complete trials reported the step. Default 1. */
  readonly nMinTrials?: number;
}

const schema: Schema<Required<MedianPrunerOptions> & { percentile: number }> = {
  percentile: real(50, { min: 0, max: 100 }),
  nStartupTrials: integer(5, { min: 0 }),
  nWarmupSteps: integer(0, { min: 0 }),
  intervalSteps: integer(1, { min: 1 }),
  nMinTrials: integer(1, { min: 1 }),
};

/**
 * Prunes a trial whose best report so far is worse than a percentile of what complete trials reported at the same step:
 * with 25, the trials that are among the best quarter go on.
 *
 * @throws InvalidParameterError for a percentile outside of 0 to 100 or an option out of range
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.pruners.PercentilePruner.html
 */
export class PercentilePruner implements Pruner {
  readonly #options: Readonly<Required<MedianPrunerOptions> & { percentile: number }>;

  constructor(percentile: number, options: MedianPrunerOptions = {}) {
    this.#options = fillParams(schema, { ...options, percentile }, new.target.name);
    checkParams(schema, this.#options, new.target.name);
  }

  judge({ direction, trials }: StudyView, trial: FrozenTrial): PrunerVerdict {
    const { percentile, nStartupTrials, nWarmupSteps, nMinTrials } = this.#options;
    const complete = trials.filter(({ state }) => state === "complete");
    const step = lastStep(trial);
    if (complete.length === 0 || complete.length < nStartupTrials) return { prune: false };
    if (step === null || step < nWarmupSteps || !this.#isDue(trial, step)) return { prune: false };

    const best = bestOf(trial.intermediate.values(), direction);
    if (Number.isNaN(best)) return { prune: true };
    const others = complete.map(({ intermediate }) => intermediate.get(step)).filter((value) => value !== undefined);
    if (others.length < nMinTrials) return { prune: false };
    const bar = percentileOf(others, direction === "minimize" ? percentile : 100 - percentile);
    return { prune: isBetter(bar, best, direction) };
  }

  /** Whether this is the first report since the last judgement was due. */
  #isDue({ intermediate }: FrozenTrial, step: number): boolean {
    const { nWarmupSteps, intervalSteps } = this.#options;
    const due = step - ((step - nWarmupSteps) % intervalSteps);
    for (const earlier of intermediate.keys()) if (earlier !== step && earlier >= due) return false;
    return true;
  }
}

/**
 * Prunes a trial whose best report so far is worse than the median of what complete trials reported at the same step:
 * the default of a study.
 *
 * @throws InvalidParameterError for an option out of range
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.pruners.MedianPruner.html
 */
export class MedianPruner extends PercentilePruner {
  constructor(options: MedianPrunerOptions = {}) {
    super(50, options);
  }
}

/** Of the values that are not NaN, between two of them on a straight line, rounded as numpy.nanpercentile rounds. */
function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = (percentile / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const [a, b, t] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!, at - below];
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}
