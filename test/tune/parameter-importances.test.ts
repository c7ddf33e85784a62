import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidParameterError } from "../../src/core/errors.js";
import { choice, type Distribution, float, int } from "../../src/model-selection/distributions.js";
import type { FrozenTrial, TrialState } from "../../src/tune/frozen-trial.js";
import { gridDensity } from "../../src/tune/grid-density.js";
import { parameterImportances } from "../../src/tune/parameter-importances.js";
import type { Direction } from "../../src/tune/sampler.js";
import { trialOf } from "./trials.js";

/** Values of Optuna 5.0.0; made by test/golden/make/importances.py. */
const golden: readonly {
  readonly name: string;
  readonly direction: Direction;
  readonly targetQuantile: number;
  readonly evaluateOnLocal: boolean;
  readonly spaces: readonly Readonly<Record<string, Distribution>>[];
  /** Each with its internal numbers in the order of the parameters of its space. */
  readonly trials: readonly (readonly [TrialState, number | "inf" | "-inf" | null, space: number, ...number[]])[];
  readonly importances: Readonly<Record<string, number>>;
}[] = JSON.parse(readFileSync(new URL("../golden/importances.json", import.meta.url), "utf8"));

const INFINITIES = { inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };

function goldenTrials({ spaces, trials }: (typeof golden)[number]): FrozenTrial[] {
  return trials.map(([state, value, place, ...numbers], number) => {
    const space = spaces[place]!;
    const internals = Object.fromEntries(Object.keys(space).map((name, i) => [name, numbers[i]!]));
    return trialOf(number, space, { state, value: typeof value === "string" ? INFINITIES[value] : value, internals });
  });
}

describe("parameterImportances", () => {
  it.each(golden.map((one) => [one.name, one] as const))("gives Optuna's importances for %s.", (_, expected) => {
    const { direction, targetQuantile, evaluateOnLocal } = expected;
    const study = { direction, trials: goldenTrials(expected) };
    const importances = parameterImportances(study, { targetQuantile, evaluateOnLocal });
    expect([...importances.keys()].sort()).toEqual(Object.keys(expected.importances).sort());
    for (const [name, share] of importances) {
      expect(Math.abs(share - expected.importances[name]!)).toBeLessThan(1e-9);
    }
  });

  const space = { x: float(-1, 1), n: int(1, 9), kind: choice(["a", "b"]) };
  const study = fc.record({
    direction: fc.constantFrom("minimize" as const, "maximize" as const),
    trials: fc
      .array(
        fc.record({
          x: fc.double({ min: -1, max: 1, noNaN: true }),
          n: fc.integer({ min: 1, max: 9 }),
          kind: fc.integer({ min: 0, max: 1 }),
          value: fc.double({ min: -10, max: 10, noNaN: true }),
        }),
        { minLength: 1, maxLength: 40 },
      )
      .map((drawn) => drawn.map(({ value, ...internals }, i) => trialOf(i, space, { value, internals }))),
  });

  it("gives shares that are not negative, sum to 1 and come largest first.", () => {
    fc.assert(
      fc.property(study, (one) => {
        const shares = [...parameterImportances(one).values()];
        expect(shares).toHaveLength(3);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        expect(shares.toSorted((a, b) => b - a)).toEqual(shares);
      }),
    );
  });

  it("is the same for negated values in the other direction.", () => {
    fc.assert(
      fc.property(study, ({ direction, trials }) => {
        const turned = {
          direction: direction === "minimize" ? ("maximize" as const) : ("minimize" as const),
          trials: trials.map((trial) => ({ ...trial, value: -trial.value! })),
        };
        expect(parameterImportances(turned)).toEqual(parameterImportances({ direction, trials }));
      }),
    );
  });

  it("shares alike where nothing tells good trials apart, and is empty without a complete trial.", () => {
    const one = trialOf(0, space, { value: 1, internals: { x: 0, n: 3, kind: 1 } });
    const thirds = new Map(Object.keys(space).map((name) => [name, 1 / 3]));
    expect(parameterImportances({ direction: "minimize", trials: [one] })).toEqual(thirds);
    const failed = { ...one, state: "failed" as const, value: null };
    expect(parameterImportances({ direction: "minimize", trials: [failed] })).toEqual(new Map());
  });

  it("takes names that objects have by themselves for what they are.", () => {
    const names: Record<string, Distribution> = { constructor: int(0, 9), toString: int(0, 9) };
    const trials = Array.from({ length: 20 }, (_, i) =>
      trialOf(i, names, { value: i, internals: { constructor: i % 10, toString: (i * 7) % 10 } }),
    );
    expect([...parameterImportances({ direction: "minimize", trials }).keys()].sort()).toEqual([
      "constructor",
      "toString",
    ]);
  });

  it.each([0, 1, Number.NaN, -0.1])("refuses a targetQuantile of %s.", (targetQuantile) => {
    const call = () => parameterImportances({ direction: "minimize", trials: [] }, { targetQuantile });
    expect(call).toThrow(InvalidParameterError);
    expect(call).toThrow(
      `targetQuantile of parameterImportances must be a number between 0 and 1; got ${targetQuantile}`,
    );
  });
});

describe("gridDensity", () => {
  it.each([
    ["a float", float(-2, 7), [-2, 0.3, 7], 0],
    ["a float with steps", float(0, 1, { step: 0.25 }), [0.25, 0.25, 1], 1],
    ["a logarithmic float", float(1e-6, 1, { log: true }), [1, 1e-3], 49],
    ["a logarithmic integer", int(1, 1000, { log: true }), [1, 1, 7, 1000], 0],
    ["choices", choice(["a", "b", "c"]), [2, 2, 0], 2],
  ] as const)(
    "shares 1 out over the cells of %s, and more to where the values are.",
    (_, distribution, values, cell) => {
      const density = gridDensity(distribution, values);
      expect(density.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...density)).toBeGreaterThan(0);
      expect(density[cell]).toBeGreaterThan(1 / density.length);
    },
  );
});
