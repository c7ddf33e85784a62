import { type GaussianNB, logConstants } from "../naive-bayes/gaussian-nb.js";
import { type Answer, largest } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

/** In f64, as the estimator does it; rows x classes x features are in memory at once. */
export function writeGaussianNB({ state }: GaussianNB, X: Table, graph: OnnxGraph): Answer {
  const { classPrior, theta, var: variance } = state.model;
  const shape = [classPrior.length, X.cols];
  const rows = graph.node("Unsqueeze", [graph.cast(X.numbers(), "double"), graph.integers(1)]);
  const away = graph.node("Sub", [rows, graph.constant(theta, shape)]);
  const squares = graph.node("Div", [graph.node("Mul", [away, away]), graph.constant(variance, shape)]);
  const distances = graph.node("ReduceSum", [squares, graph.integers(2)], { keepdims: 0 });
  const halves = graph.node("Mul", [distances, graph.double(-0.5)]);
  const joint = graph.node("Add", [halves, graph.constant(logConstants(state.model, X.cols))]);
  return { kind: "classes", codes: largest(joint, graph), probabilities: graph.node("Softmax", [joint], { axis: 1 }) };
}
