/** What the kernels of tpe-propose.ts must compute: a Parzen estimator as Optuna 5 has it, by the engine's exp and log. */
import { type Distribution, onGrid } from "../../../src/model-selection/distributions.js";
import { logGaussMass } from "../../../src/tune/truncated-normal.js";
import { truncatedNormalPpf } from "./truncated-normal.js";

type Range = Exclude<Distribution, { kind: "choice" }>;

/** The factors that one parameter contributes to the kernels, the prior's last. */
export type Factors = NormalFactors | ChoiceFactors;

export class ParzenEstimator {
  readonly weights: readonly number[];
  readonly factors: readonly Factors[];

  /** @param rows observed internal numbers by parameter, the oldest first */
  constructor(space: readonly Distribution[], rows: readonly (readonly number[])[]) {
    this.weights = mixtureWeights(rows.length);
    this.factors = space.map((distribution, d) => {
      const observed = rows.map((row) => row[d]!);
      return distribution.kind === "choice"
        ? new ChoiceFactors(distribution.choices.length, observed)
        : new NormalFactors(distribution, observed);
    });
  }

  /** @param uniforms the first chooses a kernel, the others are shares of its factors */
  draw([first, ...shares]: readonly number[]): number[] {
    let sum = 0;
    const found = this.weights.slice(0, -1).findIndex((weight) => first! < (sum += weight));
    const kernel = found < 0 ? this.weights.length - 1 : found;
    return this.factors.map((factors, d) => factors.draw(kernel, shares[d]!));
  }

  logDensity(point: readonly number[]): number {
    const logs = this.weights.map((weight, kernel) =>
      this.factors.reduce((log, factors, d) => log + factors.logDensity(kernel, point[d]!), Math.log(weight)),
    );
    const largest = Math.max(...logs);
    return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
  }
}

/** The first candidate of the largest ratio of densities. */
export function propose(
  space: readonly Distribution[],
  good: readonly (readonly number[])[],
  other: readonly (readonly number[])[],
  uniforms: readonly (readonly number[])[],
): { candidates: readonly number[][]; ratios: readonly number[]; best: number } {
  const [goodOnes, otherOnes] = [new ParzenEstimator(space, good), new ParzenEstimator(space, other)];
  const candidates = uniforms.map((each) => goodOnes.draw(each));
  const ratios = candidates.map((point) => goodOnes.logDensity(point) - otherOnes.logDensity(point));
  return { candidates, ratios, best: ratios.indexOf(Math.max(...ratios)) };
}

/** Of n observations, the oldest first: the newest 25 count fully. */
export function observationWeights(n: number): number[] {
  const ramp = n - 25;
  const rising = (i: number) => 1 / n + (ramp === 1 ? 0 : ((1 - 1 / n) * i) / (ramp - 1));
  return Array.from({ length: n }, (_, i) => (i < ramp ? rising(i) : 1));
}

function mixtureWeights(n: number): number[] {
  const weights = [...observationWeights(n), 1];
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

export class NormalFactors {
  readonly mus: readonly number[];
  readonly sigmas: readonly number[];
  readonly #range: Range;
  readonly #low: number;
  readonly #high: number;

  constructor(range: Range, observed: readonly number[]) {
    this.#range = range;
    const margin = (range.step ?? 0) / 2;
    this.#low = this.#scaled(range.low - margin);
    this.#high = this.#scaled(range.high + margin);
    const mus = observed.map((value) => this.#scaled(value));
    this.mus = [...mus, (this.#low + this.#high) / 2];
    this.sigmas = [...bandwidths(mus, this.#low, this.#high), this.#high - this.#low];
  }

  draw(kernel: number, share: number): number {
    const [mu, sigma] = [this.mus[kernel]!, this.sigmas[kernel]!];
    const drawn = mu + sigma * truncatedNormalPpf(share, (this.#low - mu) / sigma, (this.#high - mu) / sigma);
    return onGrid(this.#range, this.#range.log ? Math.exp(drawn) : drawn);
  }

  logDensity(kernel: number, value: number): number {
    const whole = this.#logMass(kernel, this.#low, this.#high);
    const { step } = this.#range;
    if (step !== null) {
      const [from, to] = [this.#scaled(value - step / 2), this.#scaled(value + step / 2)];
      return this.#logMass(kernel, from, to) - whole;
    }
    const sigma = this.sigmas[kernel]!;
    const z = (this.#scaled(value) - this.mus[kernel]!) / sigma;
    return -0.5 * z * z - Math.log(sigma * Math.sqrt(2 * Math.PI)) - whole;
  }

  #logMass(kernel: number, from: number, to: number): number {
    const [mu, sigma] = [this.mus[kernel]!, this.sigmas[kernel]!];
    return logGaussMass((from - mu) / sigma, (to - mu) / sigma);
  }

  #scaled(value: number): number {
    return this.#range.log ? Math.log(value) : value;
  }
}

function bandwidths(mus: readonly number[], low: number, high: number): number[] {
  const range = high - low;
  const least = range / Math.min(100, mus.length + 2);
  const ends = mus.length === 1 ? [low, high] : [];
  const order = mus.map((_, i) => i).sort((a, b) => mus[a]! - mus[b]! || a - b);
  const sigmas = mus.map(() => 0);
  for (const [at, i] of order.entries()) {
    const neighbours = [order[at - 1], order[at + 1]].flatMap((j) => (j === undefined ? [] : [mus[j]!]));
    const distances = [...ends, ...neighbours].map((other) => Math.abs(mus[i]! - other));
    sigmas[i] = Math.min(range, Math.max(least, ...distances));
  }
  return sigmas;
}

export class ChoiceFactors {
  readonly #choices: number;
  readonly #observed: readonly number[];

  constructor(choices: number, observed: readonly number[]) {
    this.#choices = choices;
    this.#observed = observed;
  }

  probability(kernel: number, choice: number): number {
    const n = this.#observed.length;
    if (kernel === n) return 1 / this.#choices;
    const share = 1 / (n + 1);
    return (share + (this.#observed[kernel] === choice ? 1 : 0)) / (1 + share * this.#choices);
  }

  draw(kernel: number, share: number): number {
    let sum = 0;
    for (let choice = 0; choice < this.#choices - 1; choice++) {
      sum += this.probability(kernel, choice);
      if (share < sum) return choice;
    }
    return this.#choices - 1;
  }

  logDensity(kernel: number, choice: number): number {
    return Math.log(this.probability(kernel, choice));
  }
}
