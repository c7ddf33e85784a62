import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choice, type Distribution, float, int } from "../../src/model-selection/distributions.js";
import { integerScale, parameterScale, type Scale, valueScale } from "../../src/report/axes.js";
import { written } from "../../src/report/written.js";

const texts = ({ ticks }: Scale) => [...ticks.values()];

describe("parameterScale", () => {
  it.each<[string, Distribution, readonly string[]]>([
    ["the values where they are few", int(50, 300, { step: 50 }), ["50", "100", "150", "200", "250", "300"]],
    ["round numbers", int(2, 20), ["5", "10", "15", "20"]],
    ["whole numbers for integers", int(1, 3), ["1", "2", "3"]],
    ["as many decimals everywhere", float(0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    ["powers of ten on a logarithmic axis", float(1e-5, 1e-1, { log: true }), ["1e-5", "1e-4", "0.001", "0.01", "0.1"]],
    ["2 and 5 where powers are few", int(1, 50, { log: true }), ["1", "2", "5", "10", "20", "50"]],
    ["both ends of a narrow logarithmic axis", float(3, 4, { log: true }), ["3", "4"]],
    ["choices by name", choice(["gini", null, 3, true]), ["gini", "null", "3", "true"]],
    ["the only value of a range", float(0.3, 0.3), ["0.3"]],
  ])("writes %s.", (_, distribution, expected) => {
    expect(texts(parameterScale([distribution]))).toEqual(expected);
  });

  it("has room for everything that a range which changed has given.", () => {
    const { min, max, place } = parameterScale([float(1, 2), float(0.5, 1.5), float(1, 9)]);
    expect(min).toBeLessThan(0.5);
    expect(max).toBeGreaterThan(9);
    expect(place(3)).toBe(3);
  });

  it("places a logarithm, and only where all ranges have one.", () => {
    expect(parameterScale([float(1, 100, { log: true })]).place(10)).toBe(1);
    expect(parameterScale([float(1, 100, { log: true }), float(1, 100)]).place(10)).toBe(10);
  });
});

/** Ranges of all sizes, and points. */
const ends = fc
  .tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
  )
  .map(([low, width]) => [low, low + width] as const);

describe("valueScale", () => {
  it("has its ends on its outermost of a few ticks, beyond the values.", () => {
    fc.assert(
      fc.property(ends, ([low, high]) => {
        const { min, max, ticks } = valueScale(low, high);
        const at = [...ticks.keys()];
        expect(min).toBeLessThan(low);
        expect(max).toBeGreaterThan(high);
        expect([at[0], at.at(-1)]).toEqual([min, max]);
        expect(at.length).toBeGreaterThanOrEqual(2);
        expect(at.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe("integerScale", () => {
  it("writes whole numbers that lie on it.", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (low, width) => {
        const { min, max, ticks } = integerScale(low, low + width);
        for (const [at, text] of ticks) {
          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThanOrEqual(min);
          expect(at).toBeLessThanOrEqual(max);
          expect(Number(text)).toBe(at);
        }
      }),
    );
  });
});

describe("written", () => {
  it.each([
    [0.97214, "0.9721"],
    [300, "300"],
    [123456, "123456"],
    [0.00001, "1e-5"],
    [-0.000125, "-1.25e-4"],
    [2_000_000, "2e6"],
    [0, "0"],
  ])("writes %d as %s.", (value, text) => expect(written(value)).toBe(text));
});
