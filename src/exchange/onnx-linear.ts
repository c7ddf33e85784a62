import type { LinearSVC } from "../linear/linear-svc.js";
import type { LogisticRegression } from "../linear/logistic-regression.js";
import type { LinearModel } from "../linear/score-rows.js";
import { type Answer, bothClasses, largest, secondIfPositive, type Table } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";

export function writeLogisticRegression({ state }: LogisticRegression, X: Table, graph: OnnxGraph): Answer {
  const { scores, codes } = scoresOf(state.model, X, graph);
  const isBinary = state.model.intercept.length === 1;
  const probabilities = isBinary
    ? bothClasses(graph.node("Sigmoid", [scores]), graph)
    : graph.node("Softmax", [scores], { axis: 1 });
  return { kind: "classes", codes, probabilities };
}

export function writeLinearSVC({ state }: LinearSVC, X: Table, graph: OnnxGraph): Answer {
  return { kind: "classes", codes: scoresOf(state.model, X, graph).codes, probabilities: null };
}

/** Scores in f64: double[N, outputs], and the classes that they decide for. */
function scoresOf({ coef, intercept }: LinearModel, X: Table, graph: OnnxGraph) {
  const outputs = intercept.length;
  const weights = graph.constant(coef, [outputs, X.cols]);
  const scores = graph.node("Gemm", [graph.cast(X.name, "double"), weights, graph.constant(intercept)], { transB: 1 });
  return { scores, codes: outputs === 1 ? secondIfPositive(scores, graph) : largest(scores, graph) };
}
