import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marginsOfBaseScore, type ObjectiveName, objectives } from "../../src/boosting/objectives.js";
import { InvalidParameterError } from "../../src/core/errors.js";

interface BaseScore {
  objective: ObjectiveName;
  outputs: number;
  params: { scale_pos_weight?: number; huber_slope?: number };
  targets: number[];
  weights: number[] | null;
  baseScore: number[];
  margins: number[];
}
interface Metrics {
  objective: ObjectiveName;
  outputs: number;
  margins: number[];
  predictions: number[];
}
const golden: {
  baseScores: BaseScore[];
  userBaseScores: { objective: ObjectiveName; baseScore: number; margins: number[] }[];
  metrics: Metrics[];
} = JSON.parse(readFileSync(new URL("../golden/boosting-objectives.json", import.meta.url), "utf8"));

const names = Object.keys(objectives) as ObjectiveName[];

describe.each(names)("%s", (name) => {
  const objective = objectives[name];

  it("starts at the margins of XGBoost 3.4.1, weighted or not, to the bit", () => {
    const ofName = golden.baseScores.filter((one) => one.objective === name);
    expect(ofName.length).toBe(8);
    for (const { outputs, params, targets, weights, margins, baseScore } of ofName) {
      const data = {
        targets: Float32Array.from(targets),
        weights: weights === null ? null : Float32Array.from(weights),
      };
      const { scale_pos_weight: scalePosWeight = 1, huber_slope: huberSlope = 1 } = params;
      const found = objective.initialMargins(data, outputs, { scalePosWeight, huberSlope, maxDeltaStep: null });
      expect(found).toEqual(Float32Array.from(margins));
      // The base_score that goes into a file means the same margin to XGBoost.
      expect(baseScore.map((score) => objective.marginOf(score))).toEqual(Array.from(found));
      expect(Array.from(found, (z) => objective.marginOf(objective.baseScoreOf(z)))).toEqual(Array.from(found));
    }
  });

  it("gives a baseScore the margin that XGBoost 3.4.1 gives it", () => {
    const ofName = golden.userBaseScores.filter((one) => one.objective === name);
    expect(ofName.length).toBeGreaterThan(0);
    for (const { baseScore, margins } of ofName) {
      expect(marginsOfBaseScore(baseScore, name, margins.length)).toEqual(Float32Array.from(margins));
    }
  });

  it("refuses a baseScore that is no number", () => {
    expect(() => marginsOfBaseScore(Number.NaN, name, 1)).toThrow(InvalidParameterError);
  });

  it("predicts what XGBoost 3.4.1 predicts from the same margins", () => {
    for (const { outputs, margins, predictions } of golden.metrics.filter((one) => one.objective === name)) {
      const found = objective.predictions(Float32Array.from(margins), outputs);
      expect(found.length).toBe(predictions.length);
      found.forEach((p, i) => {
        expect(Math.abs(p - predictions[i]!)).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(p), 1e-3));
      });
    }
  });
});

describe("objectives", () => {
  it("say in one sentence which baseScore they take", () => {
    expect(() => marginsOfBaseScore(1.5, "binary:logistic", 1)).toThrow(
      "baseScore must be a probability, 0 to 1 for binary:logistic; got 1.5",
    );
    expect(() => marginsOfBaseScore(0, "count:poisson", 1)).toThrow(
      "baseScore must be a finite number > 0 for count:poisson; got 0",
    );
  });

  it("know the targets that they can learn", () => {
    const accepted = (name: ObjectiveName) => [0, 1, 2, -1, 0.5, Number.NaN].map(objectives[name].allowsTarget);
    expect(accepted("binary:logistic")).toEqual([true, true, false, false, false, false]);
    expect(accepted("multi:softprob")).toEqual([true, true, true, false, false, false]);
    expect(accepted("count:poisson")).toEqual([true, true, true, false, true, false]);
    expect(accepted("reg:squarederror")).toEqual([true, true, true, true, true, false]);
  });

  it("hold back the leaves of counts by 0.7, and the hessians with them, unless told otherwise", () => {
    const params = { scalePosWeight: 2, huberSlope: 3, maxDeltaStep: null };
    expect(names.map((name) => objectives[name].maxDeltaStep)).toEqual([0, 0, 0, 0, 0, 0.7]);
    expect(objectives["count:poisson"].own(params)).toBe(0.7);
    expect(objectives["count:poisson"].own({ ...params, maxDeltaStep: 0 })).toBe(0);
  });

  it("find a base_score for every margin of a probability that f32 can tell from its neighbours'", () => {
    const { marginOf, baseScoreOf } = objectives["binary:logistic"];
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (p) => {
        const margin = marginOf(p);
        expect(marginOf(baseScoreOf(margin))).toBe(margin);
      }),
      { numRuns: 2000 },
    );
  });

  it("predict probabilities that sum to 1 whatever the margins", () => {
    const margins = fc.array(
      fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -1e30, max: 1e30, noNaN: true })),
      { minLength: 4, maxLength: 4 },
    );
    fc.assert(
      fc.property(margins, (z) => {
        const shares = objectives["multi:softprob"].predictions(Float32Array.from(z), 4);
        expect(shares.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      }),
    );
  });
});
