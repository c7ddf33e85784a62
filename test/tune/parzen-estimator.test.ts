import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/random.js";
import { choice, contains, type Distribution, float, int } from "../../src/model-selection/distributions.js";
import { CategoricalKernels } from "../../src/tune/categorical-kernels.js";
import { NormalKernels } from "../../src/tune/normal-kernels.js";
import { observationWeights, ParzenEstimator } from "../../src/tune/parzen-estimator.js";
import { golden, largestDifference, space } from "./golden.js";

const seeds = fc.integer({ min: 0, max: 1e6 });

/** An estimator of one parameter after n uniform draws. */
function estimatorOf(distribution: Distribution, n: number, seed: number): ParzenEstimator {
  const rng = new Rng(seed);
  const prior = new ParzenEstimator([distribution], [new Float64Array(0)]);
  return new ParzenEstimator([distribution], [Float64Array.from({ length: n }, () => prior.draw(rng)[0]!)]);
}

const valuesOf = (distribution: Distribution): readonly number[] =>
  distribution.kind === "choice"
    ? distribution.choices.map((_, i) => i)
    : Array.from(
        { length: Math.round((distribution.high - distribution.low) / distribution.step!) + 1 },
        (_, i) => distribution.low + i * distribution.step!,
      );

describe("ParzenEstimator", () => {
  it.each(golden.cases.map((given) => ({ ...given, names: given.params.join(", ") })))(
    "has Optuna's weights, kernels and densities of $names after $n observations.",
    ({ params, observations, weights, dists, points, log_pdf }) => {
      const estimator = new ParzenEstimator(
        params.map((name) => space[name]),
        params.map((name) => Float64Array.from(observations[name]!)),
      );
      expect(largestDifference(estimator.weights, weights)).toBeLessThan(1e-9);
      for (const [d, dist] of dists.entries()) {
        const kernels = estimator.kernels[d]!;
        if ("cat" in dist) {
          if (!(kernels instanceof CategoricalKernels)) throw new Error("these are no categorical kernels");
          const ours = dist.cat.map((row, k) => row.map((_, at) => kernels.probability(k, at)));
          expect(largestDifference(ours.flat(), dist.cat.flat())).toBeLessThan(1e-9);
        } else {
          if (!(kernels instanceof NormalKernels)) throw new Error("these are no normal kernels");
          expect(largestDifference(kernels.mus, dist.mu)).toBeLessThan(1e-9);
          expect(largestDifference(kernels.sigmas, dist.sigma)).toBeLessThan(1e-9);
        }
      }
      const ours = log_pdf.map((_, row) => estimator.logDensity(params.map((name) => points[name]![row]!)));
      expect(largestDifference(ours, log_pdf)).toBeLessThan(1e-9);
    },
  );

  it.each(Object.entries(golden.weights))("weighs %s observations as Optuna does.", (n, weights) => {
    expect(largestDifference(observationWeights(Number(n)), weights)).toBeLessThan(1e-15);
  });

  it.each([
    ["integers", int(1, 16)],
    ["integers in steps", int(50, 300, { step: 50 })],
    ["logarithmic integers", int(1, 128, { log: true })],
    ["steps", float(0, 1, { step: 0.1 })],
    ["choices", choice(["a", "b", "c", "d"])],
  ])("has densities of %s that sum to 1.", (_, distribution) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), seeds, (n, seed) => {
        const estimator = estimatorOf(distribution, n, seed);
        const sum = valuesOf(distribution).reduce((total, x) => total + Math.exp(estimator.logDensity([x])), 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["numbers", float(-5, 5)],
    ["logarithmic numbers", float(1e-5, 1, { log: true })],
  ])("has a density of %s that integrates to 1.", (_, distribution) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), seeds, (n, seed) => {
        const estimator = estimatorOf(distribution, n, seed);
        const scaled = distribution.log ? Math.log : (x: number) => x;
        const [low, high] = [scaled(distribution.low), scaled(distribution.high)];
        const cells = 4000;
        let sum = 0;
        for (let i = 0; i < cells; i++) {
          const x = low + ((i + 0.5) * (high - low)) / cells;
          sum += Math.exp(estimator.logDensity([distribution.log ? Math.exp(x) : x]));
        }
        expect((sum * (high - low)) / cells).toBeCloseTo(1, 4);
      }),
      { numRuns: 10 },
    );
  });

  it("draws values of the distributions, and the same for the same seed.", () => {
    const distributions = Object.values(space);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), seeds, (n, seed) => {
        const prior = new ParzenEstimator(
          distributions,
          distributions.map(() => new Float64Array(0)),
        );
        const draws = Array.from({ length: n }, (_, i) => prior.draw(new Rng(seed).stream(i)));
        const observed = distributions.map((_, d) => Float64Array.from(draws, (draw) => draw[d]!));
        const estimator = new ParzenEstimator(distributions, observed);
        for (let i = 0; i < 24; i++) {
          const draw = estimator.draw(new Rng(seed).stream("draw", i));
          for (const [d, distribution] of distributions.entries()) expect(contains(distribution, draw[d]!)).toBe(true);
          expect(estimator.draw(new Rng(seed).stream("draw", i))).toEqual(draw);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("draws as often as its density says.", () => {
    const distribution = int(1, 8);
    const estimator = new ParzenEstimator([distribution], [Float64Array.of(2, 2, 3, 7)]);
    const rng = new Rng(1);
    const counts = new Float64Array(9);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) counts[estimator.draw(rng)[0]!]!++;
    for (const x of valuesOf(distribution)) {
      const expected = Math.exp(estimator.logDensity([x]));
      // Four standard deviations of a count's share.
      expect(Math.abs(counts[x]! / draws - expected)).toBeLessThan(4 * Math.sqrt(expected / draws));
    }
  });

  it("gives kernels the distance to the farther neighbour, observations outside of the range included.", () => {
    // Multiples of 0.01 repeat and lie on the ends of cells.
    const mean = fc.oneof(
      fc.double({ min: -30, max: 30, noNaN: true }),
      fc.integer({ min: -500, max: 500 }).map((i) => i / 100),
    );
    fc.assert(
      fc.property(fc.array(mean, { minLength: 2, maxLength: 150 }), (means) => {
        const [kernels] = new ParzenEstimator([float(-5, 5)], [Float64Array.from(means)]).kernels;
        const order = means.map((_, i) => i).sort((a, b) => means[a]! - means[b]! || a - b);
        const expected = new Float64Array(means.length + 1).fill(10);
        for (const [at, i] of order.entries()) {
          const [left, right] = [order[at - 1] ?? i, order[at + 1] ?? i];
          const farther = Math.max(means[i]! - means[left]!, means[right]! - means[i]!);
          expected[i] = Math.min(10, Math.max(10 / Math.min(100, means.length + 2), farther));
        }
        expect((kernels as NormalKernels).sigmas).toEqual(expected);
      }),
    );
  });

  it("has a log density, or less of it where that is enough.", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: -20, max: 5, noNaN: true }), (seed, enough) => {
        const estimator = estimatorOf(float(-5, 5), 40, seed);
        const [exact, short] = [estimator.logDensity([1]), estimator.logDensity([1], enough)];
        expect(short).toBeLessThanOrEqual(exact);
        if (short !== exact) expect(short).toBeGreaterThanOrEqual(enough);
      }),
    );
  });

  it("stays finite where the range is wide and where observations lie outside of it.", () => {
    const wide = new ParzenEstimator([int(-(2 ** 40), 2 ** 40)], [Float64Array.of(5, 5, 2 ** 39)]);
    expect(Number.isFinite(wide.logDensity([5]))).toBe(true);
    const moved = new ParzenEstimator([float(0, 1)], [Float64Array.of(40, -3, 0.5)]);
    const rng = new Rng(3);
    for (let i = 0; i < 50; i++) {
      const draw = moved.draw(rng);
      expect(contains(float(0, 1), draw[0]!)).toBe(true);
      expect(Number.isFinite(moved.logDensity(draw))).toBe(true);
    }
  });
});
