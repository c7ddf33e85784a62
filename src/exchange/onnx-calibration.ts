import type { CalibratedModel, CalibratedPair } from "../calibration/calibrated-classifier-cv.js";
import type { Isotonic, Sigmoid } from "../calibration/calibrators.js";
import { scoringMethodOf } from "../calibration/scores-of.js";
import type { AnyEstimator } from "../core/estimator.js";
import { type Answer, bothClasses, type Classes, type Doubles, largest, type Write } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

/** The mean of what its calibrated classifiers say. */
export function writeCalibrated(calibrated: AnyEstimator, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { pairs } = calibrated.state.model as CalibratedModel;
  const tables = pairs.map((pair) => calibratedTable(pair, X, graph, write));
  const sum = tables.reduce((before, table) => graph.node("Add", [before, table]));
  const probabilities = graph.node("Div", [sum, graph.double(tables.length)]);
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
}

/** double[N, classes] */
function calibratedTable({ estimator, calibrators }: CalibratedPair, X: Table, graph: OnnxGraph, write: Write): string {
  const scores = scoresOf(estimator, write(estimator, X, graph) as Classes);
  const isBinary = calibrators.length === 1;
  const columns = calibrators.map((calibrator, c) => {
    const column = graph.integers(isBinary ? scores.cols - 1 : c);
    const score = graph.node("Gather", [scores.name, column], { axis: 1 });
    return calibrator.kind === "sigmoid" ? sigmoid(calibrator, score, graph) : interpolated(calibrator, score, graph);
  });
  if (isBinary) return bothClasses(columns[0]!, graph);
  const table = graph.node("Concat", columns, { axis: 1 });
  const sum = graph.node("ReduceSum", [table, graph.integers(1)]);
  const equal = graph.double(1 / columns.length);
  return graph.node("Where", [graph.node("Equal", [sum, graph.double(0)]), equal, graph.node("Div", [table, sum])]);
}

function scoresOf(estimator: AnyEstimator, { probabilities, decisions }: Classes): Doubles {
  if (scoringMethodOf(estimator) === "decisionFunction") return decisions!();
  return { name: probabilities!, cols: estimator.state.classes!.length };
}

function sigmoid({ slope, offset }: Sigmoid, score: string, graph: OnnxGraph): string {
  const scaled = graph.node("Mul", [score, graph.double(-slope)]);
  return graph.node("Sigmoid", [graph.node("Sub", [scaled, graph.double(offset)])]);
}

/** Of double[N, 1]; rows x thresholds are in memory at once. */
function interpolated({ scores, values }: Isotonic, score: string, graph: OnnxGraph): string {
  const last = scores.length - 1;
  const within = graph.node("Clip", [score, graph.double(scores[0]!), graph.double(scores[last]!)]);
  // The piece between two thresholds is that of the last threshold below; from the first threshold on it is the first.
  const below = graph.cast(graph.node("Less", [graph.constant(scores), within]), "int64");
  const count = graph.node("ReduceSum", [below, graph.integers(1)]);
  const one = graph.constant(BigInt64Array.of(1n), []);
  const piece = graph.node("Sub", [graph.node("Max", [count, one]), one]);
  const slopes = scores.map((from, i) => (i < last ? (values[i + 1]! - values[i]!) / (scores[i + 1]! - from) : 0));
  const of = (table: Float64Array) => graph.node("Gather", [graph.constant(table), piece]);
  const rise = graph.node("Mul", [of(slopes), graph.node("Sub", [within, of(scores)])]);
  return graph.node("Add", [rise, of(values)]);
}
