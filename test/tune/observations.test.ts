import { describe, expect, it } from "vitest";
import { choice, type Distribution, float } from "../../src/model-selection/distributions.js";
import type { FrozenTrial } from "../../src/tune/frozen-trial.js";
import { Observations } from "../../src/tune/observations.js";
import { trialOf } from "./trials.js";

const space = { x: float(0, 1), c: choice(["a", "ü"]) };
const columns = new Map(Object.entries(space));

/** The rows of those that have one. */
function rowsOf(space: ReadonlyMap<string, Distribution>, trials: readonly FrozenTrial[]): number[][] {
  const observations = new Observations(space);
  const [rows, width] = [observations.rowsOf(trials), space.size];
  return Array.from(rows, (row) => [...observations.table.subarray(row * width, (row + 1) * width)]);
}

/** A running trial that has told others this, in pieces. */
const telling = (number: number, pieces: readonly string[], internals = {}) =>
  trialOf(number, space, {
    state: "running",
    internals,
    systemAttrs: Object.fromEntries(pieces.map((piece, i) => [`tpe:relative_params:${i}`, piece])),
  });

describe("Observations", () => {
  it("has those trials that have all parameters, in their order.", () => {
    const trials = [
      trialOf(0, space, { internals: { x: 0.1, c: 1 } }),
      trialOf(1, space, { internals: { x: 0.2 } }),
      trialOf(2, space, { internals: { c: 0, x: 0.3 } }),
    ];
    expect(rowsOf(columns, trials)).toEqual([
      [0.1, 1],
      [0.3, 0],
    ]);
  });

  it("has what running trials told to have drawn, of finished ones what they drew.", () => {
    const trials = [
      telling(0, ['{"x": 0.1, "c": "\\u00fc"}']),
      telling(1, ['{"x": 0.2, "c"', ': "a", "other": 3}']),
      telling(2, ['{"x": 0.9, "c": "a"}'], { x: 0.3 }),
      { ...telling(3, ['{"x": 0.4, "c": "a"}']), state: "complete" as const },
    ];
    expect(rowsOf(columns, trials)).toEqual([
      [0.1, 1],
      [0.2, 0],
      [0.3, 0],
    ]);
  });

  it("leaves out running trials that told what cannot be read, or values that the space does not have.", () => {
    const told = [
      '{"x": 0.',
      "NaN",
      "null",
      "[]",
      '{"x": 7, "c": "a"}',
      '{"x": "0.5", "c": "a"}',
      '{"x": 0.5, "c": "b"}',
    ];
    const trials = told.map((piece, number) => telling(number, [piece]));
    expect(rowsOf(columns, trials)).toEqual([]);
  });

  it("leaves out what today's distribution cannot make sense of.", () => {
    const then = { x: float(-1, 1), c: choice(["a", "b", "c"]) };
    const trials = [
      trialOf(0, then, { internals: { x: -0.5, c: 1 } }),
      trialOf(1, then, { internals: { x: 0.5, c: 2 } }),
      trialOf(2, then, { internals: { x: 0.7, c: 0 } }),
    ];
    const now = new Map(Object.entries({ x: float(1e-3, 1, { log: true }), c: choice(["a", "b"]) }));
    expect(rowsOf(now, trials)).toEqual([[0.7, 0]]);
  });

  it("leaves out what is no finite number, and makes room for any number of trials.", () => {
    const numbers = [Number.NaN, Infinity, ...Array.from({ length: 300 }, (_, i) => i)];
    const trials = numbers.map((x, number) => trialOf(number, space, { internals: { x, c: 0 } }));
    expect(rowsOf(columns, trials)).toEqual(numbers.slice(2).map((x) => [x, 0]));
  });
});
