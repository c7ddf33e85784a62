import type { Weights } from "../neural/backend.js";
import type { Initializer, Layer } from "../neural/layers.js";
import { type Network, type NetworkLayer, sizeOf, weightsOf } from "../neural/network.js";
import { KERAS_WEIGHTS, type TfjsModelArtifacts, type TfjsWeightSpec } from "./tfjs-model.js";

type Config = Readonly<Record<string, unknown>>;

/** The artifacts of a network that fits its weights. */
export function artifactsOf(network: Network, weights: Weights): TfjsModelArtifacts {
  const weightSpecs = weightSpecsOf(network);
  const weightData = new Float32Array(weightSpecs.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let first = 0;
  for (const array of weights) {
    weightData.set(array, first);
    first += array.length;
  }
  return {
    modelTopology: topologyOf(network),
    format: "layers-model",
    generatedBy: "Trellis",
    convertedBy: null,
    weightSpecs,
    weightData: weightData.buffer,
  };
}

function weightSpecsOf(network: Network): TfjsWeightSpec[] {
  return weightsOf(network).map(({ name, shape }) => {
    const [layer, weight] = name.split("/") as [string, string];
    const kerasName = network.topology === undefined ? `${layer}/${KERAS_WEIGHTS[weight]}` : name;
    return { name: kerasName, shape: [...shape], dtype: "float32" };
  });
}

/** A Sequential of Keras 2; a network that tfjs brought says itself what it is. */
function topologyOf({ layers, inputShape, topology }: Network): TfjsModelArtifacts["modelTopology"] {
  if (topology !== undefined) return JSON.parse(topology) as TfjsModelArtifacts["modelTopology"];
  const placed = layers.map(({ name, spec, outputShape }: NetworkLayer, i) => {
    const [class_name, config] = (KERAS[spec.type] as Writer<Layer>)(spec, outputShape);
    const first = i === 0 ? { batch_input_shape: [null, ...inputShape] } : {};
    return { class_name, config: { name, trainable: true, ...first, dtype: "float32", ...config } };
  });
  return {
    class_name: "Sequential",
    config: { name: "sequential_1", layers: placed },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
}

type Writer<L extends Layer> = (layer: L, outputShape: readonly number[]) => readonly [className: string, Config];
type Pooling = Extract<Layer, { poolSize: unknown }>;
type WriterOf<T extends Layer["type"]> = Writer<T extends Pooling["type"] ? Pooling : Extract<Layer, { type: T }>>;

const IMAGES = { data_format: "channels_last" };

/** Scale, mode and distribution of Keras's VarianceScaling. */
const SCALINGS: Readonly<Record<Exclude<Initializer, "zeros">, readonly [number, string, string]>> = {
  glorotUniform: [1, "fan_avg", "uniform"],
  glorotNormal: [1, "fan_avg", "normal"],
  heUniform: [2, "fan_in", "uniform"],
  heNormal: [2, "fan_in", "normal"],
  lecunNormal: [1, "fan_in", "normal"],
};

function initializerOf(initializer: Initializer): Config {
  if (initializer === "zeros") return { class_name: "Zeros", config: {} };
  const [scale, mode, distribution] = SCALINGS[initializer];
  return { class_name: "VarianceScaling", config: { scale, mode, distribution, seed: null } };
}

const weighted = (layer: Extract<Layer, { useBias: boolean }>): Config => ({
  activation: layer.activation,
  use_bias: layer.useBias,
  kernel_initializer: initializerOf(layer.kernelInitializer),
  bias_initializer: { class_name: "Zeros", config: {} },
});

const pooling =
  (className: string) =>
  ({ poolSize, strides, padding }: Pooling) =>
    [className, { pool_size: poolSize, strides, padding, ...IMAGES }] as const;

const KERAS: { readonly [T in Layer["type"]]: WriterOf<T> } = {
  dense: (layer, [units]) => ["Dense", { units, ...weighted(layer) }],
  conv2d: (layer) => {
    const { filters, kernelSize, strides, padding } = layer;
    const sizes = { filters, kernel_size: kernelSize, strides, padding, dilation_rate: [1, 1] };
    return ["Conv2D", { ...sizes, ...IMAGES, ...weighted(layer) }];
  },
  maxPooling2d: pooling("MaxPooling2D"),
  averagePooling2d: pooling("AveragePooling2D"),
  globalAveragePooling2d: () => ["GlobalAveragePooling2D", IMAGES],
  flatten: () => ["Flatten", IMAGES],
  dropout: ({ rate }) => ["Dropout", { rate, noise_shape: null, seed: null }],
  batchNormalization: ({ momentum, epsilon }) => [
    "BatchNormalization",
    { axis: -1, momentum, epsilon, center: true, scale: true },
  ],
  activation: ({ activation }) => ["Activation", { activation }],
  reshape: (_, outputShape) => ["Reshape", { target_shape: outputShape }],
};
