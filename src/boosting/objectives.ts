/**
 * What gradient boosting can minimise, under XGBoost's names and with its meaning (3.4; src/objective and
 * https://xgboost.readthedocs.io/en/stable/parameter.html#learning-task-parameters).
 */
import { InvalidParameterError } from "../core/errors.js";
import {
  absoluteErrorGradients,
  absoluteErrorScale,
  logisticGradients,
  poissonGradients,
  pseudoHuberGradients,
  softprobGradients,
  squaredErrorGradients,
} from "../kernels/boosting-gradients.js";
import type { Kernel } from "../kernels/kernel.js";
import type { EvalMetricName } from "./eval-metrics.js";
import {
  absoluteErrorIntercept,
  clippedLogit,
  type InterceptData,
  logisticIntercept,
  logPriors,
  pseudoHuberIntercept,
  sampleMean,
} from "./initial-margins.js";

export type ObjectiveName =
  | "multi:softprob"
  | "binary:logistic"
  | "reg:squarederror"
  | "reg:absoluteerror"
  | "reg:pseudohubererror"
  | "count:poisson";

/** The parameters that objectives read. */
export interface ObjectiveParams {
  /** Weight of the positive class (binary:logistic). */
  readonly scalePosWeight: number;
  /** Where the pseudo-Huber error turns from a parabola into lines, in the unit of y. */
  readonly huberSlope: number;
  /** Bound of a leaf's value before the learning rate; 0: none; null: the objective's default. */
  readonly maxDeltaStep: number | null;
}

export interface Objective {
  /** Takes `gradientArgs`. */
  readonly gradients: Kernel;
  /** The number of its own that `gradients` takes. */
  readonly own: (params: ObjectiveParams) => number;
  /** Where this is not null, that number is what this kernel (`scaleArgs`) finds in each round, before `gradients`. */
  readonly scale: Kernel | null;
  /** Metric of eval sets where none is asked for. */
  readonly evalMetric: EvalMetricName;
  /** What maxDeltaStep null means: 0.7 for counts, else 0 (no bound). */
  readonly maxDeltaStep: number;
  /** Completes "y must be ...". */
  readonly expectedTarget: string;
  readonly allowsTarget: (y: number) => boolean;
  /** Predictions f64[rows][outputs], row by row, of margins f32[outputs][rows]. */
  readonly predictions: (margins: Float32Array, outputs: number) => Float64Array;
  /** XGBoost's automatic base_score, in the space of margins, one an output. The weights must not all be 0. */
  readonly initialMargins: (data: InterceptData, outputs: number, params: ObjectiveParams) => Float32Array;
  /** Completes "baseScore must be ...". */
  readonly expectedBaseScore: string;
  readonly allowsBaseScore: (baseScore: number) => boolean;
  /** Margin of a base_score that is allowed, in f32. */
  readonly marginOf: (baseScore: number) => number;
  /** The base_score (f32) whose margin is this one. */
  readonly baseScoreOf: (margin: number) => number;
}

const one = (margin: number): Float32Array => Float32Array.of(margin);
const log = (x: number): number => Math.fround(Math.log(Math.fround(x)));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

const mapped =
  (transform: (margin: number) => number) =>
  (margins: Float32Array): Float64Array =>
    Float64Array.from(margins, transform);

function softmax(margins: Float32Array, outputs: number): Float64Array {
  const rows = margins.length / outputs;
  const shares = new Float64Array(margins.length);
  for (let row = 0; row < rows; row++) {
    let highest = -Infinity;
    for (let k = 0; k < outputs; k++) highest = Math.max(highest, margins[k * rows + row]!);
    let sum = 0;
    for (let k = 0; k < outputs; k++) {
      const e = Math.exp(margins[k * rows + row]! - highest);
      shares[row * outputs + k] = e;
      sum += e;
    }
    for (let k = 0; k < outputs; k++) shares[row * outputs + k]! /= sum;
  }
  return shares;
}

/**
 * The f32 probability whose clipped logit is the margin, or comes closest: rounding in that logit can move it by a unit or two
 * in the last place, which near 1 is much in margins.
 */
function probabilityOf(margin: number): number {
  const [bits] = new Uint32Array(Float32Array.of(sigmoid(margin)).buffer);
  const nearby = new Float32Array(Int32Array.of(0, 1, -1, 2, -2).map((step) => Math.max(0, bits! + step)).buffer);
  const distance = (p: number) => Math.abs(clippedLogit(p) - margin);
  return nearby.reduce((best, p) => (distance(p) < distance(best) ? p : best));
}

const fitsF32 = (y: number): boolean => Number.isFinite(Math.fround(y));

const identity = {
  predictions: mapped((z) => z),
  expectedBaseScore: "a finite number",
  allowsBaseScore: fitsF32,
  marginOf: Math.fround,
  baseScoreOf: Math.fround,
};
const plain = { own: () => 0, scale: null, maxDeltaStep: 0 };
const anyNumber = { expectedTarget: "finite numbers in f32", allowsTarget: fitsF32 };

export const objectives: Readonly<Record<ObjectiveName, Objective>> = {
  "multi:softprob": {
    ...identity,
    ...plain,
    gradients: softprobGradients,
    evalMetric: "mlogloss",
    expectedTarget: "positions of classes",
    allowsTarget: (y) => Number.isInteger(y) && y >= 0,
    predictions: softmax,
    initialMargins: logPriors,
  },
  "binary:logistic": {
    ...plain,
    gradients: logisticGradients,
    own: (params) => params.scalePosWeight,
    evalMetric: "logloss",
    expectedTarget: "0 or 1",
    allowsTarget: (y) => y === 0 || y === 1,
    predictions: mapped(sigmoid),
    initialMargins: (data, _, params) => one(clippedLogit(logisticIntercept(data, params.scalePosWeight))),
    expectedBaseScore: "a probability, 0 to 1",
    allowsBaseScore: (p) => p >= 0 && p <= 1,
    marginOf: clippedLogit,
    baseScoreOf: probabilityOf,
  },
  "reg:squarederror": {
    ...identity,
    ...plain,
    ...anyNumber,
    gradients: squaredErrorGradients,
    evalMetric: "rmse",
    initialMargins: (data) => one(sampleMean(data)),
  },
  "reg:absoluteerror": {
    ...identity,
    ...plain,
    ...anyNumber,
    gradients: absoluteErrorGradients,
    scale: absoluteErrorScale,
    evalMetric: "mae",
    initialMargins: (data) => one(absoluteErrorIntercept(data)),
  },
  "reg:pseudohubererror": {
    ...identity,
    ...plain,
    ...anyNumber,
    gradients: pseudoHuberGradients,
    own: (params) => params.huberSlope,
    evalMetric: "mphe",
    initialMargins: (data, _, params) => one(pseudoHuberIntercept(data, params.huberSlope)),
  },
  "count:poisson": {
    ...plain,
    gradients: poissonGradients,
    own: (params) => params.maxDeltaStep ?? 0.7,
    evalMetric: "poisson-nloglik",
    maxDeltaStep: 0.7,
    expectedTarget: "finite numbers >= 0",
    allowsTarget: (y) => y >= 0 && fitsF32(y),
    predictions: mapped(Math.exp),
    initialMargins: (data) => one(log(sampleMean(data))),
    expectedBaseScore: "a finite number > 0",
    allowsBaseScore: (mean) => mean > 0 && fitsF32(mean),
    marginOf: log,
    baseScoreOf: (z) => Math.fround(Math.exp(z)),
  },
};

/**
 * Margins, one an output, of a user's baseScore, which is in the space of predictions as in XGBoost (margins for
 * multi:softprob).
 *
 * @throws InvalidParameterError for what cannot be a prediction of the objective
 */
export function marginsOfBaseScore(baseScore: number, name: ObjectiveName, outputs: number): Float32Array {
  const objective = objectives[name];
  if (!objective.allowsBaseScore(baseScore)) {
    const expected = objective.expectedBaseScore;
    throw new InvalidParameterError(`baseScore must be ${expected} for ${name}; got ${baseScore}`, "baseScore");
  }
  return new Float32Array(outputs).fill(objective.marginOf(baseScore));
}
