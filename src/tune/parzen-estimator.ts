import type { Rng } from "../core/random.js";
import type { Distribution } from "../model-selection/distributions.js";
import { CategoricalKernels } from "./categorical-kernels.js";
import { type Kernels, normalKernels } from "./normal-kernels.js";

/**
 * A density over the parameters of a space: a mixture of one product of kernels for each observation, and a wide one
 * last, the prior, that keeps every value possible. As in Optuna 5.
 *
 * J. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 24 (2011), 2546-2554; multivariate as in
 * S. Falkner et al., "BOHB", ICML (2018), 1437-1446.
 */
export class ParzenEstimator {
  /** Of the kernels, the prior's last; they sum to 1. */
  readonly weights: Float64Array;
  /** For each parameter its factor of every kernel. */
  readonly kernels: readonly Kernels[];
  readonly #logWeights: Float64Array;
  /** Of one point at a time. */
  readonly #logTerms: Float64Array;

  /**
   * @param space the distributions of the parameters, none of which has a single value
   * @param observed for each parameter the internal numbers that were observed, the oldest first; all of one length
   */
  constructor(space: readonly Distribution[], observed: readonly Float64Array[]) {
    this.weights = mixtureWeights(observed[0]!.length);
    this.#logWeights = this.weights.map(Math.log);
    this.#logTerms = new Float64Array(this.weights.length);
    this.kernels = space.map((distribution, d) =>
      distribution.kind === "choice"
        ? new CategoricalKernels(distribution.choices.length, observed[d]!)
        : normalKernels(distribution, observed[d]!),
    );
  }

  /** One internal number for each parameter, all from the same kernel. */
  draw(rng: Rng): number[] {
    const kernel = this.#drawKernel(rng.next());
    return this.kernels.map((kernels) => kernels.draw(kernel, rng.next()));
  }

  /**
   * Log density at one internal number for each parameter; a logarithmic float's is that of its logarithm.
   *
   * @param enough where the log density is at least this, anything from it on up to the log density may be returned. Default
   * Infinity: the log density itself
   */
  logDensity(point: readonly number[], enough = Infinity): number {
    const logTerms = this.#logTerms;
    logTerms.set(this.#logWeights);
    for (let d = 0; d < point.length; d++) this.kernels[d]!.addLogDensities(point[d]!, logTerms);
    return logSum(logTerms, enough);
  }

  #drawKernel(uniform: number): number {
    const { weights } = this;
    let sum = 0;
    for (let k = 0; k < weights.length - 1; k++) {
      sum += weights[k]!;
      if (uniform < sum) return k;
    }
    return weights.length - 1;
  }
}

/**
 * Weights of n observations, the oldest first: the newest 25 count fully, older ones the less the older they are.
 *
 * @see https://optuna.readthedocs.io/en/stable/reference/samplers/generated/optuna.samplers.TPESampler.html
 */
export function observationWeights(n: number): Float64Array {
  const weights = new Float64Array(n).fill(1);
  const ramp = n - 25;
  for (let i = 0; i < ramp; i++) weights[i] = ramp === 1 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (ramp - 1);
  return weights;
}

/** The same and 1 for the prior, divided by their sum. */
function mixtureWeights(n: number): Float64Array {
  const weights = new Float64Array(n + 1).fill(1);
  weights.set(observationWeights(n));
  let sum = 0;
  for (let k = 0; k <= n; k++) sum += weights[k]!;
  for (let k = 0; k <= n; k++) weights[k] = weights[k]! / sum;
  return weights;
}

/** Logarithm of the sum of what `logs` are the logarithms of; or only of the largest of them, if that is enough. */
function logSum(logs: Float64Array, enough: number): number {
  let largest = -Infinity;
  for (let k = 0; k < logs.length; k++) if (logs[k]! > largest) largest = logs[k]!;
  if (largest === -Infinity || largest >= enough) return largest;
  // Most kernels are far away, and what is e^-50 of the largest one, 2e-22, changes no digit of the sum.
  const least = largest - 50;
  let sum = 0;
  for (let k = 0; k < logs.length; k++) if (logs[k]! > least) sum += Math.exp(logs[k]! - largest);
  return largest + Math.log(sum);
}
