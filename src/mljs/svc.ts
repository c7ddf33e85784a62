import type SVM from "ml-svm";
import { Classifier } from "../core/classifier.js";
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
import { optional } from "../core/missing-package.js";
import { listOf, recordOf, requireShape } from "../core/model-shape.js";
import { integer, oneOf, real, seed } from "../core/params.js";
import { Rng } from "../core/random.js";
import { inSlices } from "../core/slices.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import { kernelValue, machineOf, type SvmKernel, type SvmMachine, valueAt } from "./svm-machine.js";

export interface MljsSVCParams extends SvmKernel {
  /** Cost of a row within its margin, > 0. Default 1. */
  readonly C: number;
  /**
   * "linear": x y; "rbf": exp(-gamma |x - y|^2); "poly": (gamma x y + coef0)^degree; "sigmoid": tanh(gamma x y + coef0).
   * Default "linear".
   */
  readonly kernel: "linear" | "rbf" | "poly" | "sigmoid";
  /** Factor of all kernels but "linear", > 0. ml.js: scale, alpha, or for "rbf" 1 / (2 sigma^2). Default 0.5, sigma = 1. */
  readonly gamma: number;
  /** Summand of "poly" and "sigmoid". ml.js: constant. Default 1. */
  readonly coef0: number;
  /** Degree of "poly". Default 1. */
  readonly degree: number;
  /** By how much a row may violate the optimality conditions. Default 1e-4. */
  readonly tol: number;
  /** It ends after so many rounds in a row that change nothing. Default 10. */
  readonly maxPasses: number;
  /** Rounds over the rows after which it gives up, and fit fails. ml.js: maxIterations. Default 10,000. */
  readonly maxIter: number;
  /** Seed of the rows that are tried; null: a new one each time. In place of ml.js's option random. Default null. */
  readonly randomState: number | null;
}

/** State of a fitted machine. */
export interface MljsSVCState {
  /** One for two classes, positive for the second; otherwise one a class, against the rest. */
  readonly machines: readonly SvmMachine[];
}

const definition: Definition<MljsSVCParams> = {
  name: "MljsSVC",
  schema: {
    C: real(1, { min: 0, open: true }),
    kernel: oneOf("linear", "linear", "rbf", "poly", "sigmoid"),
    gamma: { ...real(0.5, { min: 0, open: true }), samples: [0.5, 0.1] },
    coef0: real(1),
    degree: integer(1, { min: 1, max: 64 }),
    tol: { ...real(1e-4, { min: 0, open: true }), samples: [1e-4, 1e-2] },
    maxPasses: integer(10, { min: 1 }),
    maxIter: integer(10_000, { min: 1 }),
    randomState: seed(),
  },
};

/** Rows answered between two glances at the clock. */
const STRIDE = 16;

/**
 * The SVM of ml-svm (peer): Platt's simplified SMO, for two classes. More than two are learnt one against the rest, here, and
 * the largest decision value wins. The package trains on the calling thread; a signal is heard between two classes.
 *
 * Its option `whitening` is off: a MinMaxScaler in a Pipeline does the same, and bears columns of one value.
 * @throws MissingPackageError in `fit` if ml-svm is not installed; answering needs no package
 * @see https://github.com/mljs/svm
 */
export class MljsSVC extends Classifier<MljsSVCParams, MljsSVCState> {
  constructor(params: Partial<MljsSVCParams> = {}) {
    super(definition, params);
  }

  override get methods(): readonly Method[] {
    return ["predict", "decisionFunction"];
  }

  protected override get predictsBy(): Method {
    return "decisionFunction";
  }

  /** Margins, rows x classes; rows x 1 for two classes, positive for the second. */
  async decisionFunction(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("decisionFunction", X, options)) as Matrix;
  }

  /** @throws InvalidParameterError if `maxIter` rounds do not suffice */
  override async learn(
    { X, y }: TrainingData<LabelTarget>,
    params: Readonly<MljsSVCParams>,
    ctx: FitContext,
  ): Promise<MljsSVCState> {
    requireTwoClasses(y.classes, definition.name);
    const { default: Svm } = await optional(import("ml-svm"), "ml-svm", definition.name);
    const rows = X.toArrays();
    const rng = new Rng(params.randomState ?? 0);
    const count = machinesFor(y.classes.length);
    const machines: SvmMachine[] = [];
    const train = (code: number) => {
      const random = rng.stream("class", code);
      const svm = new Svm(svmOptions(params, () => random.next()));
      const sides = Array.from(y.codes, (other) => (other === code ? 1 : -1));
      trainOrSay(svm, rows, sides, `class ${JSON.stringify(y.classes[code])}`);
      machines.push(machineFrom(svm));
      ctx.progress({ what: "machines", done: machines.length, total: count });
    };
    await inSlices(count, 1, (i) => train(count === 1 ? 1 : i), ctx.signal);
    return { machines };
  }

  override async infer(
    { model, params }: FittedWith<MljsSVCParams, MljsSVCState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { machines } = model;
    const values = new Float64Array(X.rows * machines.length);
    const answerRow = (i: number) => {
      const row = Float64Array.from({ length: X.cols }, (_, j) => X.at(i, j));
      for (const [m, machine] of machines.entries())
        values[i * machines.length + m] = finiteValueAt(i, row, machine, params);
    };
    await inSlices(
      X.rows,
      STRIDE,
      (from, to) => {
        for (let i = from; i < to; i++) answerRow(i);
      },
      signal,
    );
    return new Matrix(values, X.rows, machines.length);
  }

  override validate({ model, nFeatures, classes }: FittedWith<MljsSVCParams, MljsSVCState>): void {
    const machines = listOf(machineOf(nFeatures), machinesFor(classes!.length));
    requireShape(definition.name, model, recordOf({ machines }));
  }
}

const machinesFor = (classes: number) => (classes === 2 ? 1 : classes);

/** The options of ml-svm. All kernels but "linear" are ours: those that it loads by name cannot all be constructed. */
function svmOptions(params: Readonly<MljsSVCParams>, random: () => number) {
  const { C, tol, maxPasses, maxIter: maxIterations } = params;
  const compute = (x: ArrayLike<number>, y: ArrayLike<number>) => kernelValue(x, y, params);
  const kernel = params.kernel === "linear" ? params.kernel : { compute };
  return { C, tol, maxPasses, maxIterations, kernel, whitening: false, random };
}

/** @throws InvalidParameterError where ml-svm gives up, which it says by this message alone */
function trainOrSay(svm: SVM, rows: readonly (readonly number[])[], sides: readonly number[], what: string): void {
  try {
    svm.train(rows, sides);
  } catch (error) {
    if (!(error instanceof Error && error.message === "max iterations reached")) throw error;
    throw new InvalidParameterError(
      `maxIter of ${definition.name} must suffice to separate ${what}, and did not; scale the features, or raise maxIter or tol`,
      "maxIter",
    );
  }
}

/** @throws InvalidDataError if what was learnt is not finite */
function machineFrom(svm: SVM): SvmMachine {
  const { b, W, X = [], Y = [], alphas = [] } = svm.toJSON();
  const machine: SvmMachine =
    W === undefined
      ? { vectors: Float64Array.from(X.flat()), coef: Float64Array.from(alphas, (a, i) => a * Y[i]!), intercept: b }
      : { vectors: Float64Array.from(W), coef: Float64Array.of(1), intercept: b };
  if (Number.isFinite(b) && machine.vectors.every(Number.isFinite) && machine.coef.every(Number.isFinite)) {
    return machine;
  }
  throw new InvalidDataError(`${definition.name} has learnt numbers that are not finite; scale the features`);
}

/** @throws InvalidDataError if the value is not finite */
function finiteValueAt(i: number, row: Float64Array, machine: SvmMachine, kernel: SvmKernel): number {
  const value = valueAt(row, machine, kernel);
  if (Number.isFinite(value)) return value;
  throw new InvalidDataError(
    `row ${i} of X gives ${definition.name} a decision value of ${value}; scale the features`,
    i,
  );
}
