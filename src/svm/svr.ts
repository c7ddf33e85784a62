import type { Definition, FitContext, FittedWith, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { type Rule, real } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";
import { type KernelParams, kernelSchema } from "./kernel-params.js";
import { dualTable, type SvmModel, supportTable, validateSvm } from "./svm-model.js";

export interface SVRParams extends KernelParams {
  /** Cost of errors beyond `epsilon`, > 0. Default 1. */
  C: number;
  /** Errors up to this cost nothing, >= 0. Default 0.1. */
  epsilon: number;
}

const definition: Definition<SVRParams> = {
  name: "SVR",
  usesSampleWeight: true,
  schema: {
    C: { ...real(1, { min: 0, open: true }), samples: [1, 10] },
    epsilon: { ...real(0.1, { min: 0 }), samples: [0.1, 0] } satisfies Rule<number>,
    ...kernelSchema,
  },
};

/**
 * Support vector regression: the flattest function, in the space of a kernel, that misses few targets by more than `epsilon`.
 * It answers as LIBSVM's epsilon-SVR and scikit-learn's sklearn.svm.SVR do. Kernel values are shared and kept as `SVC` does.
 *
 * @see Smola, Schölkopf: "A tutorial on support vector regression", Statistics and Computing 14 (2004)
 */
export class SVR extends Regressor<SVRParams, SvmModel> {
  constructor(params: Partial<SVRParams> = {}) {
    super(definition, params);
  }

  /** The training rows that the function hangs on, vectors x features; 0 rows with a precomputed kernel. */
  get supportVectors(): Matrix {
    return supportTable(this.state.model, this.nFeaturesIn);
  }

  /** Their row numbers in the training table, ascending. */
  get support(): Uint32Array {
    return this.state.model.support;
  }

  /** How many there are: one number. */
  get nSupport(): Uint32Array {
    return this.state.model.nSupport;
  }

  /** Coefficients of the support vectors, 1 x vectors. */
  get dualCoef(): Matrix {
    return dualTable(this.state.model, 1);
  }

  /** One number. */
  get intercept(): Float64Array {
    return this.state.model.rho.map((value) => -value);
  }

  /** The factor of the kernel function that `gamma` came to. */
  get gamma(): number {
    return this.state.model.gamma;
  }

  /** Rounds that were taken. */
  get nIter(): Uint32Array {
    return this.state.model.nIter;
  }

  /** Whether it was solved within `maxIter`. */
  get converged(): boolean {
    return this.state.model.converged;
  }

  override async *learnMany(
    data: TrainingData<NumberTarget>,
    candidates: readonly Readonly<SVRParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: SvmModel]> {
    const { learnRegression } = await import("./learn-regression.js");
    yield* learnRegression(data, candidates, definition.name, ctx);
  }

  override async infer(fitted: FittedWith<SVRParams, SvmModel>, X: Matrix, _method: unknown, ctx: RunContext) {
    const { decisionValues } = await import("./decision-values.js");
    return (await decisionValues(fitted, 0, X, ctx)).data as Float64Array;
  }

  override validate(fitted: FittedWith<SVRParams, SvmModel>): void {
    validateSvm(definition.name, fitted, 0, fitted.params.kernel, false);
  }
}
