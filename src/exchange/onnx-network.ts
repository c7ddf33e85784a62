import type { KerasStyleClassifier } from "../neural/keras-style-classifier.js";
import type { KerasStyleRegressor } from "../neural/keras-style-regressor.js";
import type { Activation, Layer, Padding, Pair } from "../neural/layers.js";
import { type Shape, windowsOf } from "../neural/network.js";
import { type Answer, bothClasses, largest, unsupported } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Attributes } from "./onnx-messages.js";
import type { Table } from "./onnx-tables.js";

export function writeNetworkClassifier(classifier: KerasStyleClassifier, X: Table, graph: OnnxGraph): Answer {
  const outputs = graph.cast(outputsOf(classifier, X, graph), "double");
  const probabilities = classifier.network.outputs === 1 ? bothClasses(outputs, graph) : outputs;
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
}

export const writeNetworkRegressor = (regressor: KerasStyleRegressor, X: Table, graph: OnnxGraph): Answer => ({
  kind: "numbers",
  values: graph.cast(outputsOf(regressor, X, graph), "double"),
});

/** What flows from layer to layer, f32: rows of numbers, or images with their channels last, or first as ONNX has them. */
interface Flow {
  readonly name: string;
  readonly hasChannelsFirst: boolean;
}

/** A layer in its place with its weights. */
interface Placed<L extends Layer> {
  readonly spec: L;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly weights: readonly Float32Array[];
}

type LayerWriter<L extends Layer> = (layer: Placed<L>, flow: Flow, graph: OnnxGraph) => Flow;
type Pooling = Extract<Layer, { poolSize: unknown }>;

/** The numbers that the network answers, float[N, outputs]. */
function outputsOf(estimator: KerasStyleClassifier | KerasStyleRegressor, X: Table, graph: OnnxGraph): string {
  const { network, state } = estimator;
  if (network.topology !== undefined) {
    throw unsupported(estimator, "its network is made of layers of tfjs; toTfjsLayersModel writes it");
  }
  const rows: Flow = { name: X.numbers(), hasChannelsFirst: false };
  let flow = network.inputShape.length === 1 ? rows : reshaped(rows, network.inputShape, graph);
  let first = 0;
  for (const layer of network.layers) {
    const weights = state.model.weights.slice(first, first + layer.weights.length);
    first += weights.length;
    flow = (LAYERS[layer.spec.type] as LayerWriter<Layer>)({ ...layer, weights }, flow, graph);
  }
  return flow.name;
}

const LAYERS: { readonly [T in Layer["type"]]: LayerWriter<Extract<Layer, { type: T }>> } = {
  dense: ({ spec, inputShape, weights: [kernel, bias] }, { name }, graph) => {
    const matrix = graph.constant(kernel!, [inputShape[0]!, spec.units as number]);
    const inputs = [name, matrix, ...(bias === undefined ? [] : [graph.constant(bias)])];
    return activated(spec.activation, { name: graph.node("Gemm", inputs), hasChannelsFirst: false }, graph);
  },
  // A kernel height x width x channels x filters becomes filters x channels x height x width.
  conv2d: ({ spec, inputShape, weights: [kernel, bias] }, flow, graph) => {
    const asKept = graph.constant(kernel!, [...spec.kernelSize, inputShape[2]!, spec.filters]);
    const turned = graph.node("Transpose", [asKept], { perm: Int32Array.of(3, 2, 0, 1) });
    const inputs = [channelsFirst(flow, graph).name, turned, ...(bias === undefined ? [] : [graph.constant(bias)])];
    const name = graph.node("Conv", inputs, windows(spec.kernelSize, spec.strides, spec.padding, inputShape));
    return activated(spec.activation, { name, hasChannelsFirst: true }, graph);
  },
  maxPooling2d: (layer, flow, graph) => pooled("MaxPool", layer as Placed<Pooling>, flow, graph),
  averagePooling2d: (layer, flow, graph) => pooled("AveragePool", layer as Placed<Pooling>, flow, graph),
  globalAveragePooling2d: (_, flow, graph) => {
    const means = graph.node("GlobalAveragePool", [channelsFirst(flow, graph).name]);
    return { name: graph.node("Flatten", [means]), hasChannelsFirst: false };
  },
  flatten: ({ outputShape }, flow, graph) => reshaped(flow, outputShape, graph),
  dropout: (_, flow) => flow,
  batchNormalization: ({ spec, inputShape, weights }, flow, graph) => {
    const isImage = inputShape.length === 3;
    const { name } = isImage ? channelsFirst(flow, graph) : flow;
    const inputs = [name, ...weights.map((array) => graph.constant(array))];
    const normalized = graph.node("BatchNormalization", inputs, { epsilon: { float: spec.epsilon } });
    return { name: normalized, hasChannelsFirst: isImage };
  },
  activation: ({ spec }, flow, graph) => activated(spec.activation, flow, graph),
  reshape: ({ outputShape }, flow, graph) => reshaped(flow, outputShape, graph),
};

const ACTIVATIONS: Readonly<Record<Exclude<Activation, "linear">, string>> = {
  relu: "Relu",
  elu: "Elu",
  selu: "Selu",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  softmax: "Softmax",
};

function activated(activation: Activation, flow: Flow, graph: OnnxGraph): Flow {
  if (activation === "linear") return flow;
  const attributes: Attributes = activation === "softmax" ? { axis: flow.hasChannelsFirst ? 1 : -1 } : {};
  return { ...flow, name: graph.node(ACTIVATIONS[activation], [flow.name], attributes) };
}

/** Means are of the part of a window that lies inside the image, which is ONNX's default too. */
function pooled(op: string, { spec, inputShape }: Placed<Pooling>, flow: Flow, graph: OnnxGraph): Flow {
  const attributes = windows(spec.poolSize, spec.strides, spec.padding, inputShape);
  return { name: graph.node(op, [channelsFirst(flow, graph).name], attributes), hasChannelsFirst: true };
}

function windows(size: Pair, strides: Pair, padding: Padding, [height, width]: Shape): Attributes {
  const sides = [height!, width!].map((length, axis) => {
    const { count, before } = windowsOf(length, size[axis]!, strides[axis]!, padding);
    return { before, after: Math.max(0, (count - 1) * strides[axis]! + size[axis]! - length - before) };
  });
  return {
    kernel_shape: Int32Array.from(size),
    strides: Int32Array.from(strides),
    pads: Int32Array.from([...sides.map(({ before }) => before), ...sides.map(({ after }) => after)]),
  };
}

/** The same values in another shape, in the order of Keras: channels last. A size of 0 is that of the input: the rows. */
function reshaped(flow: Flow, shape: Shape, graph: OnnxGraph): Flow {
  const name = graph.node("Reshape", [channelsLast(flow, graph).name, graph.integers(0, ...shape)]);
  return { name, hasChannelsFirst: false };
}

function channelsFirst(flow: Flow, graph: OnnxGraph): Flow {
  if (flow.hasChannelsFirst) return flow;
  return { name: graph.node("Transpose", [flow.name], { perm: Int32Array.of(0, 3, 1, 2) }), hasChannelsFirst: true };
}

function channelsLast(flow: Flow, graph: OnnxGraph): Flow {
  if (!flow.hasChannelsFirst) return flow;
  return { name: graph.node("Transpose", [flow.name], { perm: Int32Array.of(0, 2, 3, 1) }), hasChannelsFirst: false };
}
