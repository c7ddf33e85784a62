import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean, real } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";
import type { LinearFit } from "./centred-rows.js";
import { predictLinear } from "./score-rows.js";

export interface RidgeParams {
  /** What the sum of squared coefficients (the intercept left out) is multiplied by, >= 0. Default 1. */
  alpha: number;
  /** Whether predictions have an intercept. Default true. */
  fitIntercept: boolean;
}

const definition: Definition<RidgeParams> = {
  name: "Ridge",
  usesSampleWeight: true,
  schema: { alpha: { ...real(1, { min: 0 }), samples: [1, 0.1, 0] }, fitIntercept: boolean(true) },
};

/**
 * Linear regression with an L2 penalty: the normal equations of the centred rows with alpha on the diagonal, by Cholesky, in f64;
 * in as many unknowns as there are columns, or rows if these are fewer. Where alpha is 0 it is
 * LinearRegression, and where half of the digits would be lost it is solved by orthogonal transformations. See scikit-learn, sklearn.linear_model.Ridge.
 *
 * Candidates of a search that differ in alpha share the products of the columns.
 */
export class Ridge extends Regressor<RidgeParams, LinearFit> {
  constructor(params: Partial<RidgeParams> = {}) {
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

  override async *learnMany(
    { X, y, sampleWeight }: TrainingData,
    candidates: readonly Readonly<RidgeParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: LinearFit]> {
    const regression = { X, y: (y as NumberTarget).values, sampleWeight };
    const [{ centredRows, linearFit }, { normalEquations, solveShifted }, { learnLeastSquares }] = await Promise.all([
      import("./centred-rows.js"),
      import("./learn-ridge.js"),
      import("./learn-least-squares.js"),
    ]);
    const scope = ctx.pool.memory.scope();
    try {
      for (const fitIntercept of [true, false]) {
        const alike = [...candidates.entries()].filter(([, params]) => params.fitIntercept === fitIntercept);
        if (alike.length === 0) continue;
        const rows = await centredRows(regression, fitIntercept, definition.name, scope, ctx);
        const equations = await normalEquations(rows, ctx);
        for (const [index, { alpha }] of alike) {
          const solution = alpha === 0 ? null : await solveShifted(equations, alpha, ctx);
          const coef = solution === null ? (await learnLeastSquares(rows, alpha, ctx)).x : equations.coefOf(solution);
          yield [index, linearFit(coef, rows, definition.name)];
        }
      }
    } finally {
      scope.free();
    }
  }

  override infer({ model }: FittedWith<RidgeParams, LinearFit>, X: Matrix, _method: Method, ctx: RunContext) {
    return predictLinear(X, model, ctx);
  }

  override validate({ model, nFeatures }: FittedWith<RidgeParams, LinearFit>): void {
    const coef = arrayOf(Float64Array, nFeatures, Number.isFinite);
    requireShape(definition.name, model, recordOf({ coef, intercept: thatIs("a finite number", Number.isFinite) }));
  }
}
