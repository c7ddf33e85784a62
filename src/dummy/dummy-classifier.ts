import { Classifier } from "../core/classifier.js";
import { InvalidParameterError } from "../core/errors.js";
import type { Definition, FittedWith, Method, Output, TrainingData } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape } from "../core/model-shape.js";
import { oneOf, rule, seed } from "../core/params.js";
import { Rng } from "../core/random.js";
import type { LabelTarget } from "../core/target.js";

export interface DummyClassifierParams {
  /**
   * How labels are made up. Default "prior".
   * - "prior": the most frequent class; its probabilities are the shares of the classes in y;
   * - "most_frequent": the most frequent class, with probability 1;
   * - "stratified": drawn at random by the shares of the classes;
   * - "uniform": drawn at random, each class as likely;
   * - "constant": always `constant`.
   */
  strategy: "prior" | "most_frequent" | "stratified" | "uniform" | "constant";
  /** The label that "constant" predicts, one of those in y. Default null. */
  constant: Label | null;
  /** Seed of "stratified" and "uniform"; null draws a new one in each fit. Default null. */
  randomState: number | null;
}

/** Share of each class in y, by weight. */
export interface DummyState {
  /** Share of each class by weight, in the order of `classes`; sums to 1. */
  readonly classPrior: Float64Array;
}

const definition: Definition<DummyClassifierParams> = {
  name: "DummyClassifier",
  schema: {
    strategy: oneOf("prior", "prior", "most_frequent", "stratified", "uniform", "constant"),
    constant: rule<Label | null>({
      default: null,
      expected: "null or a label: a finite number, a string or a boolean",
      allows: (value) =>
        value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value),
      samples: [null, 0],
      wrong: [Number.NaN, Number.POSITIVE_INFINITY, [], {}],
    }),
    randomState: seed(),
  },
  check: ({ strategy, constant }) =>
    strategy === "constant" && constant === null
      ? 'constant of DummyClassifier must be a label where strategy is "constant"; got null'
      : null,
  allowsNaN: true,
  usesSampleWeight: true,
};

/**
 * Predicts without looking at X: the baseline that every classifier should beat.
 * See scikit-learn, sklearn.dummy.DummyClassifier. A single class in y is allowed.
 */
export class DummyClassifier extends Classifier<DummyClassifierParams, DummyState> {
  constructor(params: Partial<DummyClassifierParams> = {}) {
    super(definition, params);
  }

  protected override get predictsBy(): Method {
    return "predict";
  }

  /** Share of each class in y, by weight, in the order of `classes`. */
  get classPrior(): Float64Array {
    return this.state.model.classPrior;
  }

  override learn({ y, sampleWeight }: TrainingData, params: Readonly<DummyClassifierParams>): DummyState {
    const { classes, codes } = y as LabelTarget;
    if (params.strategy === "constant") codeOf(params.constant, classes);
    const classPrior = new Float64Array(classes.length);
    let total = 0;
    for (let i = 0; i < codes.length; i++) {
      const weight = sampleWeight === null ? 1 : sampleWeight[i]!;
      classPrior[codes[i]!]! += weight;
      total += weight;
    }
    return { classPrior: classPrior.map((weight) => weight / total) };
  }

  override infer(fitted: FittedWith<DummyClassifierParams, DummyState>, { rows }: Matrix, method: Method): Output {
    const { strategy } = fitted.params;
    const prior = fitted.model.classPrior;
    const row = strategy === "uniform" ? prior.map(() => 1 / prior.length) : prior;
    if (method === "predictProba" && (strategy === "prior" || strategy === "uniform")) {
      const data = new Float64Array(rows * row.length);
      for (let i = 0; i < rows; i++) data.set(row, i * row.length);
      return new Matrix(data, rows, row.length);
    }
    const codes = madeUp(fitted, row, rows);
    return method === "predict" ? codes : oneHot(codes, row.length);
  }

  override validate({ model, classes }: FittedWith<DummyClassifierParams, DummyState>): void {
    const share = (value: number) => value >= 0 && value <= 1;
    requireShape(definition.name, model, recordOf({ classPrior: arrayOf(Float64Array, classes!.length, share) }));
  }
}

/** @throws InvalidParameterError if it is not among the classes */
function codeOf(label: Label | null, classes: readonly Label[]): number {
  const code = classes.indexOf(label as Label);
  if (code >= 0) return code;
  const list = classes.map((known) => JSON.stringify(known)).join(", ");
  throw new InvalidParameterError(
    `constant of DummyClassifier must be among the classes of y, ${list}; got ${JSON.stringify(label)}`,
    "constant",
  );
}

function madeUp(
  { params, classes, seed: root }: FittedWith<DummyClassifierParams, DummyState>,
  odds: Float64Array,
  rows: number,
): Float64Array {
  const { strategy } = params;
  if (strategy === "stratified" || strategy === "uniform") {
    const rng = new Rng(root!).stream("rows");
    return Float64Array.from({ length: rows }, () => draw(odds, rng.next()));
  }
  const most = odds.reduce((best, share, code) => (share > odds[best]! ? code : best), 0);
  return new Float64Array(rows).fill(strategy === "constant" ? codeOf(params.constant, classes!) : most);
}

/** The class in whose stretch of the unit interval `u` falls; rounding never gives it to one of odds 0. */
function draw(odds: Float64Array, u: number): number {
  let last = 0;
  let above = 0;
  for (let code = 0; code < odds.length; code++) {
    if (odds[code] === 0) continue;
    last = code;
    above += odds[code]!;
    if (u < above) return code;
  }
  return last;
}

function oneHot(codes: Float64Array, classes: number): Matrix {
  const data = new Float64Array(codes.length * classes);
  for (let i = 0; i < codes.length; i++) data[i * classes + codes[i]!] = 1;
  return new Matrix(data, codes.length, classes);
}
