import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Json = number | string | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface GoldenData {
  readonly yTrue: readonly (number | string | boolean)[];
  readonly yPred: readonly (number | string | boolean)[];
  readonly yScore: readonly number[];
  readonly yProba: readonly (readonly number[])[];
  readonly weight: readonly number[];
}

export type Output = "yPred" | "yScore" | "yProba";

interface GoldenFile {
  readonly data: Readonly<Record<string, GoldenData>>;
  readonly cases: readonly {
    readonly metric: string;
    readonly on: string;
    readonly output: Output;
    readonly weighted: boolean;
    readonly options: Readonly<Record<string, Json>>;
    readonly expected: Json;
  }[];
  readonly scored: readonly {
    readonly scorer: string;
    readonly on: string;
    readonly output: Output;
    readonly expected: number;
  }[];
}

/** Values of scikit-learn 1.9.1; made by test/golden/make/metrics.py. */
export const goldens: GoldenFile = JSON.parse(
  readFileSync(new URL("../golden/metrics.json", import.meta.url), "utf8"),
  (_, value) => (value === "NaN" ? Number.NaN : value === "Infinity" ? Number.POSITIVE_INFINITY : value),
);

/** Asserts that two values have one shape and that their numbers agree to 1e-12 (relative above 1). */
export function expectClose(actual: unknown, expected: Json, path = "value"): void {
  if (typeof expected === "number" && Number.isFinite(expected)) {
    expect(typeof actual, path).toBe("number");
    const error = Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected));
    expect(error, `${path}: got ${actual}, expected ${expected}`).toBeLessThanOrEqual(1e-12);
  } else if (typeof expected === "object" && expected !== null) {
    const got = actual as Readonly<Record<string, unknown>>;
    expect(Object.keys(got).sort(), path).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expectClose(got[key], value, `${path}.${key}`);
  } else {
    expect(actual, path).toBe(expected);
  }
}

/** One test that runs every golden case of a metric. */
export function testGoldens<Y, O, Options>(
  metric: string,
  ours: (yTrue: Y, output: O, options: Options) => unknown,
  atLeast: number,
): void {
  test(`${metric} equals scikit-learn's value in every golden case.`, () => {
    const cases = goldens.cases.filter((one) => one.metric === metric);
    expect(cases.length).toBeGreaterThanOrEqual(atLeast);
    for (const { on, output, weighted, options, expected } of cases) {
      const data = goldens.data[on]!;
      const all = weighted ? { ...options, sampleWeight: data.weight } : options;
      const value = ours(data.yTrue as Y, data[output] as O, all as Options);
      expectClose(value, expected, `${metric} on ${on}${weighted ? " weighted" : ""} ${JSON.stringify(options)}`);
    }
  });
}
