import type { LinearRegression } from "../linear/linear-regression.js";
import type { LinearSVC } from "../linear/linear-svc.js";
import type { LogisticRegression } from "../linear/logistic-regression.js";
import type { Ridge } from "../linear/ridge.js";
import type { LinearModel } from "../linear/score-rows.js";
import { type Answer, bothClasses, type Classes, largest, secondIfPositive } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

export function writeLogisticRegression({ state }: LogisticRegression, X: Table, graph: OnnxGraph): Answer {
  const { scores, answer } = decided(state.model, X, graph);
  const isBinary = state.model.intercept.length === 1;
  const probabilities = isBinary
    ? bothClasses(graph.node("Sigmoid", [scores]), graph)
    : graph.node("Softmax", [scores], { axis: 1 });
  return { ...answer, probabilities };
}

export function writeLinearSVC({ state }: LinearSVC, X: Table, graph: OnnxGraph): Answer {
  return decided(state.model, X, graph).answer;
}

export function writeLinearRegression({ state }: LinearRegression | Ridge, X: Table, graph: OnnxGraph): Answer {
  const { coef, intercept } = state.model;
  return { kind: "numbers", values: linearScores({ coef, intercept: Float64Array.of(intercept) }, X, graph) };
}

/** In f64: double[N, outputs]. */
function linearScores({ coef, intercept }: LinearModel, X: Table, graph: OnnxGraph): string {
  const weights = graph.constant(coef, [intercept.length, X.cols]);
  return graph.node("Gemm", [graph.cast(X.numbers(), "double"), weights, graph.constant(intercept)], { transB: 1 });
}

/** Scores, and what they decide. */
function decided(
  model: LinearModel,
  X: Table,
  graph: OnnxGraph,
): { readonly scores: string; readonly answer: Classes } {
  const scores = linearScores(model, X, graph);
  const cols = model.intercept.length;
  const codes = cols === 1 ? secondIfPositive(scores, graph) : largest(scores, graph);
  const decisions = () => ({ name: scores, cols });
  return { scores, answer: { kind: "classes", codes, probabilities: null, decisions } };
}
