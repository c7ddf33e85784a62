import { type ClassWeight, classWeightRule } from "../core/class-weight.js";
import { Classifier, largest } from "../core/classifier.js";
import { TrellisError } from "../core/errors.js";
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
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { boolean, oneOf, real, seed } from "../core/params.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import { type KernelParams, kernelSchema } from "./kernel-params.js";
import { dualTable, type SvmModel, supportTable, validateSvm } from "./svm-model.js";
import { negated, scoresOfClasses, votedClasses } from "./votes.js";

export interface SVCParams extends KernelParams {
  /** Cost of margins that are violated, > 0: the smaller, the smoother the boundary. Default 1. */
  C: number;
  /** Factors of C by class: null for 1 each, "balanced", or a record by label. Default null. */
  classWeight: ClassWeight;
  /** Decision values of more than two classes: "ovr", one a class; "ovo", one for each pair of classes. Default "ovr". */
  decisionFunctionShape: "ovr" | "ovo";
  /** Whether the decision values decide between classes that equally many pairs vote for, rather than their order. Default false. */
  breakTies: boolean;
  /** Whether to learn probabilities too, from five more fits of each pair. Default false. */
  probability: boolean;
  /** Decides which rows the fits for probabilities leave out. Default null. */
  randomState: number | null;
}

const definition: Definition<SVCParams> = {
  name: "SVC",
  usesSampleWeight: true,
  schema: {
    C: { ...real(1, { min: 0, open: true }), samples: [1, 10] },
    ...kernelSchema,
    classWeight: classWeightRule<never>(),
    decisionFunctionShape: oneOf("ovr", "ovr", "ovo"),
    breakTies: boolean(false),
    probability: boolean(false),
    randomState: seed(),
  },
  check: ({ breakTies, decisionFunctionShape }) =>
    breakTies && decisionFunctionShape === "ovo"
      ? 'breakTies of SVC must be false where decisionFunctionShape is "ovo"; got true'
      : null,
};

/**
 * Support vector classification: for each pair of classes the boundary of the widest margin, in the space of a kernel; classes
 * are voted for by pairs. It answers as LIBSVM and scikit-learn's sklearn.svm.SVC do.
 *
 * All pairs, and all candidates of a search, read one matrix of kernel values. Tables whose values are integers, hundredths or
 * pixels / 255 are multiplied exactly as integers; zeros cost nothing where there are many. Fitting takes time and memory
 * that grow with the square of the rows; beyond `cacheSize` time alone. If a pair has not converged within `maxIter` rounds, one
 * warning goes to the console, and `converged` is false.
 *
 * @see Chang, Lin: "LIBSVM: a library for support vector machines", ACM TIST 2 (2011)
 */
export class SVC extends Classifier<SVCParams, SvmModel> {
  constructor(params: Partial<SVCParams> = {}) {
    super(definition, params);
  }

  /** Probabilities come with `probability: true` alone. */
  override get methods(): readonly Method[] {
    const always: readonly Method[] = ["predict", "decisionFunction"];
    return this.params.probability ? [...always, "predictProba"] : always;
  }

  protected override get predictsBy(): Method {
    return "predict";
  }

  /** The training rows that the boundaries hang on, vectors x features; 0 rows with a precomputed kernel. */
  get supportVectors(): Matrix {
    return supportTable(this.state.model, this.nFeaturesIn);
  }

  /** Their row numbers in the training table: class by class, ascending in each. */
  get support(): Uint32Array {
    return this.state.model.support;
  }

  /** How many of each class. */
  get nSupport(): Uint32Array {
    return this.state.model.nSupport;
  }

  /** Coefficients of the support vectors, (classes - 1) x vectors: in row r against the r-th of the other classes. */
  get dualCoef(): Matrix {
    return dualTable(this.state.model, this.classes.length === 2 ? -1 : 1);
  }

  /** One for each pair of classes (0, 1), (0, 2), ... */
  get intercept(): Float64Array {
    const { rho } = this.state.model;
    return this.classes.length === 2 ? rho.slice() : rho.map((value) => -value);
  }

  /** The factor of the kernel function that `gamma` came to. */
  get gamma(): number {
    return this.state.model.gamma;
  }

  /** Rounds that each pair of classes took. */
  get nIter(): Uint32Array {
    return this.state.model.nIter;
  }

  /** Whether all pairs were solved within `maxIter`. */
  get converged(): boolean {
    return this.state.model.converged;
  }

  /** A of each pair's sigmoid 1 / (1 + exp(A d + B)) of decision values d; empty without `probability`. */
  get probA(): Float64Array {
    return this.state.model.probA;
  }

  /** B of each pair's sigmoid. */
  get probB(): Float64Array {
    return this.state.model.probB;
  }

  /**
   * Of two classes rows x 1, positive for the second. Of more rows x classes ("ovr"), whose largest wins, or rows x pairs
   * ("ovo"), positive for the first of the pair.
   */
  async decisionFunction(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("decisionFunction", X, options)) as Matrix;
  }

  /**
   * Probabilities, rows x classes, of all pairs together; the most probable class may be another than `predict` votes for.
   * @throws TrellisError without `probability: true`
   */
  override async predictProba(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    if (!this.params.probability) {
      throw new TrellisError(
        "SVC has no probabilities unless it is fitted with probability: true; set it, or use decisionFunction",
        "NO_SUCH_METHOD",
      );
    }
    return super.predictProba(X, options);
  }

  override async *learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<SVCParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: SvmModel]> {
    requireTwoClasses(data.y.classes, definition.name);
    const { learnPairs } = await import("./learn-pairs.js");
    yield* learnPairs(data, candidates, definition.name, ctx);
  }

  override async infer(
    fitted: FittedWith<SVCParams, SvmModel>,
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): Promise<Output> {
    const { params, model } = fitted;
    const classes = fitted.classes!.length;
    const { decisionValues } = await import("./decision-values.js");
    const values = await decisionValues(fitted, classes, X, ctx);
    if (method === "predictProba") {
      const { coupled } = await import("./calibration.js");
      return coupled(values, classes, model, ctx);
    }
    if (method === "predict") {
      const breaksTies = params.breakTies && classes > 2;
      return breaksTies ? Float64Array.from(largest(scoresOfClasses(values, classes))) : votedClasses(values, classes);
    }
    if (classes === 2) return negated(values);
    return params.decisionFunctionShape === "ovo" ? values : scoresOfClasses(values, classes);
  }

  override validate(fitted: FittedWith<SVCParams, SvmModel>): void {
    const { params, classes } = fitted;
    validateSvm(definition.name, fitted, classes!.length, params.kernel, params.probability);
  }
}
