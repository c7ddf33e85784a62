import { InvalidParameterError } from "../core/errors.js";
import { anyOf, checkParams, fillParams, integer, oneOf, type Schema } from "../core/params.js";
import { crc32 } from "./crc32.js";
import { stepsOfFirstComplete } from "./first-complete.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Pruner, PrunerVerdict } from "./pruner.js";
import { roundedLog } from "./rounded-log.js";
import type { StudyView } from "./sampler.js";
import { SuccessiveHalvingPruner } from "./successive-halving-pruner.js";

/** Of `hyperbandPruner`. */
export interface HyperbandPrunerOptions {
  /** Steps after which a trial of the first bracket is first judged. Default 1. */
  readonly minResource?: number;
  /**
   * Steps of a trial that is not pruned. Default "auto": those of the first complete trial; nothing is pruned before.
   */
  readonly maxResource?: number | "auto";
  /** One of so many trials goes on from a rung to the next, which is so many times as long. Default 3. */
  readonly reductionFactor?: number;
  /** So many trials are pruned at a rung before the first may go on. Default 0; needs a `maxResource`. */
  readonly bootstrapCount?: number;
}

const schema: Schema<Required<HyperbandPrunerOptions>> = {
  minResource: integer(1, { min: 1 }),
  maxResource: anyOf<number | "auto">("auto", oneOf("auto", "auto"), integer(1, { min: 1 })),
  reductionFactor: integer(3, { min: 2 }),
  bootstrapCount: integer(0, { min: 0 }),
};

/** A successive halving of its own, over a share of the trials. */
interface Bracket {
  readonly pruner: SuccessiveHalvingPruner;
  /** Its share of the trials, in proportion to the other brackets'. */
  readonly budget: number;
}

/**
 * Hyperband: several brackets of successive halving, each of which leaves out one rung more at the beginning. Which
 * bracket a trial competes in depends on the study's name and the trial's number; so give studies names of their own.
 *
 * @throws InvalidParameterError for an option out of range
 * @see Li et al., Hyperband, JMLR 18 (2018); https://optuna.readthedocs.io/en/stable/reference/generated/optuna.pruners.HyperbandPruner.html
 */
export class HyperbandPruner implements Pruner {
  readonly #options: Readonly<Required<HyperbandPrunerOptions>>;
  /** By the maximal resource. */
  readonly #brackets = new Map<number, readonly Bracket[]>();
  /** Of trials, by study and number. */
  readonly #checksums = new Map<string, number>();

  constructor(options: HyperbandPrunerOptions = {}) {
    this.#options = fillParams(schema, options, "HyperbandPruner");
    checkParams(schema, this.#options, "HyperbandPruner");
    const { bootstrapCount, minResource, maxResource } = this.#options;
    if (bootstrapCount > 0 && maxResource === "auto") {
      throw new InvalidParameterError(
        `bootstrapCount of HyperbandPruner must be 0 where maxResource is "auto"; got ${bootstrapCount}`,
        "bootstrapCount",
      );
    }
    if (maxResource !== "auto" && maxResource < minResource) {
      throw new InvalidParameterError(
        `maxResource of HyperbandPruner must be >= minResource, which is ${minResource}; got ${maxResource}`,
        "maxResource",
      );
    }
  }

  judge(study: StudyView, trial: FrozenTrial): PrunerVerdict {
    const brackets = this.#bracketsFor(study);
    if (brackets.length === 0) return { prune: false };
    const { pruner } = brackets[this.#bracketOf(study.name, trial.number, brackets)]!;
    const { name, direction } = study;
    return pruner.judge({ name, direction, trials: this.competitors(study, trial.number) }, trial);
  }

  /** The trials of the same bracket; all of them until the brackets are known. */
  competitors(study: StudyView, number: number): readonly FrozenTrial[] {
    const brackets = this.#bracketsFor(study);
    if (brackets.length <= 1) return study.trials;
    const bracket = this.#bracketOf(study.name, number, brackets);
    return study.trials.filter((trial) => this.#bracketOf(study.name, trial.number, brackets) === bracket);
  }

  #bracketsFor({ trials }: StudyView): readonly Bracket[] {
    const { maxResource } = this.#options;
    if (maxResource !== "auto") return this.#bracketsUpTo(maxResource);
    const steps = stepsOfFirstComplete(trials);
    return steps === null ? [] : this.#bracketsUpTo(steps + 1);
  }

  #bracketsUpTo(maxResource: number): readonly Bracket[] {
    const known = this.#brackets.get(maxResource);
    if (known !== undefined) return known;
    const { minResource, reductionFactor, bootstrapCount } = this.#options;
    const count = bracketCount(minResource, maxResource, reductionFactor);
    const brackets = Array.from({ length: count }, (_, bracket) => {
      const rungs = count - 1 - bracket;
      return {
        pruner: new SuccessiveHalvingPruner({
          minResource,
          reductionFactor,
          minEarlyStoppingRate: bracket,
          bootstrapCount,
        }),
        budget: Math.ceil((count * reductionFactor ** rungs) / (rungs + 1)),
      };
    });
    this.#brackets.set(maxResource, brackets);
    return brackets;
  }

  #bracketOf(studyName: string, number: number, brackets: readonly Bracket[]): number {
    const name = `${studyName}_${number}`;
    const checksum = this.#checksums.get(name) ?? crc32(name);
    this.#checksums.set(name, checksum);
    let rest = checksum % brackets.reduce((sum, { budget }) => sum + budget, 0);
    return brackets.findIndex(({ budget }) => (rest -= budget) < 0);
  }
}

/** As many as there are rungs between the resources. Optuna divides logarithms: of 243 and 3 that gives a bit less than 5. */
export function bracketCount(minResource: number, maxResource: number, reductionFactor: number): number {
  return Math.max(1, Math.floor(roundedLog(maxResource / minResource) / roundedLog(reductionFactor)) + 1);
}
