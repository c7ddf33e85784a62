/**
 * Metrics of eval sets, under XGBoost's names and with its meaning
 * (https://xgboost.readthedocs.io/en/stable/parameter.html#learning-task-parameters, eval_metric). They are computed in f64 of f64
 * predictions. XGBoost's are f32, which shows in "logloss" and "auc" where probabilities come near 1: its margins above 17
 * all mean 1.
 */
import { InvalidParameterError } from "../core/errors.js";
import { meanAbsoluteError } from "../metrics/mean-absolute-error.js";
import { rocAucScore } from "../metrics/roc-auc-score.js";
import { rootMeanSquaredError } from "../metrics/root-mean-squared-error.js";
import { weightedMean } from "../metrics/sample-weight.js";
import { logGamma } from "./log-gamma.js";

export type EvalMetricName =
  | "rmse"
  | "mae"
  | "mphe"
  | "poisson-nloglik"
  | "logloss"
  | "error"
  | "auc"
  | "mlogloss"
  | "merror";

/** What a metric judges. */
export interface EvalData {
  /** f64[rows][outputs], row by row: probabilities, counts or values. Of two classes: that of the second. */
  readonly predictions: Float64Array;
  readonly outputs: number;
  /** Position of the class; 0 or 1; y. */
  readonly targets: Float32Array | Float64Array;
  /** undefined: all 1. */
  readonly weights: Float64Array | undefined;
  /** The model's param, which "mphe" reads. */
  readonly huberSlope: number;
}

export interface EvalMetric {
  readonly name: string;
  /** What early stopping and the best iteration go by. */
  readonly greaterIsBetter: boolean;
  readonly evaluate: (data: EvalData) => number;
}

/**
 * A metric of one's own: of the targets (positions of classes, or values) and the predictions (row by row, one column an
 * output), unweighted. Lower is better, unless it says `greaterIsBetter`; it is named by the function's name.
 */
export interface EvalFunction {
  (yTrue: Float32Array | Float64Array, predictions: Float64Array): number;
  readonly greaterIsBetter?: boolean;
}

interface NamedMetric extends Omit<EvalMetric, "name"> {
  /** What it can judge: predictions with one output, with several, or both. */
  readonly outputs: "one" | "several" | "any";
}

/** XGBoost clips probabilities and rates here before it takes their logarithms. */
const LEAST = 1e-16;

const meanOf = ({ predictions, outputs, weights }: EvalData, value: (row: number) => number): number =>
  weightedMean(predictions.length / outputs, weights, value);

const byRow = (value: (y: number, p: number, data: EvalData) => number): NamedMetric => ({
  outputs: "one",
  greaterIsBetter: false,
  evaluate: (data) => meanOf(data, (row) => value(data.targets[row]!, data.predictions[row]!, data)),
});

const pseudoHuber = (error: number, slope: number): number => slope ** 2 * (Math.sqrt(1 + (error / slope) ** 2) - 1);
const logOf = (p: number): number => Math.log(Math.max(p, LEAST));

/** Column of the first of the largest values of a row. */
function argmax(values: Float64Array): number {
  return values.reduce((best, value, k) => (value > values[best]! ? k : best), 0);
}

export const evalMetrics: Readonly<Record<EvalMetricName, NamedMetric>> = {
  rmse: {
    outputs: "one",
    greaterIsBetter: false,
    evaluate: (d) => rootMeanSquaredError(d.targets, d.predictions, { sampleWeight: d.weights }),
  },
  mae: {
    outputs: "one",
    greaterIsBetter: false,
    evaluate: (d) => meanAbsoluteError(d.targets, d.predictions, { sampleWeight: d.weights }),
  },
  mphe: byRow((y, p, { huberSlope }) => pseudoHuber(y - p, huberSlope)),
  "poisson-nloglik": byRow((y, p) => logGamma(y + 1) + Math.max(p, LEAST) - logOf(p) * y),
  logloss: byRow((y, p) => -logOf(y === 1 ? p : 1 - p)),
  error: byRow((y, p) => (p > 0.5 ? 1 - y : y)),
  auc: {
    outputs: "any",
    greaterIsBetter: true,
    evaluate: areaUnderRocCurve,
  },
  mlogloss: {
    outputs: "several",
    greaterIsBetter: false,
    evaluate: (d) => meanOf(d, (row) => -logOf(d.predictions[row * d.outputs + d.targets[row]!]!)),
  },
  merror: {
    outputs: "several",
    greaterIsBetter: false,
    evaluate: (d) =>
      meanOf(d, (row) => {
        const best = argmax(d.predictions.subarray(row * d.outputs, (row + 1) * d.outputs));
        return best === d.targets[row] ? 0 : 1;
      }),
  },
};

/** More than two classes: each against the rest, weighted by prevalence; a class that does not occur is left out. */
function areaUnderRocCurve({ predictions, outputs, targets, weights }: EvalData): number {
  const rows = predictions.length / outputs;
  const labels = Array.from({ length: Math.max(2, outputs) }, (_, k) => k);
  const options = { labels, sampleWeight: weights };
  const scores = { data: predictions, rows, cols: outputs };
  return rocAucScore(targets, scores, outputs > 1 ? { ...options, multiClass: "ovr", average: "weighted" } : options);
}

/**
 * The metric that a name or a function of the user's stands for.
 *
 * @throws InvalidParameterError for unknown names, and for metrics that cannot judge so many outputs
 */
export function evalMetricOf(metric: string | EvalFunction, outputs: number): EvalMetric {
  if (typeof metric === "function") {
    return {
      name: metric.name || "custom",
      greaterIsBetter: metric.greaterIsBetter ?? false,
      evaluate: ({ targets, predictions }) => metric(targets, predictions),
    };
  }
  const found = Object.hasOwn(evalMetrics, metric) ? evalMetrics[metric as EvalMetricName] : undefined;
  const fits = ({ outputs: suited }: NamedMetric) => suited === "any" || (suited === "one") === (outputs === 1);
  if (found === undefined || !fits(found)) {
    const names = Object.entries(evalMetrics).flatMap(([name, one]) => (fits(one) ? [`"${name}"`] : []));
    const expected = `${names.join(", ")} or a function for a model with ${outputs} output${outputs > 1 ? "s" : ""}`;
    throw new InvalidParameterError(`evalMetric must be ${expected}; got "${metric}"`, "evalMetric");
  }
  return { name: metric, greaterIsBetter: found.greaterIsBetter, evaluate: found.evaluate };
}
