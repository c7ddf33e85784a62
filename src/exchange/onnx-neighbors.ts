import type { KNeighborsClassifier } from "../neighbors/k-neighbors-classifier.js";
import type { KNeighborsRegressor } from "../neighbors/k-neighbors-regressor.js";
import type { NeighborsModel } from "../neighbors/neighbors-model.js";
import type { NeighborsParams } from "../neighbors/neighbors-params.js";
import { type Answer, largest, repeated } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

export function writeNeighborsClassifier({ state, params }: KNeighborsClassifier, X: Table, graph: OnnxGraph): Answer {
  const { model, classes } = state;
  const { indices, weights } = nearest(model, params, X, graph);
  const codes = graph.node("Gather", [graph.constant(BigInt64Array.from(model.targets, BigInt)), indices]);
  const all = graph.integers(...classes!.keys());
  const votes = graph.node("Equal", [graph.node("Unsqueeze", [codes, graph.integers(2)]), all]);
  const ballots = graph.node("Mul", [
    graph.cast(votes, "double"),
    graph.node("Unsqueeze", [weights, graph.integers(2)]),
  ]);
  const sums = graph.node("ReduceSum", [ballots, graph.integers(1)], { keepdims: 0 });
  const probabilities = graph.node("Div", [sums, graph.node("ReduceSum", [weights, graph.integers(1)])]);
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
}

export function writeNeighborsRegressor({ state, params }: KNeighborsRegressor, X: Table, graph: OnnxGraph): Answer {
  const { indices, weights } = nearest(state.model, params, X, graph);
  const numbers = graph.node("Gather", [graph.constant(state.model.targets), indices]);
  const sums = graph.node("ReduceSum", [graph.node("Mul", [numbers, weights]), graph.integers(1)]);
  const values = graph.node("Div", [sums, graph.node("ReduceSum", [weights, graph.integers(1)])]);
  return { kind: "numbers", values };
}

type AnyModel = NeighborsModel<Int32Array | Float64Array>;

/** For each row the numbers of its nearest training rows, int64[N, k], and what each of them counts, double[N, k]. */
function nearest(model: AnyModel, params: Readonly<NeighborsParams>, X: Table, graph: OnnxGraph) {
  const isEuclidean = params.metric === "euclidean";
  // onnxruntime's TopK ends the process where there are no rows, so there is always one more, which is cut off again.
  const spare = graph.constant(new Float64Array(X.cols), [1, X.cols]);
  const rows = graph.node("Concat", [graph.cast(X.numbers(), "double"), spare], { axis: 0 });
  const all = sumsOfDifferences(model, isEuclidean, rows, X.cols, graph);
  // Of equal ones TopK takes those that come first, as we do.
  const found = graph.nodeOf(2, "TopK", [all, graph.integers(params.nNeighbors)], { largest: 0 });
  const [sums, indices] = found.map((each) => graph.node("Slice", [each, graph.integers(0), graph.integers(-1)]));
  const distances = isEuclidean ? graph.node("Sqrt", [sums!]) : sums!;
  return { indices: indices!, weights: weightsOf(distances, params.weights, graph) };
}

/**
 * double[N, training rows], by the definition, feature by feature as our kernel sums: by a product of matrices rows that are
 * as far away would differ by roundings, and others would be the nearest. Rows x training rows are in memory at once.
 */
function sumsOfDifferences(model: AnyModel, areSquared: boolean, rows: string, cols: number, graph: OnnxGraph): string {
  const queries = graph.node("Transpose", [rows]);
  const training = trainingColumns(model, cols, graph);
  const zeros = repeated(new Float64Array(model.targets.length), rows, graph);
  const [sums] = graph.loop(cols, [zeros], (body, feature, [before]) => {
    const query = body.node("Unsqueeze", [body.node("Gather", [queries, feature]), body.integers(1)]);
    const gaps = body.node("Sub", [query, body.node("Gather", [training, feature])]);
    const summand = areSquared ? body.node("Mul", [gaps, gaps]) : body.node("Abs", [gaps]);
    return { states: [body.node("Add", [before!, summand])] };
  });
  return sums!;
}

/** The training rows, turned: double[features, rows]. In the file they are what they are in the model. */
function trainingColumns({ data, scale, targets }: AnyModel, cols: number, graph: OnnxGraph): string {
  const rows = targets.length;
  const turned = data.slice();
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) turned[j * rows + i] = data[i * cols + j]!;
  const values = graph.cast(graph.constant(turned, [cols, rows]), "double");
  if (scale === null) return values;
  return graph.cast(graph.cast(graph.node("Mul", [values, graph.double(scale)]), "float"), "double");
}

/** By the inverse of the distance; where rows are equal to the query, these alone count, each as much. */
function weightsOf(distances: string, kind: NeighborsParams["weights"], graph: OnnxGraph): string {
  const one = graph.double(1);
  if (kind === "uniform") return graph.node("Expand", [one, graph.node("Shape", [distances])]);
  const inverse = graph.node("Div", [one, distances]);
  const isEqual = graph.cast(graph.node("IsInf", [inverse]), "double");
  const hasEqual = graph.node("ReduceMax", [isEqual], { axes: Int32Array.of(1), keepdims: 1 });
  return graph.node("Where", [graph.cast(hasEqual, "bool"), isEqual, inverse]);
}
