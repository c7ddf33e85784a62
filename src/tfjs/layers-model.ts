import { InvalidModelError, InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import type { BroughtNetwork, Weights } from "../neural/backend.js";
import { ACTIVATIONS, type Activation, activation } from "../neural/layers.js";
import { type Network, type Shape, showShape, sizeOf, type WeightSpec, weightsOf } from "../neural/network.js";
import type { Graph } from "./graph.js";
import type { Pass } from "./layer-ops.js";
import type { LayersModel, Tensor, Tf, Variable } from "./namespace.js";
import { plainTopology } from "./plain-topology.js";

/**
 * Makes a model of tfjs for rows of a shape. It is called once a fit, and what it makes is disposed of: it must make a new model
 * each time, or load one.
 *
 * @param seed an integer >= 1, from the estimator's `randomState`: give it to initializers, as in
 * `tf.initializers.glorotUniform({ seed })`, or the first weights differ each time
 */
export type LayersModelFactory = (
  inputShape: number[],
  outputs: number,
  seed: number,
) => LayersModel | Promise<LayersModel>;

type Layer = LayersModel["layers"][number];

/** Layers that draw from tfjs's own generators, which cannot be told what to draw. */
const UNREPEATABLE = ["AlphaDropout", "GaussianDropout", "GaussianNoise", "RandomWidth"];

/** Calls the factory and takes down what it made: topology and first weights. */
export async function broughtNetwork(
  tf: Tf,
  factory: LayersModelFactory,
  inputShape: Shape,
  outputs: number,
  seed: number,
): Promise<BroughtNetwork> {
  const model: unknown = await factory([...inputShape], outputs, seed);
  if (!(model instanceof tf.LayersModel)) {
    throw new InvalidParameterError(
      `model of tfjsBackend must return a tf.LayersModel, such as tf.sequential(...); got ${describe(model)}`,
      "model",
    );
  }
  try {
    checkModel(model, inputShape, outputs);
    const { topology, rename } = plainTopology(model.toJSON(null, true) as string);
    const tensors = model.weights.map((weight) => weight.read());
    const trainable = new Set(model.trainableWeights.map(({ id }) => id));
    const specs: WeightSpec[] = model.weights.map(({ originalName, id }, i) => ({
      name: rename(originalName),
      shape: tensors[i]!.shape,
      trainable: trainable.has(id),
    }));
    const spec = activation(endOf(model));
    const whole = { name: "model", spec, inputShape, outputShape: [outputs], weights: specs };
    const weights = await Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
    const network = { inputShape, layers: [whole], outputs, topology };
    // It will be made again from its topology: by each training, by predict, and after loading.
    disposeOf(await modelOf(tf, network, weights));
    return { network, weights };
  } finally {
    disposeOf(model);
  }
}

function checkModel(model: LayersModel, inputShape: Shape, outputs: number): void {
  const complain = (what: string): never => {
    throw new InvalidParameterError(`model of tfjsBackend ${what}`, "model");
  };
  const { inputs, outputs: ends } = model;
  if (inputs.length !== 1 || ends.length !== 1) {
    complain(`must have one input and one output; it has ${inputs.length} and ${ends.length}`);
  }
  const showed = (shape: readonly (number | null)[]) => `[${shape.slice(1).map(String).join(", ")}]`;
  const isOf = (shape: readonly (number | null)[], wanted: Shape) =>
    shape.length === wanted.length + 1 && wanted.every((size, i) => shape[i + 1] === size || shape[i + 1] === null);
  if (!isOf(inputs[0]!.shape, inputShape)) {
    complain(`must take rows of the shape ${showShape(inputShape)}; it takes ${showed(inputs[0]!.shape)}`);
  }
  if (!isOf(ends[0]!.shape, [outputs])) {
    complain(`must answer ${outputs} numbers a row, which y needs; its output is ${showed(ends[0]!.shape)}`);
  }
  if (model.stateful) complain("must not be stateful: batches come in another order each epoch");
  if (new Set(model.weights.map(({ originalName }) => originalName)).size < model.weights.length) {
    complain("has two weights of one name; give its layers different names");
  }
  const strange = model.weights.find((weight) => weight.read().dtype !== "float32");
  if (strange !== undefined) complain(`has the weight ${strange.originalName} that is no float32`);
  for (const { layer, isWrapped } of layersIn(model)) checkRepeatable(layer, isWrapped, complain);
}

function checkRepeatable(layer: Layer, isWrapped: boolean, complain: (what: string) => never): void {
  const type = layer.getClassName();
  const config = layer.getConfig();
  const remedy = "draws from a generator of tfjs that cannot be seeded step by step; use dropout layers";
  if (UNREPEATABLE.includes(type)) complain(`has the layer ${layer.name} (${type}), which ${remedy}`);
  const hasOwn = ["dropout", "recurrentDropout"].find((name) => Number(config[name] ?? 0) > 0);
  if (hasOwn !== undefined) {
    complain(`has the layer ${layer.name} (${type}) with ${hasOwn}, which ${remedy} before or after it`);
  }
  if (!isDropout(layer)) return;
  if (isWrapped) complain(`has the layer ${layer.name} (${type}) within another one; put it before or after that`);
  if (config.noiseShape != null) complain(`has the layer ${layer.name} (${type}) with noiseShape; leave that out`);
}

/** All layers, those of models within the model and those that others wrap, too. */
function* layersIn(
  model: { readonly layers: readonly Layer[] },
  isWithin = false,
): Generator<{ readonly layer: Layer; readonly isWrapped: boolean }> {
  for (const layer of model.layers) {
    yield { layer, isWrapped: isWithin };
    const parts = layer as unknown as Partial<Record<"layer" | "forwardLayer" | "backwardLayer" | "cell", Layer>> & {
      readonly layers?: readonly Layer[];
      readonly cells?: readonly Layer[];
    };
    if (parts.layers !== undefined) yield* layersIn({ layers: parts.layers }, isWithin);
    const wrapped = [parts.layer, parts.forwardLayer, parts.backwardLayer, parts.cell, ...(parts.cells ?? [])];
    yield* layersIn({ layers: wrapped.filter((each) => each !== undefined) }, true);
  }
}

const isDropout = (layer: Layer) => ["Dropout", "SpatialDropout1D"].includes(layer.getClassName());

/** The activation that ends a model, as far as losses care. */
function endOf(model: LayersModel): Activation {
  let last: Layer = model.outputs[0]!.sourceLayer;
  while ("outputs" in last) last = (last as LayersModel).outputs[0]!.sourceLayer; // A model may end in a model.
  const name = last.getClassName() === "Softmax" ? "softmax" : last.getConfig().activation;
  return ACTIVATIONS.find((each) => each === name) ?? "linear";
}

/** A network that `broughtNetwork` gave, made again with these weights. */
export async function layersModelGraph(tf: Tf, network: Network, weights: Weights): Promise<Graph> {
  const specs = weightsOf(network);
  const model = await modelOf(tf, network, weights);
  const byName = new Map(model.weights.map((weight) => [weight.originalName, weight.read() as Variable]));
  const variables = specs.map(({ name }) => byName.get(name)!);
  const dropouts = [...layersIn(model)].map(({ layer }) => layer).filter(isDropout);
  let current: Pass | null = null;
  for (const [within, layer] of dropouts.entries()) {
    const rate = Number(layer.getConfig().rate);
    // Theirs would make a new generator each step: without a seed nobody knows which, with one always the same mask.
    layer.call = (inputs) => {
      const x = [inputs].flat()[0]!;
      if (!current!.training || rate === 0) return x;
      const shape = layer.getClassName() === "Dropout" ? x.shape : [x.shape[0]!, 1, x.shape[2]!];
      return tf.mul(x, current!.factors(0, shape, rate, within));
    };
  }
  const shapes = model.layers.flatMap(({ inboundNodes }) =>
    inboundNodes.map(({ outputShapes }) => outputShapes.flat()),
  );
  const sizes = shapes.map((shape) => sizeOf((shape as (number | null)[]).filter((size) => size !== null)));
  return {
    variables,
    trainable: variables.filter((_, i) => specs[i]!.trainable),
    largestRow: Math.max(sizeOf(network.inputShape), ...sizes),
    logits: false,
    run(x, pass) {
      current = pass;
      return model.apply(x, { training: pass.training }) as Tensor;
    },
    penalties: () => model.calculateLosses(),
    dispose: () => disposeOf(model),
  };
}

/** tfjs forgets the weights of a model within a model. */
function disposeOf(model: LayersModel): void {
  const variables = model.weights.map((weight) => weight.read());
  model.dispose();
  for (const variable of variables) if (!variable.isDisposed) variable.dispose();
}

async function modelOf(tf: Tf, network: Network, weights: Weights): Promise<LayersModel> {
  const specs = weightsOf(network);
  if (typeof tf.loadLayersModel !== "function") {
    throw new InvalidParameterError(
      "tf must be the namespace of @tensorflow/tfjs, with its layers, to run a network that a tf.LayersModel describes; " +
        "this one has no loadLayersModel()",
      "tf",
    );
  }
  const weightData = new Float32Array(specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let first = 0;
  for (const array of weights) {
    weightData.set(array, first);
    first += array.length;
  }
  const weightSpecs = specs.map(({ name, shape }) => ({ name, shape: [...shape], dtype: "float32" as const }));
  try {
    const artifacts = { modelTopology: JSON.parse(network.topology!), weightSpecs, weightData: weightData.buffer };
    return await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new InvalidModelError(`tfjs cannot make the model again from its topology: ${said}`, { cause: error });
  }
}
