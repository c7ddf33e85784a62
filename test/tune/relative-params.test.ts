import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choice, float } from "../../src/model-selection/distributions.js";
import { observationsOf } from "../../src/tune/observations.js";
import { relativeParamsAttrs, relativeParamsOf } from "../../src/tune/relative-params.js";
import { trialOf } from "./trials.js";

const x = float(0, 1);

describe("relativeParamsAttrs", () => {
  it("writes what Optuna reads: JSON in ASCII, in pieces of at most 2045 characters.", () => {
    const draws = new Map([["x", { distribution: x, internal: 0.5 }]]);
    expect([...relativeParamsAttrs(draws)]).toEqual([["tpe:relative_params:0", '{"x":0.5}']]);
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary", maxLength: 900 })), (values) => {
        const entries = Object.entries(values).map(
          ([name, value]) => [name, { distribution: choice([value]), internal: 0 }] as const,
        );
        const attrs = relativeParamsAttrs(new Map(entries));
        for (const piece of attrs.values()) expect(piece).toMatch(/^[\0-\x7f]{1,2045}$/);
        const trial = trialOf(0, {}, { systemAttrs: Object.fromEntries(attrs) });
        expect(relativeParamsOf(trial)).toEqual(new Map(Object.entries(values)));
      }),
      { numRuns: 50 },
    );
  });

  it("reads what cannot be read as nothing.", () => {
    const read = (...pieces: readonly string[]) =>
      relativeParamsOf(
        trialOf(0, {}, { systemAttrs: Object.fromEntries(pieces.map((piece, i) => [`tpe:relative_params:${i}`, piece])) }),
      );
    expect(read()).toBeNull();
    expect(read('{"x": 0.')).toBeNull();
    expect(read("NaN")).toBeNull();
    expect(read('{"x": 0.', "5}")).toEqual(new Map([["x", 0.5]]));
  });
});

describe("observationsOf", () => {
  const space = { x, c: choice(["a", "b"]) };
  const columns = new Map(Object.entries(space));

  it("has those trials that have all parameters, in their order.", () => {
    const trials = [
      trialOf(0, space, { internals: { x: 0.1, c: 1 } }),
      trialOf(1, space, { internals: { x: 0.2 } }),
      trialOf(2, space, { internals: { c: 0, x: 0.3 } }),
    ];
    expect(observationsOf(trials, columns)).toEqual([Float64Array.of(0.1, 0.3), Float64Array.of(1, 0)]);
  });

  it("has what a running trial was told to have drawn, unless it is no value of the space.", () => {
    const told = (number: number, values: object, internals = {}) =>
      trialOf(number, space, {
        state: "running",
        internals,
        systemAttrs: { "tpe:relative_params:0": JSON.stringify(values) },
      });
    const trials = [
      told(0, { x: 0.1, c: "b" }),
      told(1, { x: 0.2, c: "z" }),
      told(2, { x: 7, c: "a" }),
      told(3, { x: "0.5", c: "a" }),
      told(4, { x: 0.9, c: "a" }, { x: 0.4 }),
      trialOf(5, space, { systemAttrs: { "tpe:relative_params:0": '{"x":0.1,"c":"b"}' } }),
    ];
    expect(observationsOf(trials, columns)).toEqual([Float64Array.of(0.1, 0.4), Float64Array.of(1, 0)]);
  });

  it("leaves out what today's distribution cannot make sense of.", () => {
    const then = { x: float(-1, 1), c: choice(["a", "b", "c"]) };
    const trials = [
      trialOf(0, then, { internals: { x: -0.5, c: 1 } }),
      trialOf(1, then, { internals: { x: 0.5, c: 2 } }),
      trialOf(2, then, { internals: { x: 0.7, c: 0 } }),
    ];
    const now = new Map(Object.entries({ x: float(1e-3, 1, { log: true }), c: choice(["a", "b"]) }));
    expect(observationsOf(trials, now)).toEqual([Float64Array.of(0.7), Float64Array.of(0)]);
  });
});
