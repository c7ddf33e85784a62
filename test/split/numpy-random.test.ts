import { describe, expect, it } from "vitest";
import { approximateMode } from "../../src/split/approximate-mode.js";
import { RandomState } from "../../src/split/numpy-random.js";
import { golden, kept } from "./golden.js";

describe("RandomState", () => {
  it.each(golden.randomState)("gives numpy's 1500 first words for seed $seed.", ({ seed, first, all }) => {
    const random = new RandomState(seed);
    const words = Uint32Array.from({ length: 1500 }, () => random.nextUint32());
    expect([...words.subarray(0, 5)]).toEqual(first);
    expect(kept(words)).toBe(all);
  });

  it.each(golden.randomState)("permutes as numpy does for seed $seed.", ({ seed, permutations }) => {
    for (const [n, expected] of Object.entries(permutations)) {
      expect(kept(new RandomState(seed).permutation(Number(n)))).toEqual(expected);
    }
  });

  it("draws nothing for an interval of one value.", () => {
    const random = new RandomState(3);
    expect(random.interval(0)).toBe(0);
    expect(random.nextUint32()).toBe(new RandomState(3).nextUint32());
  });

  it("reaches both ends of an interval and of the full 32-bit range.", () => {
    const random = new RandomState(5);
    const seen = new Set(Array.from({ length: 200 }, () => random.interval(2)));
    expect([...seen].sort()).toEqual([0, 1, 2]);
    expect(new RandomState(5).interval(0xffffffff)).toBe(new RandomState(5).nextUint32());
  });

  it("permutes a copy and leaves the given array alone.", () => {
    const values = Uint32Array.of(7, 8, 9, 10, 11);
    const permuted = new RandomState(0).permuted(values);
    expect([...values]).toEqual([7, 8, 9, 10, 11]);
    expect([...permuted].sort((a, b) => a - b)).toEqual([7, 8, 9, 10, 11]);
    expect([...permuted]).not.toEqual([...values]);
  });
});

describe("approximateMode", () => {
  it.each(golden.approximateMode)("draws $draws of $counts with seed $seed as scikit-learn does.", (given) => {
    const random = new RandomState(given.seed);
    expect([...approximateMode(Uint32Array.from(given.counts), given.draws, random)]).toEqual(given.drawn);
  });
});
