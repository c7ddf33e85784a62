import { columnMeans, forEachRow, mapRows, requireFinite, transformed } from "../core/by-row.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { arrayOf, nullOr, recordOf, requireShape } from "../core/model-shape.js";
import { boolean } from "../core/params.js";
import { Transformer } from "../core/transformer.js";

export interface StandardScalerParams {
  /** Shift each feature to mean 0. Default true. */
  withMean: boolean;
  /** Scale each feature to variance 1. Default true. */
  withStd: boolean;
}

/** One value a feature; null for what the parameters do not ask for. */
export interface StandardScalerState {
  /** Of each column; null where nothing needs it. */
  readonly mean: Float64Array | null;
  /** Variance of each column, divided by the number of rows; null where nothing needs it. */
  readonly var: Float64Array | null;
  /** What each column is divided by; null without `withStd`. */
  readonly scale: Float64Array | null;
}

const definition: Definition<StandardScalerParams> = {
  name: "StandardScaler",
  usesSampleWeight: true,
  schema: { withMean: boolean(true), withStd: boolean(true) },
  allowsNaN: true,
};

/**
 * Standardises features: (x - mean) / standard deviation, by weight, the variance being the biased one. NaN is left out of the
 * moments and stays NaN. A feature that is constant up to rounding is only shifted.
 * Columns whose moments are beyond the range of f64 are refused with an InvalidDataError.
 * See scikit-learn, sklearn.preprocessing.StandardScaler.
 */
export class StandardScaler extends Transformer<StandardScalerParams, StandardScalerState> {
  constructor(params: Partial<StandardScalerParams> = {}) {
    super(definition, params);
  }

  /** Mean of each feature; null with neither withMean nor withStd. */
  get mean(): Float64Array | null {
    return this.state.model.mean;
  }

  /** Variance of each feature, of weights that sum to 1; null without withStd. */
  get var(): Float64Array | null {
    return this.state.model.var;
  }

  /** What each feature is divided by: the root of `var`, 1 for constant features; null without withStd. */
  get scale(): Float64Array | null {
    return this.state.model.scale;
  }

  override async learn(
    { X, sampleWeight }: TrainingData,
    { withMean, withStd }: Readonly<StandardScalerParams>,
    { signal }: FitContext,
  ): Promise<StandardScalerState> {
    if (!withMean && !withStd) return { mean: null, var: null, scale: null };
    const { total, mean } = await columnMeans(X, sampleWeight, signal);
    requireFinite(total, definition.name, mean);
    if (!withStd) return { mean, var: null, scale: null };
    const variance = await variancesOf(X, sampleWeight, total, mean, signal);
    requireFinite(total, definition.name, mean, variance);
    const scale = variance.map((v, j) => (isConstant(v, mean[j]!, total[j]!) ? 1 : Math.sqrt(v)));
    return { mean, var: variance, scale };
  }

  override infer(
    { model, params }: FittedWith<StandardScalerParams, StandardScalerState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { shift, scale } = changeOf(model, params, X.cols);
    return mapRows(
      X,
      (values) => {
        for (let j = 0; j < values.length; j++) values[j] = (values[j]! - shift[j]!) / scale[j]!;
      },
      signal,
    );
  }

  override validate({ model, nFeatures }: FittedWith<StandardScalerParams, StandardScalerState>): void {
    const perFeature = nullOr(arrayOf(Float64Array, nFeatures));
    requireShape(definition.name, model, recordOf({ mean: perFeature, var: perFeature, scale: perFeature }));
  }

  /**
   * Undoes `transform`: f32 where X is, else f64.
   * @throws NotFittedError; InvalidDataError for another number of features
   */
  async inverseTransform(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    const { model, nFeatures } = this.state;
    const { shift, scale } = changeOf(model, this.params, nFeatures);
    const matrix = await transformed(X, nFeatures, definition.name, options);
    return mapRows(
      matrix,
      (values) => {
        for (let j = 0; j < values.length; j++) values[j] = values[j]! * scale[j]! + shift[j]!;
      },
      options.signal,
    );
  }
}

function changeOf({ mean, scale }: StandardScalerState, { withMean }: Readonly<StandardScalerParams>, cols: number) {
  return {
    shift: withMean && mean !== null ? mean : new Float64Array(cols),
    scale: scale ?? new Float64Array(cols).fill(1),
  };
}

/** Two passes with the correction for the mean's rounding (Chan, Golub and LeVeque 1983, eq. 1.7), as scikit-learn does. */
async function variancesOf(
  X: Matrix,
  weight: Float64Array | null,
  total: Float64Array,
  mean: Float64Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const squares = new Float64Array(X.cols);
  const correction = new Float64Array(X.cols);
  await forEachRow(
    X,
    (values, row) => {
      const w = weight === null ? 1 : weight[row]!;
      for (let j = 0; j < values.length; j++) {
        if (Number.isNaN(values[j])) continue;
        const off = values[j]! - mean[j]!;
        squares[j]! += w * off * off;
        correction[j]! += w * off;
      }
    },
    signal,
  );
  return squares.map((sum, j) => (sum - (correction[j]! * correction[j]!) / total[j]!) / total[j]!);
}

/** Whether a variance is no more than rounding makes of a constant (scikit-learn's _is_constant_feature). */
function isConstant(variance: number, mean: number, count: number): boolean {
  return variance <= count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
}
