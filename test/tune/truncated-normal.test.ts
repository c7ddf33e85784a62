import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logGaussMass } from "../../src/tune/truncated-normal.js";
import { logNdtr, truncatedNormalPpf } from "../kernels/reference/truncated-normal.js";
import { golden, largestDifference } from "./golden.js";

const { a, b, q: shares, log_gauss_mass: logMasses, ppf } = golden.truncnorm;
const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const bound = fc.double({ min: -40, max: 40, noNaN: true });
const interval = fc
  .tuple(bound, bound)
  .map(([x, y]) => [Math.min(x, y), Math.max(x, y)] as const)
  .filter(([low, high]) => high - low > 1e-3);

describe("The truncated normal", () => {
  it("has Optuna's masses of intervals, out to 40 deviations.", () => {
    const ours = a.map((low, i) => logGaussMass(low, b[i]!));
    expect(largestDifference(ours, logMasses)).toBeLessThan(1e-12);
  });

  it("has Optuna's quantiles, those of intervals far out in a tail too.", () => {
    for (const [row, q] of shares.entries()) {
      const ours = a.map((low, i) => truncatedNormalPpf(q, low, b[i]!));
      expect(largestDifference(ours, ppf[row]!)).toBeLessThan(1e-9);
    }
  });

  it("has known values of the cumulative distribution in the middle and in both tails.", () => {
    // W. Abramowitz and I. Stegun, Handbook of mathematical functions (1964), tables 26.1 and 26.2.
    expect(logNdtr(0)).toBeCloseTo(-Math.LN2, 15);
    expect(Math.exp(logNdtr(1))).toBeCloseTo(0.841344746068543, 14);
    expect(Math.exp(logNdtr(-2))).toBeCloseTo(0.02275013194817921, 15);
    expect(logNdtr(-10) / Math.LN10).toBeCloseTo(-23.11805, 5);
    expect(logNdtr(40)).toBeCloseTo(0, 15);
  });

  it("has masses that add up.", () => {
    fc.assert(
      fc.property(interval, fc.double({ min: 0.1, max: 0.9, noNaN: true }), ([low, high], part) => {
        const middle = low + part * (high - low);
        const [left, right] = [logGaussMass(low, middle), logGaussMass(middle, high)];
        const sum = Math.max(left, right) + Math.log1p(Math.exp(-Math.abs(left - right)));
        expect(Math.abs(sum - logGaussMass(low, high))).toBeLessThan(1e-9 * (1 + Math.abs(sum)));
      }),
    );
  });

  it("mirrors itself at 0.", () => {
    fc.assert(
      fc.property(interval, share, ([low, high], q) => {
        expect(logGaussMass(low, high)).toBeCloseTo(logGaussMass(-high, -low), 12);
        expect(truncatedNormalPpf(1 - q, -high, -low)).toBeCloseTo(-truncatedNormalPpf(q, low, high), 6);
      }),
    );
  });

  it("gives the point that has the asked share below it, within the interval.", () => {
    fc.assert(
      fc.property(interval, share, ([low, high], q) => {
        const x = truncatedNormalPpf(q, low, high);
        expect(x).toBeGreaterThanOrEqual(low);
        expect(x).toBeLessThanOrEqual(high);
        // What rounding of x alone changes: the density there times its last digit.
        const digits = 1e-14 * (1 + Math.abs(x)) * (1 + Math.abs(x));
        const below = x > low ? Math.exp(logGaussMass(low, x) - logGaussMass(low, high)) : 0;
        expect(Math.abs(below - q)).toBeLessThan(1e-9 + 1e3 * digits);
      }),
    );
  });
});
