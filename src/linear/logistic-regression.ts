import { type ClassWeight, classWeightRule, classWeights, rowWeights } from "../core/class-weight.js";
import { Classifier } from "../core/classifier.js";
import { InvalidParameterError } from "../core/errors.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  Output,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean, integer, real, rule } from "../core/params.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import type { Minimum } from "./lbfgs.js";
import { type LinearModel, scoreRows } from "./score-rows.js";

export interface LogisticRegressionParams {
  /** Inverse of the strength of the penalty, > 0; Infinity for none. Default 1. */
  C: number;
  /** "l2": half the sum of squared coefficients (intercepts left out), over C; null: none. Default "l2". */
  penalty: "l2" | null;
  /** Whether scores have an intercept. Default true. */
  fitIntercept: boolean;
  /** Weights of classes: null for 1 each, "balanced", or a record by label. Default null. */
  classWeight: ClassWeight;
  /** It ends when no component of the gradient of the mean loss is larger. Default 1e-4. */
  tol: number;
  /** Most iterations. Default 100. */
  maxIter: number;
}

export interface LogisticState extends LinearModel {
  /** Iterations that were made. */
  readonly nIter: number;
  /** False if `maxIter` ended it, or rounding. */
  readonly converged: boolean;
}

const definition: Definition<LogisticRegressionParams> = {
  name: "LogisticRegression",
  usesSampleWeight: true,
  schema: {
    C: rule<number>({
      default: 1,
      expected: "a number > 0, or Infinity",
      allows: (value) => typeof value === "number" && value > 0,
      samples: [1, 0.1, Number.POSITIVE_INFINITY],
      wrong: [0, -1, Number.NaN, "1", true, []],
    }),
    penalty: rule<"l2" | null>({
      default: "l2",
      expected: 'null or "l2"',
      allows: (value) => value === null || value === "l2",
      samples: ["l2", null],
      wrong: ["l1", "elasticnet", 1, true],
    }),
    fitIntercept: boolean(true),
    classWeight: classWeightRule<never>(),
    tol: { ...real(1e-4, { min: 0, open: true }), samples: [1e-4, 1e-2] },
    maxIter: integer(100, { min: 1 }),
  },
};

/**
 * Logistic regression: two classes by one score (binomial), more by one score a class (multinomial, softmax), with an L2
 * penalty, fitted by L-BFGS. The objective, its scaling and its endings are those of scikit-learn's
 * sklearn.linear_model.LogisticRegression with solver "lbfgs".
 *
 * The loss is computed in f64 by kernels, on tables as they came (bytes stay bytes). If it has not converged, one warning goes
 * to the console, and `converged` is false.
 */
export class LogisticRegression extends Classifier<LogisticRegressionParams, LogisticState> {
  constructor(params: Partial<LogisticRegressionParams> = {}) {
    super(definition, params);
  }

  override get methods(): readonly Method[] {
    return ["predict", "predictProba", "decisionFunction"];
  }

  protected override get predictsBy(): Method {
    return "decisionFunction";
  }

  /** Coefficients, classes x features; 1 x features for two classes. */
  get coef(): Matrix {
    const { coef, intercept } = this.state.model;
    return new Matrix(coef, intercept.length, this.nFeaturesIn);
  }

  /** One for each row of `coef`; 0 without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.state.model.intercept;
  }

  /** Iterations that the last fit made. */
  get nIter(): number {
    return this.state.model.nIter;
  }

  /** Whether the last fit came to its end before `maxIter`. */
  get converged(): boolean {
    return this.state.model.converged;
  }

  /** Scores, rows x classes; rows x 1 for two classes, positive for the second. */
  async decisionFunction(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("decisionFunction", X, options)) as Matrix;
  }

  override async learn(
    { X, y, sampleWeight }: TrainingData,
    params: Readonly<LogisticRegressionParams>,
    ctx: FitContext,
  ): Promise<LogisticState> {
    const target = y as LabelTarget;
    requireTwoClasses(target.classes, definition.name);
    const byClass = classWeights(params.classWeight, target, definition.name, sampleWeight);
    const weights = rowWeights(target, byClass, sampleWeight) ?? new Float64Array(X.rows).fill(1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) {
      throw new InvalidParameterError(
        "classWeight of LogisticRegression must leave a row with a positive weight; got none",
        "classWeight",
      );
    }
    const outputs = target.classes.length === 2 ? 1 : target.classes.length;
    const l2 = params.penalty === null ? 0 : 1 / (params.C * total);
    const { maxIter, tol, fitIntercept } = params;
    const [{ lbfgs }, { logisticObjective }] = await Promise.all([
      import("./lbfgs.js"),
      import("./logistic-objective.js"),
    ]);
    const scope = ctx.pool.memory.scope();
    try {
      const objective = await logisticObjective({ X, codes: target.codes, weights, outputs }, l2, ctx, scope);
      const start = new Float64Array((X.cols + (fitIntercept ? 1 : 0)) * outputs);
      const onIteration = (done: number) => ctx.progress({ what: "iterations", done, total: maxIter });
      const minimum = await lbfgs(objective, start, { tol, maxIter, onIteration });
      if (!minimum.converged) warn(minimum, maxIter);
      return { ...modelOf(minimum.point, X.cols, outputs), nIter: minimum.iterations, converged: minimum.converged };
    } finally {
      scope.free();
    }
  }

  override infer(
    { model }: FittedWith<LogisticRegressionParams, LogisticState>,
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): Promise<Output> {
    return scoreRows(X, model, method === "predictProba", ctx);
  }

  override validate({ model, nFeatures, classes }: FittedWith<LogisticRegressionParams, LogisticState>): void {
    const outputs = classes!.length === 2 ? 1 : classes!.length;
    const shape = recordOf({
      coef: arrayOf(Float64Array, outputs * nFeatures, Number.isFinite),
      intercept: arrayOf(Float64Array, outputs, Number.isFinite),
      nIter: thatIs("an integer >= 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0),
      converged: thatIs("true or false", (value) => typeof value === "boolean"),
    });
    requireShape(definition.name, model, shape);
  }
}

function modelOf(point: Float64Array, cols: number, outputs: number): LinearModel {
  const coef = new Float64Array(cols * outputs);
  for (let k = 0; k < outputs; k++) for (let j = 0; j < cols; j++) coef[k * cols + j] = point[j * outputs + k]!;
  const intercept = new Float64Array(outputs);
  intercept.set(point.subarray(cols * outputs));
  return { coef, intercept };
}

function warn({ iterations }: Minimum, maxIter: number): void {
  const why =
    iterations === maxIter
      ? `LogisticRegression has not converged in maxIter = ${maxIter} iterations; raise maxIter or scale the features`
      : `LogisticRegression has not converged: no step lowered the loss after ${iterations} iterations; scale the features`;
  console.warn(why);
}
