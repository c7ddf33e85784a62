import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { averagePrecisionScore } from "../../src/metrics/average-precision-score.js";
import { type CalibrationCurveOptions, calibrationCurve } from "../../src/metrics/calibration-curve.js";
import { expectClose } from "./goldens.js";

interface Golden {
  readonly data: Readonly<Record<string, { readonly yTrue: readonly number[]; readonly yProb: readonly number[] }>>;
  readonly curves: readonly {
    readonly on: string;
    readonly options: CalibrationCurveOptions;
    readonly probTrue: readonly number[];
    readonly probPred: readonly number[];
  }[];
  readonly areas: readonly {
    readonly on: string;
    readonly weight: readonly number[] | null;
    readonly options: { readonly posLabel?: string };
    readonly expected: number;
  }[];
}

/** Values of scikit-learn 1.9.1; made by test/golden/make/calibration.py. */
const golden: Golden = JSON.parse(readFileSync(new URL("../golden/calibration.json", import.meta.url), "utf8"));

test("calibrationCurve equals scikit-learn's calibration_curve in every golden case.", () => {
  expect(golden.curves.length).toBeGreaterThanOrEqual(80);
  for (const { on, options, probTrue, probPred } of golden.curves) {
    const { yTrue, yProb } = golden.data[on]!;
    const { counts, ...curve } = calibrationCurve(yTrue, yProb, options);
    expectClose(curve, { probTrue, probPred }, `${on} ${JSON.stringify(options)}`);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(yTrue.length);
  }
});

test("averagePrecisionScore equals scikit-learn's in every golden case.", () => {
  expect(golden.areas.length).toBeGreaterThanOrEqual(16);
  for (const { on, weight, options, expected } of golden.areas) {
    const { yTrue, yProb } = golden.data[on]!;
    const score = averagePrecisionScore(yTrue, yProb, { ...options, sampleWeight: weight ?? undefined });
    expectClose(score, expected, `${on}${weight === null ? "" : " weighted"}`);
  }
});

test("The points of a calibration curve, each counted by its rows, have the means of all rows.", () => {
  const rows = fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 });
  const bins = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(rows, bins, fc.constantFrom("uniform", "quantile"), (pairs, nBins, strategy) => {
      const [y, p] = [pairs.map(([label]) => label), pairs.map(([, probability]) => probability)];
      const { probTrue, probPred, counts } = calibrationCurve(y, p, { nBins, strategy });
      const total = (values: readonly number[]) => values.reduce((sum, value, i) => sum + value * counts[i]!, 0);
      expect(total(probTrue)).toBeCloseTo(y.filter(Boolean).length, 9);
      expect(total(probPred)).toBeCloseTo(
        p.reduce((sum, value) => sum + value, 0),
        9,
      );
    }),
  );
});

test("calibrationCurve takes the second of two columns, and refuses what is no probability of two classes.", () => {
  const two = [
    [0.9, 0.1],
    [0.2, 0.8],
  ];
  expect(calibrationCurve([0, 1], two)).toEqual(calibrationCurve([0, 1], [0.1, 0.8]));
  expect(() => calibrationCurve([0, 1], [0.1, 1.5])).toThrow("in [0, 1]; got 1.5 in row 1");
  expect(() => calibrationCurve([0, 1, 2], [0, 0, 0])).toThrow(InvalidDataError);
  expect(() => calibrationCurve(["a", "b"], [0, 1])).toThrow("posLabel must be given");
  for (const nBins of [0, 2.5, Number.NaN]) {
    expect(() => calibrationCurve([0, 1], [0, 1], { nBins })).toThrow(InvalidParameterError);
  }
});
