import type { AnyEstimator } from "../core/estimator.js";
import type { KernelFunction } from "../kernels/svm-gram.js";
import type { KernelParams } from "../svm/kernel-params.js";
import type { SVC } from "../svm/svc.js";
import { pairList, type SvmModel, supportTable } from "../svm/svm-model.js";
import type { SVR } from "../svm/svr.js";
import { type Answer, largest, unsupported } from "./onnx-answers.js";
import { coupled } from "./onnx-coupling.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

// SVMClassifier and SVMRegressor of ai.onnx.ml compute in f32, and couple probabilities by rules of their own; plain
// operators in f64 give the numbers that LIBSVM gives. All kernel values of a call are in memory at once, rows x vectors.

export function writeSVC(svc: SVC, X: Table, graph: OnnxGraph): Answer {
  const { model, classes } = svc.state;
  const pairs = pairList(classes!.length);
  const values = decisionValues(svc, svc.params, model, pairWeights(model, pairs), X, graph);
  const breaksTies = svc.params.breakTies && pairs.length > 1;
  const codes = breaksTies ? largest(scoresOfClasses(values, pairs, graph), graph) : votedClasses(values, pairs, graph);
  const probabilities = svc.params.probability ? coupled(values, model, pairs, graph) : null;
  const decisions = () => {
    if (pairs.length === 1) return { name: graph.node("Neg", [values]), cols: 1 };
    if (svc.params.decisionFunctionShape === "ovo") return { name: values, cols: pairs.length };
    return { name: scoresOfClasses(values, pairs, graph), cols: classesOf(pairs) };
  };
  return { kind: "classes", codes, probabilities, decisions };
}

export function writeSVR(svr: SVR, X: Table, graph: OnnxGraph): Answer {
  const { model } = svr.state;
  return { kind: "numbers", values: decisionValues(svr, svr.params, model, model.coef, X, graph) };
}

/** double[N, pairs], positive for the first class of the pair. */
function decisionValues(
  estimator: AnyEstimator,
  params: Readonly<KernelParams>,
  model: SvmModel,
  weights: Float64Array,
  X: Table,
  graph: OnnxGraph,
): string {
  const { kernel, degree, coef0 } = params;
  if (typeof kernel === "function") throw unsupported(estimator, "its kernel is a function");
  if (kernel === "precomputed")
    throw unsupported(estimator, "its kernel is precomputed, of rows that it does not have");
  const fn: KernelFunction = { type: kernel, degree, coef0, gamma: model.gamma };
  const values = KERNELS[kernel](fn, graph.cast(X.numbers(), "double"), model, X.cols, graph);
  const pairs = model.rho.length;
  const negated = graph.constant(model.rho.map((value) => -value));
  return graph.node("Gemm", [values, graph.constant(weights, [model.support.length, pairs]), negated]);
}

/** Kernel values of rows and support vectors, double[N, vectors]. */
type KernelWriter = (fn: KernelFunction, X: string, model: SvmModel, cols: number, graph: OnnxGraph) => string;

const KERNELS: Readonly<Record<KernelFunction["type"], KernelWriter>> = {
  linear: (_, X, model, cols, graph) => dots(X, model, cols, graph),
  poly: (fn, X, model, cols, graph) =>
    graph.node("Pow", [affine(fn, dots(X, model, cols, graph), graph), graph.double(fn.degree)]),
  sigmoid: (fn, X, model, cols, graph) => graph.node("Tanh", [affine(fn, dots(X, model, cols, graph), graph)]),
  // |x - v|^2 = |x|^2 + |v|^2 - 2 x v
  rbf: ({ gamma }, X, model, cols, graph) => {
    const squares = graph.node("ReduceSumSquare", [X], { axes: Int32Array.of(1), keepdims: 1 });
    const norms = graph.node("Add", [squares, graph.constant(normsOf(model, cols))]);
    const twice = graph.node("Mul", [dots(X, model, cols, graph), graph.double(2)]);
    const distances = graph.node("Sub", [norms, twice]);
    return graph.node("Exp", [graph.node("Mul", [distances, graph.double(-gamma)])]);
  },
};

function dots(X: string, model: SvmModel, cols: number, graph: OnnxGraph): string {
  return graph.node("Gemm", [X, vectorsOf(model, cols, graph)], { transB: 1 });
}

function affine({ gamma, coef0 }: KernelFunction, products: string, graph: OnnxGraph): string {
  return graph.node("Add", [graph.node("Mul", [products, graph.double(gamma)]), graph.double(coef0)]);
}

/** The support vectors in f64; in the file they are what they are in the model: bytes of a grid, f32 or f64. */
function vectorsOf({ vectors, divisor, support }: SvmModel, cols: number, graph: OnnxGraph): string {
  const kept = graph.constant(vectors, [support.length, cols]);
  if (vectors instanceof Float64Array) return kept;
  const values = graph.cast(kept, "double");
  return vectors instanceof Uint8Array ? graph.node("Div", [values, graph.double(divisor)]) : values;
}

function normsOf(model: SvmModel, cols: number): Float64Array {
  const table = supportTable(model, cols);
  return Float64Array.from({ length: table.rows }, (_, row) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += table.at(row, j) ** 2;
    return sum;
  });
}

type Pairs = ReturnType<typeof pairList>;

/** Coefficients as vectors x pairs, of LIBSVM's sv_coef, which has them by the other class of each pair. */
function pairWeights({ coef, nSupport, support }: SvmModel, pairs: Pairs): Float64Array {
  const others = nSupport.length - 1;
  const starts = Array.from(nSupport, (_, k) => nSupport.slice(0, k).reduce((sum, count) => sum + count, 0));
  const weights = new Float64Array(support.length * pairs.length);
  const fill = (pair: number, own: number, other: number) => {
    for (let s = starts[own]!; s < starts[own]! + nSupport[own]!; s++) {
      weights[s * pairs.length + pair] = coef[s * others + other]!;
    }
  };
  for (const [pair, [a, b]] of pairs.entries()) {
    fill(pair, a, b - 1);
    fill(pair, b, a);
  }
  return weights;
}

/** For each row the class that most pairs vote for, the first among equals. */
function votedClasses(values: string, pairs: Pairs, graph: OnnxGraph): string {
  return largest(votes(graph.node("Greater", [values, graph.double(0)]), pairs, graph), graph);
}

/** Votes by class, equally many being decided by the sums of decision values; see scoresOfClasses in ../svm/votes.ts. */
function scoresOfClasses(values: string, pairs: Pairs, graph: OnnxGraph): string {
  const sums = graph.node("MatMul", [values, sides(pairs, graph)]);
  const bound = graph.node("Add", [graph.node("Abs", [sums]), graph.double(1)]);
  const summand = graph.node("Div", [sums, graph.node("Mul", [bound, graph.double(3)])]);
  const cast = votes(graph.node("GreaterOrEqual", [values, graph.double(0)]), pairs, graph);
  return graph.node("Add", [cast, summand]);
}

/** Votes by class, of whether each pair votes for its first class: those for none, and what each of them moves. */
function votes(first: string, pairs: Pairs, graph: OnnxGraph): string {
  const forSecond = graph.constant(Float64Array.from({ length: classesOf(pairs) }, (_, k) => k));
  return graph.node("Gemm", [graph.cast(first, "double"), sides(pairs, graph), forSecond]);
}

/** double[pairs, classes]: 1 for the first class of a pair, -1 for its second. */
function sides(pairs: Pairs, graph: OnnxGraph): string {
  const classes = classesOf(pairs);
  const table = new Float64Array(pairs.length * classes);
  for (const [pair, [a, b]] of pairs.entries()) {
    table[pair * classes + a] = 1;
    table[pair * classes + b] = -1;
  }
  return graph.constant(table, [pairs.length, classes]);
}

const classesOf = (pairs: Pairs): number => pairs.at(-1)![1] + 1;
