import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/random.js";
import {
  choice,
  contains,
  type Distribution,
  drawUniformly,
  float,
  fromInternal,
  int,
  isDistribution,
  isSingle,
  onGrid,
  toInternal,
} from "../../src/model-selection/distributions.js";

describe("A distribution", () => {
  it.each<[string, () => Distribution]>([
    ["low of float must be a finite number; got NaN", () => float(Number.NaN, 1)],
    ["high of float must be a finite number; got Infinity", () => float(0, Infinity)],
    ["high of float must be >= low, which is 1; got 0", () => float(1, 0)],
    ["low of float must be > 0 where log is true; got 0", () => float(0, 1, { log: true })],
    ["step of float must be null where log is true", () => float(1, 2, { log: true, step: 0.5 })],
    ["step of float must be > 0; got 0", () => float(0, 1, { step: 0 })],
    ["step of float must be > 0; got -0.1", () => float(0, 1, { step: -0.1 })],
    ["step of float must divide the range from 0 to 1; got 0.3", () => float(0, 1, { step: 0.3 })],
    ["low of int must be an integer; got 0.5", () => int(0.5, 1)],
    ["high of int must be an integer; got 9007199254740992", () => int(0, 2 ** 53)],
    ["high of int must be >= low, which is 5; got 4", () => int(5, 4)],
    ["low of int must be >= 1 where log is true; got 0", () => int(0, 8, { log: true })],
    ["step of int must be 1 where log is true; got 2", () => int(1, 9, { log: true, step: 2 })],
    ["step of int must be an integer >= 1; got 0", () => int(0, 8, { step: 0 })],
    ["step of int must divide the range from 0 to 10; got 4", () => int(0, 10, { step: 4 })],
    ["choices of choice must be an array of at least one value; got an array of 0", () => choice([])],
    ['choices of choice must be an array of at least one value; got "abc"', () => choice("abc" as never)],
  ])("is refused where %s.", (message, make) => {
    expect(make).toThrow(message);
  });

  it("takes a step that divides the range but for rounding.", () => {
    expect(float(0, 1, { step: 0.1 }).step).toBe(0.1);
    expect(float(0.1, 0.7, { step: 0.2 }).high).toBe(0.7);
    expect(float(-1, 1, { step: 1 / 3 }).step).toBe(1 / 3);
  });

  it("keeps its choices when the array they came in changes.", () => {
    const values = [1, 2];
    const { choices } = choice(values);
    values.push(3);
    expect(choices).toEqual([1, 2]);
    expect(Object.isFrozen(choices)).toBe(true);
  });

  it("is told from other values.", () => {
    expect([float(0, 1), int(0, 1), choice([1])].every(isDistribution)).toBe(true);
    expect([null, 1, {}, [0, 1], { kind: "normal" }].some(isDistribution)).toBe(false);
  });

  it("may have a single value.", () => {
    expect([float(2, 2), int(3, 3), choice(["a"])].map(isSingle)).toEqual([true, true, true]);
    expect([float(2, 3), int(3, 4), choice(["a", "b"])].map(isSingle)).toEqual([false, false, false]);
  });
});

describe("Internal numbers", () => {
  it("are the values of ranges, and the positions of choices.", () => {
    const object = {};
    expect(toInternal(float(0, 1), 0.5, "x")).toBe(0.5);
    expect(toInternal(int(50, 300, { step: 50 }), 150, "x")).toBe(150);
    expect(toInternal(choice(["a", object, Number.NaN]), Number.NaN, "x")).toBe(2);
    expect(fromInternal(choice(["a", object, Number.NaN]), 1)).toBe(object);
  });

  it.each<[string, Distribution, unknown]>([
    ["x must be a number from 0 to 1; got 1.5", float(0, 1), 1.5],
    ["x must be a number from 0 to 1; got NaN", float(0, 1), Number.NaN],
    ["x must be a number from 0 to 1 in steps of 0.25; got 0.3", float(0, 1, { step: 0.25 }), 0.3],
    ["x must be an integer from 50 to 300 in steps of 50; got 60", int(50, 300, { step: 50 }), 60],
    ["x must be an integer from 0 to 3; got 0.5", int(0, 3), 0.5],
    ['x must be one of "a", null; got undefined', choice(["a", null]), undefined],
  ])("are refused where %s.", (message, distribution, value) => {
    expect(() => toInternal(distribution, value, "x")).toThrow(message);
  });
});

/** Any distribution of ranges that are not too wide to step through. */
const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(1000)).map(([low, width]) => float(low, low + width)),
  fc
    .tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(1000))
    .map(([low, width]) => float(low / 7, (low + width) / 7, { log: true })),
  fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(40), fc.integer({ min: 1, max: 9 }))
    .map(([low, steps, step]) => float(low / 10, (low + steps * step) / 10, { step: step / 10 })),
  fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(40), fc.integer({ min: 1, max: 9 }))
    .map(([low, steps, step]) => int(low, low + steps * step, { step })),
  fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(400)).map(([low, width]) => int(low, low + width, { log: true })),
  fc.array(fc.string(), { minLength: 1 }).map((choices) => choice(choices)),
);

describe("A draw", () => {
  it("is in its distribution.", () => {
    fc.assert(
      fc.property(distributions, fc.nat(), (distribution, seed) => {
        const rng = new Rng(seed);
        for (let i = 0; i < 20; i++) expect(contains(distribution, drawUniformly(distribution, rng))).toBe(true);
      }),
    );
  });

  it.each<[string, Distribution, readonly number[]]>([
    ["integers", int(0, 3), [0, 1, 2, 3]],
    ["steps", float(0, 1, { step: 0.25 }), [0, 0.25, 0.5, 0.75, 1]],
    ["choices", choice(["a", "b", "c"]), [0, 1, 2]],
  ])("has each of a few %s as often as the others.", (_, distribution, values) => {
    const rng = new Rng(1);
    const counts = new Map<number, number>();
    const draws = 3000 * values.length;
    for (let i = 0; i < draws; i++) {
      const value = drawUniformly(distribution, rng);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(values);
    // Six standard deviations of a binomial count.
    for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(6 * Math.sqrt(3000));
  });

  it("on logarithms has each order of magnitude as often as the others.", () => {
    const rng = new Rng(2);
    const decades = [0, 0, 0, 0];
    for (let i = 0; i < 12_000; i++) {
      decades[Math.floor(Math.log10(drawUniformly(float(1e-5, 1e-1, { log: true }), rng))) + 5]! += 1;
    }
    for (const count of decades) expect(Math.abs(count - 3000)).toBeLessThan(6 * Math.sqrt(3000));
  });

  it("is moved to the nearest number that there is.", () => {
    expect(onGrid(int(0, 8, { step: 4 }), 5.9)).toBe(4);
    expect(onGrid(int(0, 8, { step: 4 }), 100)).toBe(8);
    expect(onGrid(float(0, 1), -3)).toBe(0);
    expect(onGrid(float(0, 1, { step: 0.5 }), 0.7)).toBe(0.5);
  });
});
