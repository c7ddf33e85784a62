import { type FloatDistribution, type IntDistribution, onGrid } from "../model-selection/distributions.js";
import { logGaussMass, truncatedNormalPpf } from "./truncated-normal.js";

type NumericDistribution = FloatDistribution | IntDistribution;

/** The factors that one parameter contributes to the kernels of a Parzen estimator: one density for each kernel. */
export interface Kernels {
  /** An internal number drawn from a kernel by a uniform number in [0, 1). */
  draw(kernel: number, uniform: number): number;
  /** Adds the log density of an internal number under each kernel to that kernel's sum. */
  addLogDensities(internal: number, sums: Float64Array): void;
}

/** Normal kernels for numbers: densities, or masses of the cells around each step. */
export function normalKernels(distribution: NumericDistribution, observed: Float64Array): NormalKernels {
  return distribution.step === null
    ? new ContinuousKernels(distribution, observed)
    : new SteppedKernels(distribution, observed);
}

/**
 * One normal around each observation, truncated to the range, and last the prior: a normal as wide as the range in its
 * middle. Where the distribution is logarithmic all of this is so for logarithms; where it has steps the range is half
 * a step wider on both sides.
 */
export abstract class NormalKernels implements Kernels {
  readonly mus: Float64Array;
  readonly sigmas: Float64Array;
  protected readonly low: number;
  protected readonly high: number;

  constructor(
    protected readonly distribution: NumericDistribution,
    observed: Float64Array,
  ) {
    const { low, high, step } = distribution;
    const margin = step === null ? 0 : step / 2;
    this.low = this.scaled(low - margin);
    this.high = this.scaled(high + margin);
    const n = observed.length;
    const mus = new Float64Array(n + 1);
    mus.set(observed);
    if (distribution.log) for (let i = 0; i < n; i++) mus[i] = Math.log(mus[i]!);
    mus[n] = (this.low + this.high) / 2;
    this.mus = mus;
    this.sigmas = bandwidths(mus.subarray(0, n), this.low, this.high);
  }

  abstract addLogDensities(internal: number, sums: Float64Array): void;

  draw(kernel: number, uniform: number): number {
    const mu = this.mus[kernel]!;
    const sigma = this.sigmas[kernel]!;
    const drawn = mu + sigma * truncatedNormalPpf(uniform, (this.low - mu) / sigma, (this.high - mu) / sigma);
    return onGrid(this.distribution, this.distribution.log ? Math.exp(drawn) : drawn);
  }

  protected scaled(value: number): number {
    return this.distribution.log ? Math.log(value) : value;
  }

  protected logMass(kernel: number, from: number, to: number): number {
    const mu = this.mus[kernel]!;
    const sigma = this.sigmas[kernel]!;
    return logGaussMass((from - mu) / sigma, (to - mu) / sigma);
  }
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

class ContinuousKernels extends NormalKernels {
  readonly #precisions: Float64Array;
  readonly #logPeaks: Float64Array;

  constructor(distribution: NumericDistribution, observed: Float64Array) {
    super(distribution, observed);
    const { mus, sigmas, low, high } = this;
    const precisions = new Float64Array(sigmas.length);
    const logPeaks = new Float64Array(sigmas.length);
    for (let k = 0; k < sigmas.length; k++) {
      const precision = 1 / sigmas[k]!;
      const logMass = logGaussMass((low - mus[k]!) * precision, (high - mus[k]!) * precision);
      precisions[k] = precision;
      logPeaks[k] = Math.log(precision) - HALF_LOG_TAU - logMass;
    }
    this.#precisions = precisions;
    this.#logPeaks = logPeaks;
  }

  /** Of logarithms, where the distribution has them. */
  addLogDensities(internal: number, sums: Float64Array): void {
    const x = this.scaled(internal);
    const { mus } = this;
    const precisions = this.#precisions;
    const logPeaks = this.#logPeaks;
    for (let k = 0; k < sums.length; k++) {
      const z = (x - mus[k]!) * precisions[k]!;
      sums[k] = sums[k]! + logPeaks[k]! - 0.5 * z * z;
    }
  }
}

/** Values repeat, and with them kernels: what costs is done once for each different pair of a kernel and a value. */
class SteppedKernels extends NormalKernels {
  /** For each kernel the place of its like among the different ones. */
  readonly #places: Uint32Array;
  readonly #different: readonly number[];
  readonly #logMasses: readonly number[];
  /** Log densities of the different kernels, by value. */
  readonly #known = new Map<number, readonly number[]>();

  constructor(distribution: NumericDistribution, observed: Float64Array) {
    super(distribution, observed);
    const { places, different } = differentPairs(this.mus, this.sigmas);
    this.#places = places;
    this.#different = different;
    this.#logMasses = different.map((kernel) => this.logMass(kernel, this.low, this.high));
  }

  addLogDensities(internal: number, sums: Float64Array): void {
    const logDensities = this.#logDensitiesOf(internal);
    const places = this.#places;
    for (let k = 0; k < sums.length; k++) sums[k] = sums[k]! + logDensities[places[k]!]!;
  }

  #logDensitiesOf(internal: number): readonly number[] {
    const known = this.#known.get(internal);
    if (known !== undefined) return known;
    const margin = this.distribution.step! / 2;
    const [from, to] = [this.scaled(internal - margin), this.scaled(internal + margin)];
    const logDensities = this.#different.map(
      (kernel, place) => this.logMass(kernel, from, to) - this.#logMasses[place]!,
    );
    this.#known.set(internal, logDensities);
    return logDensities;
  }
}

/**
 * Standard deviations of the kernels: for each mean the distance to the farther one of its two neighbours, the range's ends
 * being neighbours only where there is but one mean; at least a hundredth of the range, or a larger share of it where
 * kernels are few, and at most the range. Last that of the prior, the range.
 *
 * Optuna 5's choice out of S. Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components and
 * their roles for better empirical performance" (https://arxiv.org/abs/2304.11127). Of equal means the older ones are
 * taken to be on the left.
 */
function bandwidths(mus: Float64Array, low: number, high: number): Float64Array {
  const n = mus.length;
  const most = high - low;
  const least = most / Math.min(100, n + 2);
  const sigmas = new Float64Array(n + 1).fill(least);
  sigmas[n] = most;
  if (n === 1) sigmas[0] = Math.min(most, Math.max(least, mus[0]! - low, high - mus[0]!));
  const order = outermostOfCells(mus, low, high, least / 2);
  for (let i = 1; i < order.length; i++) {
    const [left, right] = [order[i - 1]!, order[i]!];
    const distance = Math.min(most, mus[right]! - mus[left]!);
    sigmas[left] = Math.max(sigmas[left]!, distance);
    sigmas[right] = Math.max(sigmas[right]!, distance);
  }
  return sigmas;
}

/**
 * Which means are the smallest and the largest of their cells, the range being divided into cells of a width, in ascending
 * order: those that can have a neighbour farther away than that. Of those outside of the range, all.
 */
function outermostOfCells(mus: Float64Array, low: number, high: number, width: number): readonly number[] {
  const cells = Math.ceil((high - low) / width) + 1;
  const smallest = new Int32Array(cells).fill(-1);
  const largest = new Int32Array(cells);
  const [before, after]: [number[], number[]] = [[], []];
  for (let i = 0; i < mus.length; i++) {
    const mu = mus[i]!;
    if (mu < low) before.push(i);
    else if (mu > high) after.push(i);
    else {
      const cell = Math.floor((mu - low) / width);
      if (smallest[cell]! < 0) smallest[cell] = largest[cell] = i;
      else if (mu < mus[smallest[cell]!]!) smallest[cell] = i;
      else if (mu >= mus[largest[cell]!]!) largest[cell] = i;
    }
  }
  const ascending = (a: number, b: number) => mus[a]! - mus[b]!;
  const order = before.sort(ascending);
  for (let cell = 0; cell < cells; cell++) {
    if (smallest[cell]! < 0) continue;
    order.push(smallest[cell]!);
    if (largest[cell] !== smallest[cell]) order.push(largest[cell]!);
  }
  return order.concat(after.sort(ascending));
}

/** The kernels of which no earlier one has the same mean and deviation, and for each kernel the place of its like there. */
function differentPairs(mus: Float64Array, sigmas: Float64Array): { places: Uint32Array; different: number[] } {
  const different: number[] = [];
  const placesOfMean = new Map<number, number[]>();
  const places = new Uint32Array(mus.length);
  for (let k = 0; k < mus.length; k++) {
    const sameMean = placesOfMean.get(mus[k]!) ?? [];
    const like = sameMean.find((place) => sigmas[different[place]!] === sigmas[k]);
    places[k] = like ?? different.length;
    if (like !== undefined) continue;
    if (sameMean.length === 0) placesOfMean.set(mus[k]!, sameMean);
    sameMean.push(different.length);
    different.push(k);
  }
  return { places, different };
}
