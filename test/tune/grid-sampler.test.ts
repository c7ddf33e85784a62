import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choice, float, int } from "../../src/model-selection/distributions.js";
import type { FrozenTrial } from "../../src/tune/frozen-trial.js";
import { GridSampler } from "../../src/tune/grid-sampler.js";
import { drawAll, optimize, studyOf, trialOf } from "./trials.js";

const space = { x: float(-1, 1), n: int(1, 5), c: choice(["a", null]) };
const grid = { x: [-1, 0, 0.5], n: [1, 4], c: ["a", null] };
const keyOf = ({ internals }: FrozenTrial) => JSON.stringify([...internals].sort());

describe("GridSampler", () => {
  it("visits every combination once, in an order of the seed's, and then says that it is exhausted.", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (randomState) => {
        const sampler = new GridSampler(grid, { randomState });
        const trials = optimize(sampler, space, () => 0, sampler.length);
        expect(sampler.length).toBe(12);
        expect(new Set(trials.map(keyOf)).size).toBe(12);
        expect(trials.map((_, i) => sampler.isExhausted(studyOf(trials.slice(0, i))))).toEqual(trials.map(() => false));
        expect(sampler.isExhausted(studyOf(trials))).toBe(true);
      }),
      { numRuns: 20 },
    );
    const first = (randomState: number) =>
      optimize(new GridSampler(grid, { randomState }), space, () => 0, 12).map(keyOf);
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it("gives trials that run at once different combinations, in whatever order they draw their parameters.", () => {
    const samplers = [new GridSampler(grid, { randomState: 5 }), new GridSampler(grid, { randomState: 5 })];
    const steps = Array.from({ length: 12 }, (_, number) =>
      Object.keys(space).map((name) => ({ number, name })),
    ).flat();
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        const drawn = Array.from({ length: 12 }, (): Record<string, number> => ({}));
        const now = () => drawn.map((internals, number) => trialOf(number, space, { state: "running", internals }));
        for (const { number, name } of shuffled) {
          const distribution = space[name as keyof typeof space];
          drawn[number]![name] = samplers[number % 2]!.drawAlone(studyOf(now()), number, name, distribution);
        }
        expect(new Set(now().map(keyOf)).size).toBe(12);
      }),
      { numRuns: 30 },
    );
  });

  it("goes on with what is left where a study has trials already, and counts failed ones as visited.", () => {
    const internals = { x: 0.5, n: 4, c: 1 };
    const before = [
      trialOf(0, space, { internals: { x: 0.25, n: 2, c: 0 } }),
      trialOf(1, space, { state: "failed", internals }),
    ];
    const sampler = new GridSampler(grid, { randomState: 0 });
    const trials = [...before];
    while (!sampler.isExhausted(studyOf(trials))) {
      trials.push(
        trialOf(trials.length, space, { internals: drawAll(sampler, studyOf(trials), trials.length, space) }),
      );
    }
    expect(trials).toHaveLength(13);
    expect(trials.filter((trial) => keyOf(trial) === keyOf(before[1]!))).toHaveLength(1);
  });

  it("tries again what was begun and never finished, when all else has been visited.", () => {
    const sampler = new GridSampler(grid, { randomState: 3 });
    const trials = optimize(sampler, space, () => 0, 12).map((trial) =>
      trial.number === 4 || trial.number === 7 ? { ...trial, state: "running" as const } : trial,
    );
    const abandoned = [keyOf(trials[4]!), keyOf(trials[7]!)];
    while (!sampler.isExhausted(studyOf(trials))) {
      const internals = drawAll(sampler, studyOf(trials), trials.length, space);
      const next = trialOf(trials.length, space, { internals });
      expect(abandoned).toContain(keyOf(next));
      trials.push(next);
    }
    expect(trials).toHaveLength(14);
    const beyond = trialOf(14, space, { internals: drawAll(sampler, studyOf(trials), 14, space) });
    expect(trials.slice(0, 12).map(keyOf)).toContain(keyOf(beyond));
  });

  it("keeps to what a trial has drawn already, were it by another sampler.", () => {
    const sampler = new GridSampler(grid, { randomState: 0 });
    const trials = optimize(sampler, space, () => 0, 10);
    const left = optimize(sampler, space, () => 0, 12).slice(10);
    for (const { internals } of left) {
      const begun = trialOf(10, space, { state: "running", internals: { x: internals.get("x")! } });
      const n = sampler.drawAlone(studyOf([...trials, begun]), 10, "n", space.n);
      const sameX = left.filter((trial) => trial.internals.get("x") === internals.get("x"));
      expect(sameX.map((trial) => trial.internals.get("n"))).toContain(n);
    }
  });

  it("refuses grids and parameters that are none, in one sentence.", () => {
    expect(() => new GridSampler({})).toThrow("grid of GridSampler must be a record of arrays of values; got none");
    expect(() => new GridSampler([1] as never)).toThrow(
      "grid of GridSampler must be a record of arrays of values; got an array of 1",
    );
    expect(() => new GridSampler({ x: [] })).toThrow(
      "x of GridSampler's grid must be an array of at least one value; got an array of 0",
    );
    const long = Array.from({ length: 1001 }, (_, i) => i);
    expect(() => new GridSampler({ x: long, y: long })).toThrow(
      "grid of GridSampler must have at most 1000000 combinations; got 1002001",
    );
    expect(() => new GridSampler(grid, { randomState: -1 })).toThrow(
      "randomState of GridSampler must be null or an integer",
    );
    const sampler = new GridSampler({ x: [2], n: [1] });
    expect(() => sampler.drawAlone(studyOf([]), 0, "y", float(0, 1))).toThrow(
      "y must be a parameter of GridSampler's grid, which has x, n",
    );
    expect(() => sampler.drawAlone(studyOf([]), 0, "x", float(0, 1))).toThrow("x must be a number from 0 to 1; got 2");
  });

  it("counts values that are given twice once.", () => {
    expect(new GridSampler({ x: [1, 1, 2], y: [0, 0] }).length).toBe(2);
  });
});
