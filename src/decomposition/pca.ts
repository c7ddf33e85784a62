import { forEachRow, transformed } from "../core/by-row.js";
import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean, rule } from "../core/params.js";
import { Transformer } from "../core/transformer.js";
import type { PrincipalAxes } from "./principal-axes.js";

export interface PCAParams {
  /**
   * How many components: an integer >= 1; a fraction in (0, 1) of the variance, for the fewest that explain more; or null for
   * min(rows, features). Default null.
   */
  nComponents: number | null;
  /** Divides what `transform` gives by the root of each component's variance, so that it is 1. Default false. */
  whiten: boolean;
}

export interface PCAState {
  /** One a feature. */
  readonly mean: Float64Array;
  /** Components x features, row-major. */
  readonly components: Float64Array;
  /** Variance along each component, descending. */
  readonly explainedVariance: Float64Array;
  /** Variance along all axes. */
  readonly totalVariance: number;
  /** Mean variance along the axes that were left out; 0 if none was. */
  readonly noiseVariance: number;
  readonly rows: number;
}

const NAME = "PCA";

const definition: Definition<PCAParams> = {
  name: NAME,
  schema: {
    nComponents: rule<number | null>({
      default: null,
      expected: "null, an integer >= 1 or a number above 0 and below 1",
      allows: (value) =>
        value === null ||
        (typeof value === "number" && ((value > 0 && value < 1) || (Number.isSafeInteger(value) && value >= 1))),
      samples: [null, 1, 0.5],
      wrong: [0, -1, 1.5, Number.NaN, "mle", true, []],
    }),
    whiten: boolean(false),
  },
};

/**
 * Principal component analysis: turns centred rows onto the axes along which they vary most, the largest entry of each axis being
 * positive. The axes are eigenvectors of the covariance, in f64, as scikit-learn's svd_solver="covariance_eigh" has them; variances
 * of less than some 1e-15 of the largest are rounding. The result is f32 where X is, else f64.
 *
 * Candidates of a search share one decomposition. See scikit-learn, sklearn.decomposition.PCA.
 */
export class PCA extends Transformer<PCAParams, PCAState> {
  constructor(params: Partial<PCAParams> = {}) {
    super(definition, params);
  }

  /** Axes of unit length, components x features, by descending variance. */
  get components(): Matrix {
    const { components, mean } = this.state.model;
    return new Matrix(components, components.length / mean.length, mean.length);
  }

  /** Variance along each component, over rows - 1. */
  get explainedVariance(): Float64Array {
    return this.state.model.explainedVariance;
  }

  /** Each component's part of the variance. */
  get explainedVarianceRatio(): Float64Array {
    const { explainedVariance, totalVariance } = this.state.model;
    return explainedVariance.map((variance) => (totalVariance === 0 ? 0 : variance / totalVariance));
  }

  /** Singular value of the centred X that goes with each component. */
  get singularValues(): Float64Array {
    const { explainedVariance, rows } = this.state.model;
    return explainedVariance.map((variance) => Math.sqrt(variance * (rows - 1)));
  }

  /** Mean of each feature. */
  get mean(): Float64Array {
    return this.state.model.mean;
  }

  /** Mean variance along the axes that were left out; 0 if none was. */
  get noiseVariance(): number {
    return this.state.model.noiseVariance;
  }

  override async *learnMany(
    { X }: TrainingData,
    candidates: readonly Readonly<PCAParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: PCAState]> {
    const most = Math.min(X.rows, X.cols);
    if (X.rows < 2) throw new InvalidDataError(`X must have at least 2 rows for ${NAME}; got ${X.rows}`);
    for (const { nComponents } of candidates) {
      if (nComponents === null || nComponents <= most) continue;
      throw new InvalidParameterError(
        `nComponents of ${NAME} must be at most ${most}, the least of rows and features of X; got ${nComponents}`,
        "nComponents",
      );
    }
    const asked = candidates.map(({ nComponents }) => (nComponents === null || nComponents < 1 ? most : nComponents));
    const { principalAxes } = await import("./principal-axes.js");
    const found = await principalAxes(X, Math.max(...asked), NAME, ctx);
    for (const [i, { nComponents }] of candidates.entries()) yield [i, stateOf(found, nComponents, X.rows)];
  }

  override async infer(
    { model, params }: FittedWith<PCAParams, PCAState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { mean, components } = model;
    const scales = scalesOf(model, params);
    const out = tableLike(X, scales.length);
    await forEachRow(
      X,
      (values, row) => {
        for (let j = 0; j < mean.length; j++) values[j]! -= mean[j]!;
        for (let k = 0; k < scales.length; k++) {
          let sum = 0;
          for (let j = 0, at = k * mean.length; j < mean.length; j++, at++) sum += values[j]! * components[at]!;
          out[row * scales.length + k] = sum / scales[k]!;
        }
      },
      signal,
    );
    return new Matrix(out, X.rows, scales.length);
  }

  override validate({ model, nFeatures }: FittedWith<PCAParams, PCAState>): void {
    const variance = (value: unknown) => Number.isFinite(value) && (value as number) >= 0;
    const kept = (model as Partial<PCAState>).explainedVariance?.length ?? 0;
    const shape = recordOf({
      mean: arrayOf(Float64Array, nFeatures, Number.isFinite),
      components: arrayOf(Float64Array, kept * nFeatures, Number.isFinite),
      explainedVariance: thatIs(
        "at least one variance",
        (value) => arrayOf(Float64Array, kept, variance)(value) === null && kept > 0,
      ),
      totalVariance: thatIs("a number >= 0", variance),
      noiseVariance: thatIs("a number >= 0", variance),
      rows: thatIs("an integer >= 2", (value) => Number.isSafeInteger(value) && (value as number) >= 2),
    });
    requireShape(NAME, model, shape);
  }

  /**
   * Rows of features whose `transform` is X, as near to what was transformed as the components allow: f32 where X is, else f64.
   * @throws NotFittedError; InvalidDataError for another number of columns than components
   */
  async inverseTransform(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    const { model } = this.state;
    const { mean, components } = model;
    const scales = scalesOf(model, this.params);
    const matrix = await transformed(X, scales.length, NAME, options);
    const out = tableLike(matrix, mean.length);
    await forEachRow(
      matrix,
      (values, row) => {
        const sums = mean.slice();
        for (let k = 0; k < scales.length; k++) {
          const factor = values[k]! * scales[k]!;
          for (let j = 0, at = k * mean.length; j < mean.length; j++, at++) sums[j]! += factor * components[at]!;
        }
        out.set(sums, row * mean.length);
      },
      options.signal,
    );
    return new Matrix(out, matrix.rows, mean.length);
  }
}

function stateOf({ mean, variances, axes }: PrincipalAxes, nComponents: number | null, rows: number): PCAState {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  const most = Math.min(rows, mean.length);
  const count = nComponents === null ? most : nComponents < 1 ? fewestOver(nComponents, variances, total) : nComponents;
  const components = new Float64Array(count * mean.length);
  for (const [k, axis] of axes.slice(0, count).entries()) components.set(axis, k * mean.length);
  const left = variances.slice(count, most);
  const noiseVariance = left.length === 0 ? 0 : left.reduce((sum, variance) => sum + variance, 0) / left.length;
  return { mean, components, explainedVariance: variances.slice(0, count), totalVariance: total, noiseVariance, rows };
}

/** How few of the variances sum to more than a part of the total. */
function fewestOver(part: number, variances: Float64Array, total: number): number {
  let sum = 0;
  const last = variances.findIndex((variance) => (sum += variance / total) > part);
  return last < 0 ? variances.length : last + 1;
}

/** What whitening divides by: no less than 2^-52, as in scikit-learn. */
export function scalesOf({ explainedVariance }: PCAState, { whiten }: Readonly<PCAParams>): Float64Array {
  return explainedVariance.map((variance) => (whiten ? Math.max(Number.EPSILON, Math.sqrt(variance)) : 1));
}

function tableLike({ root, rows }: Matrix, cols: number): Float32Array | Float64Array {
  return root.data instanceof Float32Array ? new Float32Array(rows * cols) : new Float64Array(rows * cols);
}
