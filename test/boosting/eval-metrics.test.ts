import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type EvalMetricName, evalMetricOf, evalMetrics } from "../../src/boosting/eval-metrics.js";
import { logGamma } from "../../src/boosting/log-gamma.js";
import { type ObjectiveName, objectives } from "../../src/boosting/objectives.js";
import { InvalidParameterError } from "../../src/core/errors.js";

interface Golden {
  objective: ObjectiveName;
  outputs: number;
  params: { huber_slope?: number };
  targets: number[];
  weights: number[] | null;
  margins: number[];
  values: Partial<Record<EvalMetricName, number>>;
}
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL("../golden/boosting-objectives.json", import.meta.url), "utf8"),
).metrics;

const names = Object.keys(evalMetrics) as EvalMetricName[];

describe.each(names)("Metric %s", (name) => {
  it("agrees with XGBoost 3.4.1, which sums f32, weighted or not", () => {
    const ofName = goldens.filter(({ values }) => name in values);
    expect(ofName.length).toBeGreaterThanOrEqual(4);
    for (const { objective, outputs, params, targets, weights, margins, values } of ofName) {
      const found = evalMetricOf(name, outputs).evaluate({
        predictions: objectives[objective].predictions(Float32Array.from(margins), outputs),
        outputs,
        targets: Float32Array.from(targets),
        weights: weights === null ? undefined : Float64Array.from(weights),
        huberSlope: params.huber_slope ?? 1,
      });
      const expected = values[name]!;
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected));
    }
  });
});

const data = (predictions: number[], targets: number[], outputs = 1) => ({
  predictions: Float64Array.from(predictions),
  outputs,
  targets: Float32Array.from(targets),
  weights: undefined,
  huberSlope: 1,
});

describe("evalMetricOf", () => {
  it("takes a function under its own name, lower being better unless it says so", () => {
    const spread = (yTrue: ArrayLike<number>, predictions: Float64Array) => predictions[0]! - yTrue[0]!;
    const metric = evalMetricOf(spread, 1);
    expect([metric.name, metric.greaterIsBetter, metric.evaluate(data([5], [2]))]).toEqual(["spread", false, 3]);
    const best = evalMetricOf(
      Object.assign(() => 1, { greaterIsBetter: true }),
      1,
    );
    expect([best.name, best.greaterIsBetter]).toEqual(["custom", true]);
  });

  it("refuses names that it does not know, and metrics that cannot judge so many outputs", () => {
    expect(() => evalMetricOf("toString", 1)).toThrow(InvalidParameterError);
    expect(() => evalMetricOf("rmse", 3)).toThrow(
      'evalMetric must be "auc", "mlogloss", "merror" or a function for a model with 3 outputs; got "rmse"',
    );
    expect(() => evalMetricOf("merror", 1)).toThrow("for a model with 1 output; got");
  });

  it("knows that of all metrics only the area under the curve is better when greater", () => {
    expect(names.filter((name) => evalMetrics[name].greaterIsBetter)).toEqual(["auc"]);
  });

  it("gives no area under the curve where one class alone occurs, and leaves out a third one that does not", () => {
    expect(evalMetricOf("auc", 1).evaluate(data([0.1, 0.7], [1, 1]))).toBeNaN();
    const shares = [0.6, 0.3, 0.1, 0.3, 0.6, 0.1, 0.3, 0.3, 0.4];
    expect(evalMetricOf("auc", 3).evaluate(data(shares, [0, 1, 0], 3))).toBeCloseTo((2 * 0.75 + 1 * 1) / 3, 12);
  });

  it("counts a probability of one half as the negative class, and the first of equal shares as the guess", () => {
    expect(evalMetricOf("error", 1).evaluate(data([0.5, 0.5], [0, 1]))).toBe(0.5);
    expect(evalMetricOf("merror", 2).evaluate(data([0.5, 0.5, 0.5, 0.5], [0, 1], 2))).toBe(0.5);
  });

  it("keeps the logarithm of a probability of 0 finite", () => {
    expect(evalMetricOf("mlogloss", 2).evaluate(data([0, 1], [0], 2))).toBeCloseTo(16 * Math.LN10, 10);
  });
});

describe("logGamma", () => {
  it("is the logarithm of the factorial", () => {
    let logFactorial = 0;
    for (let n = 1; n < 200; n++) {
      expect(Math.abs(logGamma(n) - logFactorial)).toBeLessThan(1e-11 * Math.max(1, logFactorial));
      logFactorial += Math.log(n);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 11);
  });
});
