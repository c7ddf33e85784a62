import { InvalidParameterError } from "../core/errors.js";
import { anyOf, checkParams, fillParams, integer, oneOf, type Schema } from "../core/params.js";
import { isBetter } from "./best-of.js";
import { stepsOfFirstComplete } from "./first-complete.js";
import { type FrozenTrial, lastStep } from "./frozen-trial.js";
import type { Pruner, PrunerVerdict } from "./pruner.js";
import type { StudyView } from "./sampler.js";

/** Of `successiveHalvingPruner`. */
export interface SuccessiveHalvingPrunerOptions {
  /**
   * Steps after which a trial is first judged. Default "auto": a hundredth of the steps of the first complete trial;
   * nothing is pruned before.
   */
  readonly minResource?: number | "auto";
  /** One of so many trials goes on from a rung to the next, which is so many times as long. Default 4. */
  readonly reductionFactor?: number;
  /** The number of rungs that are left out at the beginning. Default 0. */
  readonly minEarlyStoppingRate?: number;
  /** So many trials are pruned at a rung before the first may go on. Default 0; needs a `minResource`. */
  readonly bootstrapCount?: number;
}

const schema: Schema<Required<SuccessiveHalvingPrunerOptions>> = {
  minResource: anyOf<number | "auto">("auto", oneOf("auto", "auto"), integer(1, { min: 1 })),
  reductionFactor: integer(4, { min: 2 }),
  minEarlyStoppingRate: integer(0, { min: 0 }),
  bootstrapCount: integer(0, { min: 0 }),
};

/** The system attribute in which a trial's value at a rung is kept. */
const rungKey = (rung: number): string => `completed_rung_${rung}`;

/**
 * Asynchronous successive halving: at step `minResource * reductionFactor ** (minEarlyStoppingRate + rung)` a trial goes
 * on if it is among the best of those that came so far, one of `reductionFactor`.
 *
 * @throws InvalidParameterError for an option out of range
 * @see Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020 (arXiv 1810.05934);
 * https://optuna.readthedocs.io/en/stable/reference/generated/optuna.pruners.SuccessiveHalvingPruner.html
 */
export class SuccessiveHalvingPruner implements Pruner {
  readonly #options: Readonly<Required<SuccessiveHalvingPrunerOptions>>;

  constructor(options: SuccessiveHalvingPrunerOptions = {}) {
    this.#options = fillParams(schema, options, "SuccessiveHalvingPruner");
    checkParams(schema, this.#options, "SuccessiveHalvingPruner");
    const { bootstrapCount, minResource } = this.#options;
    if (bootstrapCount > 0 && minResource === "auto") {
      throw new InvalidParameterError(
        `bootstrapCount of SuccessiveHalvingPruner must be 0 where minResource is "auto"; got ${bootstrapCount}`,
        "bootstrapCount",
      );
    }
  }

  judge({ direction, trials }: StudyView, trial: FrozenTrial): PrunerVerdict {
    const { reductionFactor, minEarlyStoppingRate, bootstrapCount } = this.#options;
    const step = lastStep(trial);
    const minResource = this.#minResource(trials);
    if (step === null || minResource === null) return { prune: false };

    const value = trial.intermediate.get(step)!;
    const note = new Map<string, number>();
    let rung = 0;
    while (trial.systemAttrs.has(rungKey(rung))) rung++;
    for (; step >= minResource * reductionFactor ** (minEarlyStoppingRate + rung); rung++) {
      if (Number.isNaN(value)) return { prune: true, note };
      const key = rungKey(rung);
      note.set(key, value);
      const rivals = trials.map(({ systemAttrs }) => systemAttrs.get(key)).filter((v) => typeof v === "number");
      const [among, better] = [rivals.length + 1, rivals.filter((v) => isBetter(v, value, direction)).length];
      const goOn = Math.max(1, Math.floor(among / reductionFactor));
      if (among <= bootstrapCount || better >= goOn) return { prune: true, note };
    }
    return { prune: false, note };
  }

  #minResource(trials: readonly FrozenTrial[]): number | null {
    const { minResource } = this.#options;
    if (minResource !== "auto") return minResource;
    const steps = stepsOfFirstComplete(trials);
    return steps === null ? null : Math.max(1, Math.floor(steps / 100));
  }
}
