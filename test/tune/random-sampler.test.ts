import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains } from "../../src/model-selection/distributions.js";
import { RandomSampler } from "../../src/tune/random-sampler.js";
import { space } from "./golden.js";
import { drawAll, studyOf } from "./trials.js";

describe("RandomSampler", () => {
  it("draws values of the distributions, the same for the same seed and number, whatever else is drawn.", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 1000 }), (randomState, number) => {
        const drawn = drawAll(new RandomSampler({ randomState }), studyOf([]), number, space);
        for (const [name, distribution] of Object.entries(space)) {
          expect(contains(distribution, drawn[name]!)).toBe(true);
        }
        const sampler = new RandomSampler({ randomState });
        const backwards = Object.entries(space).reverse();
        const again = backwards.map(([name, each]) => [name, sampler.drawAlone(studyOf([]), number, name, each)]);
        expect(Object.fromEntries(again)).toEqual(drawn);
      }),
      { numRuns: 50 },
    );
  });

  it("draws different values for other numbers, names and seeds.", () => {
    const draw = (randomState: number, number: number, name: string) =>
      new RandomSampler({ randomState }).drawAlone(studyOf([]), number, name, space.f);
    expect(new Set([draw(0, 0, "x"), draw(0, 0, "y"), draw(0, 1, "x"), draw(1, 0, "x")]).size).toBe(4);
  });

  it("draws a seed of its own where none is given, and tells it.", () => {
    const sampler = new RandomSampler();
    expect(new RandomSampler().randomState).not.toBe(sampler.randomState);
    const same = new RandomSampler({ randomState: sampler.randomState });
    expect(drawAll(same, studyOf([]), 3, space)).toEqual(drawAll(sampler, studyOf([]), 3, space));
  });

  it("refuses options out of range in one sentence.", () => {
    expect(() => new RandomSampler({ randomState: -1 })).toThrow(
      "randomState of RandomSampler must be null or an integer >= 0 and <= 4294967295; got -1",
    );
    expect(() => new RandomSampler({ seed: 1 } as never)).toThrow("RandomSampler has no parameter 'seed'");
  });
});
