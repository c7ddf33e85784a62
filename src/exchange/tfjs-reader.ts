import { InvalidModelError, TrellisError } from "../core/errors.js";
import { networkOf, type Shape, sizeOf } from "../neural/network.js";
import type { Part } from "./part.js";
import { type ReadLayer, readLayer } from "./tfjs-layers.js";
import { KERAS_WEIGHTS, type NetworkWithWeights, unsupported } from "./tfjs-model.js";

/** A weight that the file lists, and where its values begin. */
export interface ListedWeight {
  readonly part: Part;
  readonly name: string;
  readonly shape: Shape;
  readonly first: number;
}

/** A layer of the file: its name, and what it is here; null for the input. */
interface Named {
  readonly name: string;
  readonly path: string;
  readonly read: ReadLayer;
}

const MOST = 2 ** 28;

/**
 * The network of a topology, with its weights.
 *
 * @param bytes of all listed weights, one after the other
 */
export function readTopology(topology: Part, listed: readonly ListedWeight[], bytes: Uint8Array): NetworkWithWeights {
  const { inputShape, chain } = readChain(topology.find("model_config") ?? topology);
  const layers = chain.map(({ read }) => read.layer);
  const network = checked(() => networkOf(layers, inputShape, 1, "the file"));
  network.layers.forEach(({ inputShape: shape }, i) => {
    const { axis } = chain[i]!.read;
    if (axis === undefined || axis === -1 || axis === shape.length) return;
    throw unsupported(`${chain[i]!.path}.axis is ${axis}; the last axis is supported`);
  });
  const byName = new Map<string, ListedWeight>();
  for (const weight of listed) {
    const key = endOf(weight.name);
    if (byName.has(key)) throw weight.part.refuse(`is the second weight called ${JSON.stringify(key.slice(0, 60))}`);
    byName.set(key, weight);
  }
  // All are found and of the right shapes before any is copied.
  const found = network.layers.flatMap((layer, i) =>
    layer.weights.map(({ name, shape }) => {
      const own = name.slice(name.indexOf("/") + 1);
      const filling = chain[i]!.read.leftOut[own];
      if (filling !== undefined) return { shape, filling };
      const key = `${chain[i]!.name}/${KERAS_WEIGHTS[own]}`;
      const weight = byName.get(key);
      if (weight === undefined) throw unsupported(`it has no weight ${JSON.stringify(key.slice(0, 60))}`);
      if (weight.shape.length !== shape.length || weight.shape.some((size, axis) => size !== shape[axis])) {
        throw weight.part.refuse(`has the shape [${weight.shape.join(", ")}] instead of [${shape.join(", ")}]`);
      }
      return { shape, weight };
    }),
  );
  const weights = found.map(({ shape, weight, filling }) => {
    if (weight === undefined) return new Float32Array(sizeOf(shape)).fill(filling!);
    const from = bytes.byteOffset + weight.first;
    const values = new Float32Array(bytes.buffer.slice(from, from + 4 * sizeOf(shape)));
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw weight.part.refuse(`holds ${values[at]} at ${at}; expected finite numbers`);
    return values;
  });
  return { inputShape, layers, network, weights };
}

/** "sequential/dense/kernel:0" of newer Keras is dense/kernel here. */
const endOf = (name: string): string => name.replace(/:0$/, "").split("/").slice(-2).join("/");

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InvalidModelError || !(error instanceof TrellisError)) throw error;
    throw new InvalidModelError(`the tfjs model is damaged: ${error.message}`, { cause: error });
  }
}

/** The layers one after the other. */
function readChain(model: Part): { readonly inputShape: Shape; readonly chain: readonly Named[] } {
  const className = model.get("class_name").text();
  const config = model.get("config");
  const isSequential = className === "Sequential";
  if (!isSequential && className !== "Model" && className !== "Functional") {
    throw unsupported(`it is a ${JSON.stringify(className.slice(0, 40))}; supported are Sequential, Functional`);
  }
  const parts = isSequential && Array.isArray(config.value) ? config.items() : config.get("layers").items();
  if (parts.length === 0) throw unsupported("it has no layers");
  const ordered = isSequential ? parts : inChain(parts);
  const chain: Named[] = [];
  for (const [i, part] of ordered.entries()) {
    const settings = part.get("config");
    const isInput = part.get("class_name").text() === "InputLayer";
    if (isInput && i === 0) continue;
    const read = checked(() => readLayer(part.get("class_name").text(), settings));
    chain.push({ name: settings.get("name").text(), path: settings.path, read });
  }
  if (chain.length === 0) throw unsupported("it has no layers but its input");
  return { inputShape: readInputShape(ordered[0]!.get("config")), chain };
}

/** Keras 2 says batch_input_shape, Keras 3 batch_shape. */
function readInputShape(config: Part): Shape {
  const part = config.find("batch_input_shape") ?? config.find("batch_shape");
  if (part === null) throw config.refuse("has no batch_input_shape");
  const sizes = part.items().map(({ value }) => value);
  const shape = sizes.slice(1);
  if ((shape.length === 1 || shape.length === 3) && shape.every((size) => isSize(size))) return shape as number[];
  const told = JSON.stringify(sizes)?.slice(0, 60);
  throw unsupported(`${part.path} is ${told}; supported are [null, features] and [null, height, width, channels]`);
}

const isSize = (size: unknown) => Number.isInteger(size) && (size as number) >= 1 && (size as number) <= MOST;

/** The layers of a graph in their order, if each has the one before it as its only input. */
function inChain(parts: readonly Part[]): Part[] {
  const followers = new Map<string | null, Part>();
  for (const part of parts) {
    const before = inputOf(part);
    if (followers.has(before))
      throw unsupported(`it branches or has several inputs at ${part.path}; a chain is supported`);
    followers.set(before, part);
  }
  const chain: Part[] = [];
  const nameOf = (part: Part) => (part.find("name") ?? part.get("config").get("name")).text();
  for (let next = followers.get(null); next !== undefined; next = followers.get(nameOf(next))) {
    chain.push(next);
    if (chain.length > parts.length) throw unsupported("its layers go round in a circle");
  }
  if (chain.length < parts.length) throw unsupported("its layers are no chain from one input");
  return chain;
}

/** The name of the layer before; null for the input. Keras 2: [[["conv", 0, 0, {}]]], Keras 3: [{ args: [tensor] }]. */
function inputOf(part: Part): string | null {
  const nodes = part.get("inbound_nodes").items();
  if (nodes.length === 0) return null;
  const [node] = nodes as [Part];
  const inputs = Array.isArray(node.value) ? node.items() : node.get("args").items();
  if (nodes.length > 1 || inputs.length !== 1) throw unsupported(`${part.path} is used twice or has several inputs`);
  const [input] = inputs as [Part];
  const history = Array.isArray(input.value) ? input : input.get("config").get("keras_history");
  const [name] = history.items();
  if (name === undefined) throw history.refuse("is empty");
  return name.text();
}
