import { forEachRow, mapRows, requireFinite, transformed } from "../core/by-row.js";
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
import { arrayOf, recordOf, requireShape } from "../core/model-shape.js";
import { boolean, rule } from "../core/params.js";
import { Transformer } from "../core/transformer.js";

export interface MinMaxScalerParams {
  /** What the smallest and the largest value of each feature become. Default [0, 1]. */
  featureRange: readonly [min: number, max: number];
  /** Values that lie outside of what was seen in fit are cut off at `featureRange`. Default false. */
  clip: boolean;
}

/** One value a feature. */
export interface MinMaxScalerState {
  /** The least value of each column. */
  readonly dataMin: Float64Array;
  /** The largest value of each column. */
  readonly dataMax: Float64Array;
  /** What each column is multiplied by. */
  readonly scale: Float64Array;
  /** What is added to each column after that. */
  readonly min: Float64Array;
}

function isRange(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
}

const definition: Definition<MinMaxScalerParams> = {
  name: "MinMaxScaler",
  schema: {
    featureRange: rule<readonly [number, number]>({
      default: Object.freeze([0, 1] as const),
      expected: "two finite numbers, the first less than the second",
      allows: isRange,
      samples: [
        [0, 1],
        [-2, 5],
      ],
      wrong: [[1, 0], [1, 1], [0], [0, 1, 2], [0, Number.NaN], ["0", "1"], 1, "0,1"],
    }),
    clip: boolean(false),
  },
  allowsNaN: true,
};

/**
 * Scales each feature linearly so that what was seen in fit spans `featureRange`. NaN is left out and stays NaN; a
 * constant feature becomes the lower end. See scikit-learn, sklearn.preprocessing.MinMaxScaler.
 */
export class MinMaxScaler extends Transformer<MinMaxScalerParams, MinMaxScalerState> {
  constructor(params: Partial<MinMaxScalerParams> = {}) {
    super(definition, params);
  }

  /** Smallest value of each feature in fit. */
  get dataMin(): Float64Array {
    return this.state.model.dataMin;
  }

  /** Largest value of each feature in fit. */
  get dataMax(): Float64Array {
    return this.state.model.dataMax;
  }

  /** dataMax - dataMin of each feature. */
  get dataRange(): Float64Array {
    const { dataMin, dataMax } = this.state.model;
    return dataMax.map((max, j) => max - dataMin[j]!);
  }

  /** What each feature is multiplied by. */
  get scale(): Float64Array {
    return this.state.model.scale;
  }

  /** What is added to each feature then. */
  get min(): Float64Array {
    return this.state.model.min;
  }

  override async learn(
    { X }: TrainingData,
    { featureRange }: Readonly<MinMaxScalerParams>,
    { signal }: FitContext,
  ): Promise<MinMaxScalerState> {
    const dataMin = new Float64Array(X.cols).fill(Number.NaN);
    const dataMax = new Float64Array(X.cols).fill(Number.NaN);
    await forEachRow(
      X,
      (values) => {
        for (let j = 0; j < values.length; j++) {
          // Written so that a NaN in the data loses and a NaN in the result is replaced.
          if (values[j]! < dataMin[j]! || Number.isNaN(dataMin[j])) dataMin[j] = values[j]!;
          if (values[j]! > dataMax[j]! || Number.isNaN(dataMax[j])) dataMax[j] = values[j]!;
        }
      },
      signal,
    );
    const counts = dataMin.map((min) => (Number.isNaN(min) ? 0 : 1));
    requireFinite(
      counts,
      definition.name,
      dataMax.map((max, j) => max - dataMin[j]!),
    );
    const [low, high] = featureRange;
    const scale = dataMax.map(
      (max, j) => (high - low) / (max - dataMin[j]! < 10 * Number.EPSILON ? 1 : max - dataMin[j]!),
    );
    return { dataMin, dataMax, scale, min: scale.map((factor, j) => low - dataMin[j]! * factor) };
  }

  override infer(
    { model, params }: FittedWith<MinMaxScalerParams, MinMaxScalerState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { scale, min } = model;
    const [low, high] = params.featureRange;
    return mapRows(
      X,
      (values) => {
        for (let j = 0; j < values.length; j++) {
          const value = values[j]! * scale[j]! + min[j]!;
          values[j] = params.clip ? Math.min(high, Math.max(low, value)) : value;
        }
      },
      signal,
    );
  }

  override validate({ model, nFeatures }: FittedWith<MinMaxScalerParams, MinMaxScalerState>): void {
    const perFeature = arrayOf(Float64Array, nFeatures);
    const shape = recordOf({ dataMin: perFeature, dataMax: perFeature, scale: perFeature, min: perFeature });
    requireShape(definition.name, model, shape);
  }

  /**
   * Undoes `transform`: f32 where X is, else f64.
   * @throws NotFittedError; InvalidDataError for another number of features
   */
  async inverseTransform(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    const { model, nFeatures } = this.state;
    const matrix = await transformed(X, nFeatures, definition.name, options);
    return mapRows(
      matrix,
      (values) => {
        for (let j = 0; j < values.length; j++) values[j] = (values[j]! - model.min[j]!) / model.scale[j]!;
      },
      options.signal,
    );
  }
}
