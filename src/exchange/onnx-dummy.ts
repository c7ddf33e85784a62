import type { DummyClassifier } from "../dummy/dummy-classifier.js";
import { type Answer, repeated, unsupported } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

export function writeDummyClassifier(dummy: DummyClassifier, X: Table, graph: OnnxGraph): Answer {
  const { strategy, constant } = dummy.params;
  if (strategy === "stratified" || strategy === "uniform") {
    throw unsupported(dummy, `its strategy "${strategy}" draws at random`);
  }
  const { classPrior, classes } = dummy;
  const code = strategy === "constant" ? classes.indexOf(constant!) : classPrior.indexOf(Math.max(...classPrior));
  const row = strategy === "prior" ? classPrior : classPrior.map((_, k) => (k === code ? 1 : 0));
  const probabilities = repeated(row, X.numbers(), graph);
  const codes = graph.node("Expand", [graph.integers(code), graph.node("Shape", [X.numbers()], { start: 0, end: 1 })]);
  return { kind: "classes", codes, probabilities };
}
