import { forEachRow } from "../core/by-row.js";
import { Classifier, largest } from "../core/classifier.js";
import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  Output,
  RunContext,
  TrainingData,
} from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape } from "../core/model-shape.js";
import { nullable, real, rule } from "../core/params.js";
import type { LabelTarget } from "../core/target.js";
import { type ClassMoments, classMoments } from "./class-moments.js";

export interface GaussianNBParams {
  /** Probabilities of the classes before a row is seen, in the order of `classes`, summing to 1; null for their shares in y. Default null. */
  priors: readonly number[] | null;
  /** This share of the largest variance of a column (of 1 where no column varies) is added to all variances, >= 0. Default 1e-9. */
  varSmoothing: number;
}

export interface GaussianNBState {
  readonly classPrior: Float64Array;
  /** Means, classes x features. */
  readonly theta: Float64Array;
  /** Variances, classes x features, the smoothing added. */
  readonly var: Float64Array;
}

const isShare = (value: unknown) => typeof value === "number" && value >= 0 && value <= 1;

const definition: Definition<GaussianNBParams> = {
  name: "GaussianNB",
  usesSampleWeight: true,
  schema: {
    priors: nullable(
      rule<readonly number[]>({
        default: [],
        expected: "numbers from 0 to 1 that sum to 1",
        allows: (value) =>
          Array.isArray(value) && value.every(isShare) && Math.abs(value.reduce((a, b) => a + b, 0) - 1) < 1e-8,
        samples: [],
        wrong: [[0.5, 0.6], [1.5, -0.5], ["1"], [], 1, "uniform"],
      }),
    ),
    varSmoothing: { ...real(1e-9, { min: 0 }), samples: [1e-9, 1e-3] },
  },
};

/**
 * Gaussian naive Bayes: each class is taken for normally distributed, its features for independent, in f64. Candidates of a search
 * share the means and variances. See scikit-learn, sklearn.naive_bayes.GaussianNB. A single class in y is allowed.
 *
 * @see Hastie, Tibshirani, Friedman: "The Elements of Statistical Learning", 2nd edition, 6.6.3
 */
export class GaussianNB extends Classifier<GaussianNBParams, GaussianNBState> {
  constructor(params: Partial<GaussianNBParams> = {}) {
    super(definition, params);
  }

  protected override get predictsBy(): Method {
    return "predict";
  }

  /** Probability of each class before a row is seen, in the order of `classes`. */
  get classPrior(): Float64Array {
    return this.state.model.classPrior;
  }

  /** Means, classes x features. */
  get theta(): Matrix {
    return new Matrix(this.state.model.theta, this.classes.length, this.nFeaturesIn);
  }

  /** Variances, classes x features, the smoothing added. */
  get var(): Matrix {
    return new Matrix(this.state.model.var, this.classes.length, this.nFeaturesIn);
  }

  override async *learnMany(
    { X, y, sampleWeight }: TrainingData,
    candidates: readonly Readonly<GaussianNBParams>[],
    { signal }: FitContext,
  ): AsyncGenerator<readonly [index: number, model: GaussianNBState]> {
    const target = y as LabelTarget;
    const moments = await classMoments(X, target, sampleWeight, definition.name, signal);
    for (const [index, { priors, varSmoothing }] of candidates.entries()) {
      const classPrior = priors === null ? sharesOf(moments.weight) : priorsOf(priors, target.classes);
      const { theta } = moments;
      yield [index, { classPrior, theta, var: smoothed(moments, varSmoothing, target.classes, X.cols) }];
    }
  }

  override async infer(
    { model }: FittedWith<GaussianNBParams, GaussianNBState>,
    X: Matrix,
    method: Method,
    { signal }: RunContext,
  ): Promise<Output> {
    const joint = await jointLogLikelihood(model, X, signal);
    return method === "predict" ? Float64Array.from(largest(joint)) : normalised(joint);
  }

  override validate({ model, nFeatures, classes }: FittedWith<GaussianNBParams, GaussianNBState>): void {
    const count = classes!.length;
    const shape = recordOf({
      classPrior: arrayOf(Float64Array, count, isShare),
      theta: arrayOf(Float64Array, count * nFeatures, Number.isFinite),
      var: arrayOf(Float64Array, count * nFeatures, (value) => value > 0 && value < Number.POSITIVE_INFINITY),
    });
    requireShape(definition.name, model, shape);
  }
}

function sharesOf(weight: Float64Array): Float64Array {
  const total = weight.reduce((a, b) => a + b, 0);
  return weight.map((w) => w / total);
}

/** @throws InvalidParameterError if there is not one for each class */
function priorsOf(priors: readonly number[], classes: readonly Label[]): Float64Array {
  if (priors.length === classes.length) return Float64Array.from(priors);
  throw new InvalidParameterError(
    `priors of GaussianNB must have a number for each of the ${classes.length} classes of y; got ${priors.length}`,
    "priors",
  );
}

/** @throws InvalidDataError for a variance that is 0 still */
function smoothed(
  { var: variance, largestVariance }: ClassMoments,
  varSmoothing: number,
  classes: readonly Label[],
  cols: number,
): Float64Array {
  const share = varSmoothing * (largestVariance > 0 ? largestVariance : 1);
  const sum = variance.map((value) => value + share);
  const at = sum.findIndex((value) => !(value > 0));
  if (at < 0) return sum;
  const label = String(classes[Math.floor(at / cols)]);
  throw new InvalidDataError(
    `column ${at % cols} of X does not vary in class ${label}, which GaussianNB needs; raise varSmoothing`,
    undefined,
    at % cols,
  );
}

/** What of each class's log likelihood does not depend on the row: log P(class) and the logarithms of the densities' factors. */
export function logConstants({ classPrior, var: variance }: GaussianNBState, cols: number): Float64Array {
  return classPrior.map((prior, code) => {
    let logs = 0;
    for (let at = code * cols; at < (code + 1) * cols; at++) logs += Math.log(2 * Math.PI * variance[at]!);
    return Math.log(prior) - logs / 2;
  });
}

/** log P(class) + log P(row | class), rows x classes. */
async function jointLogLikelihood(model: GaussianNBState, X: Matrix, signal: AbortSignal): Promise<Matrix> {
  const { classPrior, theta, var: variance } = model;
  const { rows, cols } = X;
  const count = classPrior.length;
  const constants = logConstants(model, cols);
  const joint = new Float64Array(rows * count);
  await forEachRow(
    X,
    (values, row) => {
      for (let code = 0; code < count; code++) {
        let squares = 0;
        for (let j = 0, at = code * cols; j < cols; j++, at++)
          squares += (values[j]! - theta[at]!) ** 2 / variance[at]!;
        joint[row * count + code] = constants[code]! - squares / 2;
      }
    },
    signal,
  );
  return new Matrix(joint, rows, count);
}

/** Probabilities of logarithms that miss a constant a row. */
function normalised({ data, rows, cols }: Matrix): Matrix {
  const out = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    const logs = data.subarray(row * cols, (row + 1) * cols);
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < cols; k++) most = Math.max(most, logs[k]!);
    let sum = 0;
    for (let k = 0; k < cols; k++) sum += Math.exp(logs[k]! - most);
    for (let k = 0; k < cols; k++) out[row * cols + k] = Math.exp(logs[k]! - most) / sum;
  }
  return new Matrix(out, rows, cols);
}
