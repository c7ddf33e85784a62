import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";
import type { LinearFit } from "./centred-rows.js";
import { predictLinear } from "./score-rows.js";

export interface LinearRegressionParams {
  /** Whether predictions have an intercept. Default true. */
  fitIntercept: boolean;
}

export interface LinearRegressionState extends LinearFit {
  /** Columns of X that count as linearly independent. */
  readonly rank: number;
}

const definition: Definition<LinearRegressionParams> = {
  name: "LinearRegression",
  usesSampleWeight: true,
  schema: { fitIntercept: boolean(true) },
};

/**
 * Ordinary least squares of the centred rows, in f64: by the normal equations and steps of refinement (see refined-least-squares.ts), or
 * where columns depend on each other too nearly for these by orthogonal transformations (least-squares.ts). Where columns depend on
 * each other, or there are fewer rows than columns, it gives the shortest of the coefficients that fit equally well. A column depends on
 * others if what these leave of it is no longer than max(rows, columns) times 2^-52 times the longest column, where scikit-learn
 * judges singular values by such a bound.
 *
 * See scikit-learn, sklearn.linear_model.LinearRegression; its `positive` is left out.
 */
export class LinearRegression extends Regressor<LinearRegressionParams, LinearRegressionState> {
  constructor(params: Partial<LinearRegressionParams> = {}) {
    super(definition, params);
  }

  /** One coefficient a feature. */
  get coef(): Float64Array {
    return this.state.model.coef;
  }

  /** What is predicted where all features are 0; 0 without `fitIntercept`. */
  get intercept(): number {
    return this.state.model.intercept;
  }

  /** Columns of X (centred, with an intercept) that count as linearly independent. */
  get rank(): number {
    return this.state.model.rank;
  }

  override async learn(
    { X, y, sampleWeight }: TrainingData,
    { fitIntercept }: Readonly<LinearRegressionParams>,
    ctx: FitContext,
  ): Promise<LinearRegressionState> {
    const [{ centredRows, linearFit }, { learnLeastSquares }] = await Promise.all([
      import("./centred-rows.js"),
      import("./learn-least-squares.js"),
    ]);
    const scope = ctx.pool.memory.scope();
    try {
      const regression = { X, y: (y as NumberTarget).values, sampleWeight };
      const rows = await centredRows(regression, fitIntercept, definition.name, scope, ctx);
      const { x, rank } = await learnLeastSquares(rows, 0, ctx);
      return { ...linearFit(x, rows, definition.name), rank };
    } finally {
      scope.free();
    }
  }

  override infer(
    { model }: FittedWith<LinearRegressionParams, LinearRegressionState>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Float64Array> {
    return predictLinear(X, model, ctx);
  }

  override validate({ model, nFeatures }: FittedWith<LinearRegressionParams, LinearRegressionState>): void {
    const isRank = (value: unknown) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) <= nFeatures;
    requireShape(
      definition.name,
      model,
      recordOf({
        coef: arrayOf(Float64Array, nFeatures, Number.isFinite),
        intercept: thatIs("a finite number", Number.isFinite),
        rank: thatIs(`an integer from 0 to ${nFeatures}`, isRank),
      }),
    );
  }
}
