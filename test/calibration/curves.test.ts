import fc from "fast-check";
import { expect, test } from "vitest";
import { calibrated } from "../../src/calibration/calibrators.js";
import { fitIsotonic } from "../../src/calibration/fit-isotonic.js";
import { fitSigmoid } from "../../src/calibration/fit-sigmoid.js";

/** Scores, which rows are positive, and weights. */
const problems = fc
  .array(
    fc.tuple(
      fc.integer({ min: -100_000, max: 100_000 }).map((thousandths) => thousandths / 1000),
      fc.boolean(),
      fc.double({ min: 0.125, max: 8, noNaN: true }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => ({
    scores: Float64Array.from(rows, ([score]) => score),
    isPositive: (row: number) => rows[row]![1],
    weights: Float64Array.from(rows, ([, , weight]) => weight),
  }));

/** The isotonic fit by its max-min formula: the largest over beginnings of the least over ends of the mean between. */
function maxMin(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: Float64Array,
): Map<number, number> {
  const distinct = [...new Set(scores)].sort((a, b) => a - b);
  const mean = (from: number, to: number) => {
    let [sum, weight] = [0, 0];
    for (const [row, score] of scores.entries()) {
      if (score < from || score > to) continue;
      sum += isPositive(row) ? weights[row]! : 0;
      weight += weights[row]!;
    }
    return sum / weight;
  };
  const value = (at: number) => {
    const ends = distinct.filter((score) => score >= at);
    const begins = distinct.filter((score) => score <= at);
    return Math.max(...begins.map((from) => Math.min(...ends.map((to) => mean(from, to)))));
  };
  return new Map(distinct.map((score) => [score, value(score)]));
}

test("The isotonic curve is that of the max-min formula, never falls and stays within its ends.", () => {
  fc.assert(
    fc.property(problems, ({ scores, isPositive, weights }) => {
      const curve = fitIsotonic(scores, isPositive, weights);
      const expected = maxMin(scores, isPositive, weights);
      for (const [row, p] of calibrated(curve, scores).entries())
        expect(p).toBeCloseTo(expected.get(scores[row]!)!, 12);
      expect(curve.values.every((value, i) => value >= 0 && value <= 1 && value >= (curve.values[i - 1] ?? 0))).toBe(
        true,
      );
      expect(curve.scores.every((score, i) => i === 0 || score > curve.scores[i - 1]!)).toBe(true);
      const [below, above] = calibrated(curve, Float64Array.of(-1000, 1000));
      expect([below, above]).toEqual([curve.values[0], curve.values.at(-1)]);
    }),
    { numRuns: 100 },
  );
});

test("The sigmoid is where the derivatives of Platt's likelihood vanish, however large the scores.", () => {
  fc.assert(
    fc.property(problems, fc.constantFrom(1e-3, 1, 1e6), ({ scores, isPositive, weights }, scale) => {
      const F = scores.map((score) => score * scale);
      const probabilities = calibrated(fitSigmoid(F, isPositive, weights), F);
      const sum = (of: (row: number) => number) => Array.from(F.keys(), of).reduce((a, b) => a + b, 0);
      const positives = sum((row) => (isPositive(row) ? weights[row]! : 0));
      const negatives = sum((row) => (isPositive(row) ? 0 : weights[row]!));
      const target = (row: number) => (isPositive(row) ? (positives + 1) / (positives + 2) : 1 / (negatives + 2));
      const miss = (row: number) => weights[row]! * (target(row) - probabilities[row]!);
      const largest = Math.max(...F.map(Math.abs), Number.MIN_VALUE);
      expect(Math.abs(sum(miss))).toBeLessThan(1e-6);
      expect(Math.abs(sum((row) => (miss(row) * F[row]!) / largest))).toBeLessThan(1e-6);
    }),
    { numRuns: 100 },
  );
});
