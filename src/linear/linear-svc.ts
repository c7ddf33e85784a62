import { type ClassWeight, classWeightRule, classWeights } from "../core/class-weight.js";
import { Classifier } from "../core/classifier.js";
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
import { boolean, integer, oneOf, real, seed } from "../core/params.js";
import { Rng } from "../core/random.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import type { AgainstRest, Separation } from "./one-against-rest.js";
import { type LinearModel, scoreRows } from "./score-rows.js";

export interface LinearSVCParams {
  /** The only one: half the sum of squared coefficients, that of the intercept among them. Default "l2". */
  penalty: "l2";
  /** Loss of a row by its margin m: max(0, 1 - m) ("hinge") or its square ("squaredHinge"). Default "squaredHinge". */
  loss: "squaredHinge" | "hinge";
  /** What the losses are multiplied by, > 0. Default 1. */
  C: number;
  /** It ends when the violations of the dual problem's conditions are no further apart. Default 1e-4. */
  tol: number;
  /** Whether scores have an intercept. Default true. */
  fitIntercept: boolean;
  /** A column of this constant, > 0, stands for the intercept: the larger, the less the penalty holds it. Default 1. */
  interceptScaling: number;
  /**
   * Weights of classes: null for 1 each, "balanced", or a record by label. With more than two classes, the weight of a class
   * counts in its own problem only, not among "the rest" in the others', as in LIBLINEAR. Default null.
   */
  classWeight: ClassWeight;
  /** Most rounds over the rows. Default 1000. */
  maxIter: number;
  /** Seed of the order in which rows are visited. Default null, a new one each time. */
  randomState: number | null;
}

export interface LinearSVCState extends LinearModel {
  /** Rounds over the rows, the most of any class. */
  readonly nIter: number;
  /** False if `maxIter` ended it for a class. */
  readonly converged: boolean;
}

const definition: Definition<LinearSVCParams> = {
  name: "LinearSVC",
  usesSampleWeight: true,
  schema: {
    penalty: oneOf("l2", "l2"),
    loss: oneOf("squaredHinge", "squaredHinge", "hinge"),
    C: real(1, { min: 0, open: true }),
    tol: { ...real(1e-4, { min: 0, open: true }), samples: [1e-4, 1e-2] },
    fitIntercept: boolean(true),
    interceptScaling: { ...real(1, { min: 0, open: true }), samples: [1, 10] },
    classWeight: classWeightRule<never>(),
    maxIter: integer(1000, { min: 1, max: 2 ** 32 - 1 }),
    randomState: seed(),
  },
};

/**
 * A linear support vector machine: two classes by one score, more by one score a class, each learnt against the rest, by
 * LIBLINEAR's dual coordinate descent. Objective, parameters and endings are those of scikit-learn's
 * sklearn.svm.LinearSVC with dual=True; C is multiplied by the weights of rows. Rows' zeros cost nothing.
 *
 * If it has not converged, one warning goes to the console, and `converged` is false.
 */
export class LinearSVC extends Classifier<LinearSVCParams, LinearSVCState> {
  constructor(params: Partial<LinearSVCParams> = {}) {
    super(definition, params);
  }

  override get methods(): readonly Method[] {
    return ["predict", "decisionFunction"];
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

  /** Rounds over the rows that the last fit made, the most of any class. */
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

  override async *learnMany(
    { X, y, sampleWeight }: TrainingData,
    candidates: readonly Readonly<LinearSVCParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: LinearSVCState]> {
    const { classes, codes } = y as LabelTarget;
    requireTwoClasses(classes, definition.name);
    const outputs = classes.length === 2 ? 1 : classes.length;
    const problems = candidates.flatMap((params) => problemsOf(params, y as LabelTarget, sampleWeight));
    const { solveAgainstRest } = await import("./one-against-rest.js");
    const solved: Separation[] = [];
    for await (const one of solveAgainstRest(X, codes, sampleWeight, problems, ctx)) {
      solved.push(one);
      ctx.progress({ what: "problems", done: solved.length, total: problems.length });
      if (solved.length % outputs > 0) continue;
      const index = solved.length / outputs - 1;
      yield [index, stateOf(solved.slice(-outputs), candidates[index]!)];
    }
  }

  override infer(
    { model }: FittedWith<LinearSVCParams, LinearSVCState>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Output> {
    return scoreRows(X, model, false, ctx);
  }

  override validate({ model, nFeatures, classes }: FittedWith<LinearSVCParams, LinearSVCState>): void {
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

/** A problem for each class, or for the second of two. */
function problemsOf(
  params: Readonly<LinearSVCParams>,
  y: LabelTarget,
  sampleWeight: Float64Array | null,
): readonly AgainstRest[] {
  const { C, loss, tol, maxIter, fitIntercept, interceptScaling } = params;
  const byClass = classWeights(params.classWeight, y, definition.name, sampleWeight);
  const rng = new Rng(params.randomState ?? 0);
  const isBinary = y.classes.length === 2;
  return (isBinary ? [1] : y.classes.map((_, code) => code)).map((positive) => ({
    positive,
    cost: isBinary ? C * (byClass?.[0] ?? 1) : C,
    positiveCost: C * (byClass?.[positive] ?? 1),
    loss,
    bias: fitIntercept ? interceptScaling : 0,
    tol,
    maxIter,
    seed: rng.stream("class", positive).seed64(),
  }));
}

function stateOf(
  found: readonly Separation[],
  { maxIter, fitIntercept, interceptScaling }: Readonly<LinearSVCParams>,
): LinearSVCState {
  const converged = found.every((one) => one.converged);
  if (!converged) {
    console.warn(
      `LinearSVC has not converged in maxIter = ${maxIter} iterations; raise maxIter or tol, or scale the features`,
    );
  }
  const cols = found[0]!.weights.length;
  const coef = new Float64Array(found.length * cols);
  for (const [k, { weights }] of found.entries()) coef.set(weights, k * cols);
  const intercept = Float64Array.from(found, ({ biasWeight }) => (fitIntercept ? interceptScaling * biasWeight : 0));
  return { coef, intercept, nIter: Math.max(...found.map(({ rounds }) => rounds)), converged };
}
