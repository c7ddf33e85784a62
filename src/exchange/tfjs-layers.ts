import {
  ACTIVATIONS,
  type Activation,
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  type Layer,
  maxPooling2d,
  type Padding,
  type Pair,
  reshape,
} from "../neural/layers.js";
import type { Part } from "./part.js";
import { unsupported } from "./tfjs-model.js";

/** A layer that was read, and the weights that it leaves out and what stands for them. */
export interface ReadLayer {
  readonly layer: Layer;
  readonly leftOut: Readonly<Record<string, number>>;
  /** The axis that it is about, rows being axis 0; absent where that goes without saying. */
  readonly axis?: number;
}

/** Largest size that is believed; the network is then checked as a whole. */
const MOST = 2 ** 28;

/** A layer of Keras as one of ours. @throws InvalidModelError naming a type or a setting that is not supported */
export function readLayer(className: string, config: Part): ReadLayer {
  const read = Object.hasOwn(READERS, className) ? READERS[className] : undefined;
  if (read === undefined) {
    throw unsupported(
      `its layer ${config.path} is a ${JSON.stringify(className.slice(0, 40))}; supported are ${Object.keys(READERS).join(", ")}`,
    );
  }
  return read(config);
}

const plain = (layer: Layer): ReadLayer => ({ layer, leftOut: {} });

const READERS: Readonly<Record<string, (config: Part) => ReadLayer>> = {
  Dense: (config) => plain(dense({ units: integer(config.get("units")), ...weighted(config) })),
  Conv2D: (config) => {
    only(config, "data_format", "channels_last");
    only(config, "dilation_rate", 1);
    only(config, "groups", 1);
    const sizes = { filters: integer(config.get("filters")), kernelSize: pair(config.get("kernel_size")) };
    const windows = { strides: strides(config, 1), padding: padding(config) };
    return plain(conv2d({ ...sizes, ...windows, ...weighted(config) }));
  },
  MaxPooling2D: (config) => plain(maxPooling2d(pooling(config))),
  AveragePooling2D: (config) => plain(averagePooling2d(pooling(config))),
  GlobalAveragePooling2D: (config) => {
    only(config, "data_format", "channels_last");
    only(config, "keepdims", false);
    return plain(globalAveragePooling2d());
  },
  Flatten: (config) => {
    only(config, "data_format", "channels_last");
    return plain(flatten());
  },
  Dropout: (config) => {
    const rate = number(config.get("rate"));
    if (rate < 0 || rate >= 1) throw config.get("rate").refuse(`is ${rate}; expected a number >= 0 and < 1`);
    return plain(dropout(rate));
  },
  BatchNormalization: (config) => {
    const settings = { momentum: numberOr(config, "momentum", 0.99), epsilon: numberOr(config, "epsilon", 1e-3) };
    const gamma = flag(config, "scale", true) ? {} : { gamma: 1 };
    const beta = flag(config, "center", true) ? {} : { beta: 0 };
    return { layer: batchNormalization(settings), leftOut: { ...gamma, ...beta }, axis: axisOf(config) };
  },
  Activation: (config) => plain(activation(activationOf(config.get("activation")))),
  ReLU: (config) => {
    only(config, "max_value", null);
    only(config, "negative_slope", 0);
    only(config, "threshold", 0);
    return plain(activation("relu"));
  },
  Softmax: (config) => ({ ...plain(activation("softmax")), axis: axisOf(config) }),
  Reshape: (config) => {
    const target = config.get("target_shape");
    return plain(reshape([...target.integers(-1, MOST)]));
  },
};

function weighted(config: Part) {
  const given = config.find("activation");
  return {
    activation: given === null || given.value === null ? ("linear" as const) : activationOf(given),
    useBias: flag(config, "use_bias", true),
  };
}

function pooling(config: Part) {
  only(config, "data_format", "channels_last");
  const poolSize = pair(config.get("pool_size"));
  const given = config.find("strides");
  const stepped = given === null || given.value === null ? poolSize : pair(given);
  return { poolSize, strides: stepped, padding: padding(config) };
}

/** A number, or a list of one, as Keras 2 writes it. */
const axisOf = (config: Part): number => Number([config.find("axis")?.value ?? -1].flat()[0]);

/** By its name, or as { class_name, config } of Keras. */
function activationOf(part: Part): Activation {
  const name = typeof part.value === "string" ? part.value : part.get("config").get("activation").text();
  const known = ACTIVATIONS.find((each) => each === name);
  if (known !== undefined) return known;
  const told = JSON.stringify(name.slice(0, 40));
  throw unsupported(`${part.path} is ${told}; supported are ${ACTIVATIONS.join(", ")}`);
}

/** Refuses a setting that is there and is something else; a list of such values counts as one. */
function only(config: Part, key: string, expected: unknown): void {
  const part = config.find(key);
  if (part === null || part.value === null) return;
  const given: unknown[] = [part.value].flat();
  if (given.every((value) => value === expected)) return;
  throw unsupported(`${part.path} is ${JSON.stringify(part.value)?.slice(0, 40)}; supported is ${expected}`);
}

function integer(part: Part): number {
  const { value } = part;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST) return value as number;
  throw part.refuse(`is ${JSON.stringify(value)?.slice(0, 40)}; expected an integer from 1 to ${MOST}`);
}

function number(part: Part): number {
  if (typeof part.value === "number" && Number.isFinite(part.value)) return part.value;
  throw part.refuse(`is ${JSON.stringify(part.value)?.slice(0, 40)}; expected a finite number`);
}

function numberOr(config: Part, key: string, otherwise: number): number {
  const part = config.find(key);
  return part === null ? otherwise : number(part);
}

function flag(config: Part, key: string, otherwise: boolean): boolean {
  const part = config.find(key);
  if (part === null) return otherwise;
  if (typeof part.value === "boolean") return part.value;
  throw part.refuse(`is ${JSON.stringify(part.value)?.slice(0, 40)}; expected true or false`);
}

function pair(part: Part): Pair {
  if (typeof part.value === "number") return [integer(part), integer(part)];
  return [...part.integers(1, MOST, 2)] as unknown as Pair;
}

function strides(config: Part, otherwise: number): Pair {
  const part = config.find("strides");
  return part === null ? [otherwise, otherwise] : pair(part);
}

function padding(config: Part): Padding {
  const part = config.find("padding");
  if (part === null || part.value === "valid") return "valid";
  if (part.value === "same") return "same";
  throw unsupported(`${part.path} is ${JSON.stringify(part.value)?.slice(0, 40)}; supported are valid, same`);
}
