import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/random.js";
import { choice, type Distribution, drawUniformly, float, int } from "../../src/model-selection/distributions.js";
import { golden, largestDifference, space } from "../tune/golden.js";
import { ChoiceFactors, NormalFactors, observationWeights, ParzenEstimator } from "./reference/parzen-estimator.js";

const seeds = fc.integer({ min: 0, max: 1e6 });

/** An estimator of one parameter after n uniform draws. */
function estimatorOf(distribution: Distribution, n: number, seed: number): ParzenEstimator {
  const rng = new Rng(seed);
  return new ParzenEstimator(
    [distribution],
    Array.from({ length: n }, () => [drawUniformly(distribution, rng)]),
  );
}

const valuesOf = (distribution: Distribution): readonly number[] =>
  distribution.kind === "choice"
    ? distribution.choices.map((_, i) => i)
    : Array.from(
        { length: Math.round((distribution.high - distribution.low) / distribution.step!) + 1 },
        (_, i) => distribution.low + i * distribution.step!,
      );

describe("The reference of Parzen estimators", () => {
  it.each(golden.cases.map((given) => ({ ...given, names: given.params.join(", ") })))(
    "has Optuna's weights, kernels and densities of $names after $n observations.",
    ({ n, params, observations, weights, dists, points, log_pdf }) => {
      const estimator = new ParzenEstimator(
        params.map((name) => space[name]),
        Array.from({ length: n }, (_, i) => params.map((name) => observations[name]![i]!)),
      );
      expect(largestDifference(estimator.weights, weights)).toBeLessThan(1e-9);
      for (const [d, dist] of dists.entries()) {
        const factors = estimator.factors[d]!;
        if ("cat" in dist) {
          if (!(factors instanceof ChoiceFactors)) throw new Error("these are no choices");
          const ours = dist.cat.map((row, k) => row.map((_, at) => factors.probability(k, at)));
          expect(largestDifference(ours.flat(), dist.cat.flat())).toBeLessThan(1e-9);
        } else {
          if (!(factors instanceof NormalFactors)) throw new Error("these are no normals");
          expect(largestDifference(factors.mus, dist.mu)).toBeLessThan(1e-9);
          expect(largestDifference(factors.sigmas, dist.sigma)).toBeLessThan(1e-9);
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
        const cells = 2000;
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
});
