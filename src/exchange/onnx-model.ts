import type { AnyEstimator } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { PRODUCT, PRODUCT_VERSION } from "../core/product.js";
import { type Answer, unsupported } from "./onnx-answers.js";
import { OnnxGraph } from "./onnx-graph.js";
import { type Model, modelFields, type Port } from "./onnx-messages.js";
import { InputTable } from "./onnx-tables.js";
import { write } from "./onnx-writers.js";
import { encode, MOST_BYTES, sizeOfAll } from "./protobuf.js";

/** The size that each call has its own of: how many rows come in. */
const ROWS = "N";

/** A model as a file, and the tensors that go in and come out. */
export interface EncodedModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * The model of a fitted estimator, encoded.
 * @throws an InvalidModelError for what ONNX cannot say, and for more bytes than it allows
 */
export function encodedModel(estimator: AnyEstimator, documentation: string): EncodedModel {
  const model = modelOf(estimator, documentation);
  const fields = modelFields(model);
  const size = sizeOfAll(fields);
  if (size > MOST_BYTES) throw unsupported(estimator, `it would take ${size} bytes, and ONNX allows ${MOST_BYTES}`);
  const { inputs, outputs } = model.graph;
  return { bytes: encode(fields), inputs, outputs };
}

function modelOf(estimator: AnyEstimator, documentation: string): Model {
  const { nFeatures, classes } = estimator.state;
  const whole = new OnnxGraph();
  const X = new InputTable(nFeatures, whole);
  const graph = new OnnxGraph(whole);
  const outputs = outputsOf(write(estimator, X, graph), estimator, graph);
  const inputs = X.ports(ROWS);
  whole.append(graph);
  return {
    graph: whole.close(estimator.definition.name, inputs, outputs),
    producer: PRODUCT,
    producerVersion: PRODUCT_VERSION,
    documentation,
    metadata: {
      producer: PRODUCT,
      version: PRODUCT_VERSION,
      estimator: estimator.definition.name,
      ...(classes === null ? {} : { classes: JSON.stringify(classes) }),
    },
  };
}

function outputsOf(answer: Answer, estimator: AnyEstimator, graph: OnnxGraph): readonly Port[] {
  const floats = (name: string, tensor: string, cols: number): Port => {
    graph.cast(tensor, "float", name);
    return { name, type: "float", shape: [ROWS, cols] };
  };
  if (answer.kind === "numbers") return [floats("prediction", answer.values, 1)];
  if (answer.kind === "table") return [floats("transformed", answer.table.numbers(), answer.table.cols)];
  const classes = estimator.state.classes!;
  const label = labelsOf(answer.codes, classes, estimator, graph);
  if (answer.probabilities === null) return [label];
  return [label, floats("probabilities", answer.probabilities, classes.length)];
}

/** The labels that the codes stand for: int64, or strings. Booleans are 0 and 1. */
function labelsOf(codes: string, classes: readonly Label[], estimator: AnyEstimator, graph: OnnxGraph): Port {
  const isText = typeof classes[0] === "string";
  if (!isText) for (const label of classes) requireInteger(label, estimator);
  const labels = isText ? (classes as readonly string[]) : BigInt64Array.from(classes as readonly number[], BigInt);
  graph.node("Gather", [graph.constant(labels), codes], {}, "label");
  return { name: "label", type: isText ? "string" : "int64", shape: [ROWS] };
}

function requireInteger(label: Label, estimator: AnyEstimator): void {
  if (typeof label !== "number" || Number.isSafeInteger(label)) return;
  throw unsupported(estimator, `the label ${label} is no safe integer, and labels are int64 or strings`);
}
