import { checkParams, fillParams, integer, real, type Schema } from "../core/params.js";
import { bestOf, isBetter } from "./best-of.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Pruner, PrunerVerdict } from "./pruner.js";
import type { StudyView } from "./sampler.js";

/** Of `patientPruner`. */
export interface PatientPrunerOptions {
  /** How much better a report must be to count as better. Default 0. */
  readonly minDelta?: number;
}

const schema: Schema<Required<PatientPrunerOptions> & { patience: number }> = {
  patience: integer(0, { min: 0 }),
  minDelta: real(0, { min: 0 }),
};

/**
 * Asks another pruner only about trials that have stopped getting better: the best of the last `patience + 1` reports is
 * worse than the best before them. Without another pruner it prunes those trials itself.
 *
 * @param wrapped the other pruner, or null
 * @throws InvalidParameterError for a patience that is no integer >= 0, or minDelta < 0
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.pruners.PatientPruner.html
 */
export class PatientPruner implements Pruner {
  readonly #wrapped: Pruner | null;
  readonly #options: Readonly<Required<PatientPrunerOptions> & { patience: number }>;

  constructor(wrapped: Pruner | null, patience: number, options: PatientPrunerOptions = {}) {
    this.#wrapped = wrapped;
    this.#options = fillParams(schema, { ...options, patience }, "PatientPruner");
    checkParams(schema, this.#options, "PatientPruner");
  }

  judge(study: StudyView, trial: FrozenTrial): PrunerVerdict {
    if (!this.#isLosingPatience(study, trial)) return { prune: false };
    return this.#wrapped?.judge(study, trial) ?? { prune: true };
  }

  #isLosingPatience({ direction }: StudyView, { intermediate }: FrozenTrial): boolean {
    const { patience, minDelta } = this.#options;
    if (intermediate.size <= patience + 1) return false;
    const steps = [...intermediate.keys()].sort((a, b) => a - b);
    const values = steps.map((step) => intermediate.get(step)!);
    const before = bestOf(values.slice(0, -patience - 1), direction);
    const since = bestOf(values.slice(-patience - 1), direction);
    return isBetter(direction === "minimize" ? before + minDelta : before - minDelta, since, direction);
  }
}
