import { describe, expect, it } from "vitest";
import type { FrozenTrial } from "../../src/tune/frozen-trial.js";
import type { Direction } from "../../src/tune/sampler.js";
import { goodTrials, ranksTo, splitTrials as split } from "../../src/tune/split-trials.js";
import { golden } from "./golden.js";
import { trialOf } from "./trials.js";

const splitTrials = (trials: readonly FrozenTrial[], direction: Direction) => split(trials, ranksTo(direction));
const numbers = (trials: readonly FrozenTrial[]) => trials.map(({ number }) => number);
const complete = (values: readonly (number | null)[]) => values.map((value, number) => trialOf(number, {}, { value }));

/** The order in which finished trials count as good: with ten times as many bad ones, one more is good each time. */
function ranking(trials: readonly FrozenTrial[], direction: "minimize" | "maximize" = "minimize"): number[] {
  const worst = { state: "pruned", systemAttrs: { constraints: [1e9] } } as const;
  const order: number[] = [];
  for (let count = 1; count <= trials.length; count++) {
    const padding = Array.from({ length: 10 * count - trials.length }, (_, i) => trialOf(1000 + i, {}, worst));
    const { below } = splitTrials([...trials, ...padding], direction);
    order.push(...numbers(below).filter((number) => !order.includes(number)));
  }
  return order;
}

describe("splitTrials", () => {
  it.each(golden.gamma.map(([n, good]) => ({ n, good })))(
    "takes $good of $n trials as good, as Optuna does.",
    (given) => {
      expect(goodTrials(given.n)).toBe(given.good);
    },
  );

  it("takes the best values, the smallest or the largest as the direction says.", () => {
    const trials = complete([3, 1, 2, 5, 0, 4, 9, 8, 7, 6, 10, 11]);
    expect(numbers(splitTrials(trials, "minimize").below)).toEqual([1, 4]);
    expect(numbers(splitTrials(trials, "maximize").below)).toEqual([10, 11]);
    expect(numbers(splitTrials(trials, "minimize").above)).toEqual([0, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("takes the older one of equals.", () => {
    expect(ranking(complete([1, 0, 1, 0]))).toEqual([1, 3, 0, 2]);
    expect(ranking(complete([1, 0, 1, 0]), "maximize")).toEqual([0, 2, 1, 3]);
  });

  it("takes infinite values in their places and what is no number last.", () => {
    const trials = complete([Number.NaN, Infinity, 0, -Infinity, null]);
    expect(ranking(trials)).toEqual([3, 2, 0, 1, 4]);
    expect(ranking(trials, "maximize")).toEqual([1, 2, 0, 3, 4]);
  });

  it("takes complete trials first, then pruned ones that came further, then those that violate constraints less.", () => {
    const trials = [
      trialOf(0, {}, { value: 0, systemAttrs: { constraints: [2, -9] } }),
      trialOf(1, {}, { value: 0, systemAttrs: { "constraints:a": 0.5, "constraints:b": 0.5, "constraints:c": -4 } }),
      trialOf(2, {}, { state: "pruned" }),
      trialOf(3, {}, { state: "pruned", intermediate: { 4: 1 } }),
      trialOf(4, {}, { state: "pruned", intermediate: { 9: 7, 2: 0 } }),
      trialOf(5, {}, { state: "pruned", intermediate: { 4: 0 } }),
      trialOf(6, {}, { state: "pruned", intermediate: { 4: Number.NaN } }),
      trialOf(7, {}, { value: 99, systemAttrs: { constraints: [0, -1] } }),
      trialOf(8, {}, { value: 98 }),
    ];
    expect(ranking(trials)).toEqual([8, 7, 4, 5, 3, 6, 2, 1, 0]);
    expect(ranking(trials, "maximize")).toEqual([7, 8, 4, 3, 5, 6, 2, 1, 0]);
  });

  it("takes running trials for bad and does not count them.", () => {
    const finished = complete([3, 1, 2]);
    const running = Array.from({ length: 30 }, (_, i) => trialOf(3 + i, {}, { state: "running" }));
    const { below, above } = splitTrials([...finished, ...running], "minimize");
    expect(numbers(below)).toEqual([1]);
    expect(above).toHaveLength(32);
  });

  it("has no good trials where there are none.", () => {
    expect(splitTrials([], "minimize")).toEqual({ below: [], above: [] });
  });
});
