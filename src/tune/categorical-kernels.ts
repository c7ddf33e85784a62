import type { Kernels } from "./normal-kernels.js";

/**
 * One distribution over the choices for each observation, with most of its mass on what was observed and the rest spread
 * evenly, and last the prior, which is even.
 */
export class CategoricalKernels implements Kernels {
  readonly #choices: number;
  /** What each kernel prefers; -1, which is no choice, for the prior. */
  readonly #preferred: Int32Array;
  readonly #preference: number;
  readonly #rest: number;

  /** @param choices how many there are @param observed positions among them */
  constructor(choices: number, observed: Float64Array) {
    this.#choices = choices;
    this.#preferred = new Int32Array(observed.length + 1).fill(-1);
    this.#preferred.set(observed);
    const share = 1 / (observed.length + 1);
    this.#rest = share / (1 + share * choices);
    this.#preference = (1 + share) / (1 + share * choices);
  }

  probability(kernel: number, choice: number): number {
    const preferred = this.#preferred[kernel]!;
    if (preferred < 0) return 1 / this.#choices;
    return preferred === choice ? this.#preference : this.#rest;
  }

  draw(kernel: number, uniform: number): number {
    let sum = 0;
    for (let choice = 0; choice < this.#choices - 1; choice++) {
      sum += this.probability(kernel, choice);
      if (uniform < sum) return choice;
    }
    return this.#choices - 1;
  }

  addLogDensities(internal: number, sums: Float64Array): void {
    const preferred = this.#preferred;
    const [logPreference, logRest] = [Math.log(this.#preference), Math.log(this.#rest)];
    const prior = sums.length - 1;
    for (let k = 0; k < prior; k++) sums[k] = sums[k]! + (preferred[k] === internal ? logPreference : logRest);
    sums[prior] = sums[prior]! - Math.log(this.#choices);
  }
}
