/** Fits of SVC and SVR, measured against golden cases: how far they are off, and what is allowed. */
import { classWeights, rowWeights } from "../../src/core/class-weight.js";
import { Matrix } from "../../src/core/matrix.js";
import { LabelTarget } from "../../src/core/target.js";
import { SVC } from "../../src/svm/svc.js";
import { SVR } from "../../src/svm/svr.js";
import {
  type DualSolution,
  factsOf,
  type KernelFunction,
  kernelColumns,
  pairSolutions,
  regressionSolution,
} from "./dual.js";
import { type Classification, type GoldenParams, load, type Regression, weightsOf } from "./problems.js";

export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

export const TOL = 1e-6;

/** One sentence for all that is off by more than is allowed; empty if nothing is. */
export function missesOf(measures: readonly Measure[]): string {
  // A value that is no number is a miss, too.
  const misses = measures.filter(({ value, limit }) => !(value <= limit));
  return misses.map(({ what, value, limit }) => `${what}: off by ${value}, at most ${limit} is allowed`).join("; ");
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** The largest difference, where 1 and less count as they are and more as shares. */
function apart(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length < expected.length) return Number.NaN;
  return largest(expected.map((value, i) => Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value))));
}

function relative(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.NaN;
  return largest(expected.map((value, i) => (value === actual[i] ? 0 : Math.abs(actual[i]! / value - 1))));
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

function supportsApart(actual: ArrayLike<number>, expected: readonly number[]): Measure {
  const many = sum(expected);
  return { what: "support vectors", value: Math.abs(sum(actual) - many), limit: Math.max(2, 0.01 * many) };
}

/** Kernels that have no gamma may tell any. */
function gammaApart(actual: number, { gamma, params: { kernel } }: Classification | Regression): Measure {
  const counts = kernel !== "linear" && kernel !== "precomputed";
  return { what: "gamma", value: counts ? relative([actual], [gamma]) : 0, limit: 1e-12 };
}

/** What a minimum must fulfil. F is a long sum of changes, so that the gap that a solver sees has their roundings. */
function conditions(solutions: readonly DualSolution[], bound: number): Measure[] {
  const facts = solutions.map(factsOf);
  const size = largest(solutions.map(({ Kc }) => largest(Array.from(Kc, Math.abs))));
  return [
    { what: "KKT gap", value: largest(facts.map(({ gap }) => gap)), limit: TOL + 1e-10 * size },
    { what: "alphas in 0 .. C", value: largest(facts.map(({ outOfBox }) => outOfBox)), limit: 1e-12 * bound },
    { what: "sum of coefficients", value: largest(facts.map(({ balance }) => Math.abs(balance))), limit: 1e-9 * bound },
  ];
}

const kernelFunction = ({ kernel, degree = 3, coef0 = 0 }: GoldenParams, gamma: number): KernelFunction => ({
  kernel,
  gamma,
  degree,
  coef0,
});

/** The matrix of dot products with the rows that are learned from, which "precomputed" takes. */
export function dotProducts(of: Matrix, learned: Matrix): Matrix {
  const rows = learned.toArrays();
  const products = of.toArrays().flatMap((x) => rows.map((row) => sum(row.map((value, k) => value * x[k]!))));
  return new Matrix(Float64Array.from(products), of.rows, learned.rows);
}

export async function judgeClassification(golden: Classification): Promise<Measure[]> {
  const { on, params } = golden;
  const problem = load(on);
  const { y } = problem;
  const precomputed = params.kernel === "precomputed";
  const X = precomputed ? dotProducts(problem.X, problem.X) : problem.X;
  const heldOut = precomputed ? dotProducts(problem.heldOut, problem.X) : problem.heldOut;
  const sampleWeight = weightsOf(golden.weights, X.rows);
  const model = new SVC({ ...params, tol: TOL, decisionFunctionShape: "ovo", breakTies: false });
  await model.fit(X, y, { sampleWeight });

  const target = new LabelTarget([...model.classes], Int32Array.from(y));
  // "balanced" counts rows, whatever they weigh, as scikit-learn's SVC does.
  const byClass = classWeights(params.classWeight ?? null, target, "SVC");
  const weights = rowWeights(target, byClass, sampleWeight) ?? new Float64Array(X.rows).fill(1);
  const C = weights.map((weight) => params.C * weight);
  const K = kernelColumns(X, model.support, kernelFunction(params, model.gamma));
  const solutions = pairSolutions(model, K, y, C);
  const measures = [
    { what: "converged", value: model.converged ? 0 : 1, limit: 0 },
    ...conditions(solutions, params.C),
  ];
  if (golden.onlyKkt) return measures;

  const pairs = golden.intercept.length;
  const rows = golden.decision.length / pairs;
  const few = heldOut.take(Array.from({ length: rows }, (_, i) => i));
  measures.push(
    gammaApart(model.gamma, golden),
    {
      what: "dual objective",
      value: relative(
        solutions.map((solution) => factsOf(solution).objective),
        golden.objectives,
      ),
      limit: 1e-4,
    },
    supportsApart(model.nSupport, golden.nSupport),
    { what: "intercepts", value: apart(model.intercept, golden.intercept), limit: 1e-3 },
    { what: "decision values", value: apart((await model.decisionFunction(few)).data, golden.decision), limit: 1e-3 },
  );
  if (golden.support !== undefined) {
    const same = String([...model.support]) === String(golden.support);
    measures.push(
      { what: "rows of support vectors", value: same ? 0 : 1, limit: 0 },
      { what: "dual coefficients", value: apart(model.dualCoef.data, golden.dualCoef!), limit: 1e-3 },
    );
  }
  let predictor = model;
  if (golden.ovr !== undefined || params.breakTies) {
    const others = { tol: TOL, decisionFunctionShape: "ovr", breakTies: params.breakTies ?? false } as const;
    predictor = await new SVC({ ...params, ...others }).fit(X, y, { sampleWeight });
    const ovr = (await predictor.decisionFunction(few)).data;
    measures.push({ what: "ovr decision values", value: apart(ovr, golden.ovr!), limit: 1e-3 });
  }
  const count = golden.predictions.length;
  const predictions = await predictor.predict(heldOut.take(Array.from({ length: count }, (_, i) => i)));
  const wrong = predictions.filter((label, i) => String(label) !== golden.predictions[i]).length;
  measures.push({ what: "predictions", value: wrong / count, limit: 0.001 });
  return measures;
}

export async function judgeRegression(golden: Regression): Promise<Measure[]> {
  const { on, params } = golden;
  const { X, y, heldOut } = load(on);
  const sampleWeight = weightsOf(golden.weights, X.rows);
  const model = await new SVR({ ...params, tol: TOL }).fit(X, y, { sampleWeight });
  const C = (sampleWeight ?? new Float64Array(X.rows).fill(1)).map((weight) => params.C * weight);
  const K = kernelColumns(X, model.support, kernelFunction(params, model.gamma));
  const solution = regressionSolution(model, K, y, C, params.epsilon);
  const measures = [
    { what: "converged", value: model.converged ? 0 : 1, limit: 0 },
    ...conditions([solution], params.C),
  ];
  if (golden.onlyKkt) return measures;
  return [
    ...measures,
    gammaApart(model.gamma, golden),
    { what: "dual objective", value: relative([factsOf(solution).objective], golden.objectives), limit: 1e-4 },
    supportsApart([model.support.length], golden.nSupport),
    { what: "intercept", value: apart(model.intercept, golden.intercept), limit: 1e-3 },
    { what: "predictions", value: apart(await model.predict(heldOut), golden.predictions), limit: 1e-3 },
  ];
}
