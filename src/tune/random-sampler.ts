import { checkParams, fillParams, type Schema, seed } from "../core/params.js";
import { drawSeed, Rng } from "../core/random.js";
import { type Distribution, drawUniformly } from "../model-selection/distributions.js";
import type { Draw, Sampler, StudyView } from "./sampler.js";

/** Of `randomSampler`. */
export interface RandomSamplerOptions {
  /** Seed of the draws, an integer in [0, 2^32 - 1]. Default null: one is drawn when the sampler is made. */
  readonly randomState?: number | null;
}

const schema: Schema<Required<RandomSamplerOptions>> = { randomState: seed() };

/** The seed that a sampler of that name is to use, or InvalidParameterError. Shared with GridSampler. */
export function seedOf(options: RandomSamplerOptions, owner: string): number {
  const checked = fillParams(schema, options, owner);
  checkParams(schema, checked, owner);
  return checked.randomState ?? drawSeed();
}

/**
 * Draws every parameter uniformly from its distribution, whatever the other trials gave.
 *
 * @throws InvalidParameterError for a seed out of range
 * @see https://optuna.readthedocs.io/en/stable/reference/samplers/generated/optuna.samplers.RandomSampler.html
 */
export class RandomSampler implements Sampler {
  /** The seed in use: what was given, or what was drawn in its place. */
  readonly randomState: number;
  readonly #rng: Rng;

  constructor(options: RandomSamplerOptions = {}) {
    this.randomState = seedOf(options, "RandomSampler");
    this.#rng = new Rng(this.randomState);
  }

  drawTogether(): ReadonlyMap<string, Draw> {
    return new Map();
  }

  drawAlone(_study: StudyView, number: number, name: string, distribution: Distribution): number {
    return drawUniformly(distribution, this.#rng.stream("trial", number, name));
  }
}
