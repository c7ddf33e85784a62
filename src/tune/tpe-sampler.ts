import { drawSeed, Rng } from "../core/random.js";
import { type Distribution, drawUniformly } from "../model-selection/distributions.js";
import type { Draw, Sampler, StudyView } from "./sampler.js";

/** Draws at random; the estimator of Parzen windows takes its place. */
export class TpeSampler implements Sampler {
  readonly #rng: Rng;

  constructor({ randomState = null }: { readonly randomState?: number | null } = {}) {
    this.#rng = new Rng(randomState ?? drawSeed());
  }

  drawTogether(): ReadonlyMap<string, Draw> {
    return new Map();
  }

  drawAlone(_: StudyView, number: number, name: string, distribution: Distribution): number {
    return drawUniformly(distribution, this.#rng.stream("trial", number, name));
  }
}
