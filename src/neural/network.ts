import { InvalidParameterError } from "../core/errors.js";
import { nearestName } from "../core/nearest-name.js";
import { describe } from "../core/to-matrix.js";
import { ACTIVATIONS, type Activation, INITIALIZERS, type Layer, type Padding, type Pair, typeOf } from "./layers.js";

/** Sizes of one row's values: [features], or [height, width, channels]. */
export type Shape = readonly number[];

/** An array of weights of a layer. */
export interface WeightSpec {
  /** "dense_1/kernel". */
  readonly name: string;
  /** Keras's: kernels of dense layers inputs x units, of convolutions height x width x channels x filters. */
  readonly shape: Shape;
  /** The means and variances that batch normalization keeps are not learnt by gradients. */
  readonly trainable: boolean;
}

/** A layer in its place. */
export interface NetworkLayer {
  /** Its type and number among its type: "conv2d_1". */
  readonly name: string;
  /** With "outputs" resolved. */
  readonly spec: Layer;
  /** Of one row, without the batch. */
  readonly inputShape: Shape;
  /** Of one row, without the batch. */
  readonly outputShape: Shape;
  /** In Keras's order: kernel, then bias. */
  readonly weights: readonly WeightSpec[];
}

/** Layers that fit together, with all their shapes. */
export interface Network {
  /** Of one row, without the batch. */
  readonly inputShape: Shape;
  readonly layers: readonly NetworkLayer[];
  /** Numbers that it answers a row. */
  readonly outputs: number;
  /**
   * Of a network that a backend brought (`NeuralBackend.network`): the text by which backends of that kind make it again. Then
   * `layers` has one entry, which stands for the whole: all its weights, and the activation that ends it. Absent from ours.
   */
  readonly topology?: string;
}

/** Most values that a row may have anywhere in a network, and most weights of an array. */
const MOST_VALUES = 2 ** 28;

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** All arrays of weights, layer by layer. */
export const weightsOf = (network: Network): readonly WeightSpec[] => network.layers.flatMap(({ weights }) => weights);

/** Windows along one axis: how many there are, and how far the first sticks out before the data. */
export function windowsOf(
  size: number,
  window: number,
  stride: number,
  padding: Padding,
): { readonly count: number; readonly before: number } {
  if (padding === "valid") return { count: Math.floor((size - window) / stride) + 1, before: 0 };
  const count = Math.ceil(size / stride);
  return { count, before: Math.floor(Math.max(0, (count - 1) * stride + window - size) / 2) };
}

/**
 * Puts layers one after the other and finds all shapes.
 *
 * @param layers - what a caller gave, so anything may be in it
 * @param inputShape - of a row
 * @param outputs - how many numbers y needs, for `units: "outputs"`
 * @param owner - the estimator's name
 * @throws InvalidParameterError naming the layer, the setting, and both shapes where they do not fit
 */
export function networkOf(layers: readonly Layer[], inputShape: Shape, outputs: number, owner: string): Network {
  const complain = (message: string): never => {
    throw new InvalidParameterError(message, "layers");
  };
  if (!Array.isArray(layers) || layers.length === 0) {
    return complain(
      `layers of ${owner} must be a non-empty array such as [dense({ units: 64 })]; got ${describe(layers)}`,
    );
  }
  const counts = new Map<string, number>();
  const placed: NetworkLayer[] = [];
  let shape = inputShape;
  for (const [at, layer] of layers.entries()) {
    const type = typeOf(layer);
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    const name = `${type}_${count}`;
    const where = `layers[${at}] (${type}) of ${owner}`;
    const kind = Object.hasOwn(KINDS, type) ? (KINDS[type as Layer["type"]] as Kind<Layer>) : undefined;
    if (kind === undefined) {
      const near = nearestName(type, Object.keys(KINDS));
      const guess = near === undefined ? "" : ` (did you mean ${near}?)`;
      return complain(
        `layers[${at}] of ${owner} must be one of ${Object.keys(KINDS).join(", ")}${guess}; got ${typeof layer?.type === "string" ? `the type "${type}"` : type}`,
      );
    }
    const spec = layer.type === "dense" && layer.units === "outputs" ? { ...layer, units: outputs } : layer;
    const wrong = kind.complaint(spec);
    if (wrong !== null) return complain(`${wrong[0]} of ${where} must be ${wrong[1]}; got ${describe(wrong[2])}`);
    const needed = kind.misfit(spec, shape);
    if (needed !== null) {
      const [need, remedy] = needed;
      return complain(`${where} needs ${need}, but gets ${showShape(shape)}; ${remedy}`);
    }
    const outputShape = kind.shape(spec, shape);
    const weights = kind.weights(spec, shape).map((weight) => ({ ...weight, name: `${name}/${weight.name}` }));
    for (const size of [outputShape, ...weights.map((weight) => weight.shape)]) {
      if (sizeOf(size) > MOST_VALUES)
        return complain(`${where} would need ${showShape(size)} numbers at once, more than ${MOST_VALUES}`);
    }
    placed.push({ name, spec, inputShape: shape, outputShape, weights });
    shape = outputShape;
  }
  return { inputShape, layers: placed, outputs: sizeOf(shape) };
}

/** The activation that ends a network: of its last layer that has one. */
export function lastActivation({ layers }: Network): Activation {
  const last = layers.findLast(({ spec }) => spec.type !== "flatten" && spec.type !== "reshape")?.spec;
  return last !== undefined && "activation" in last ? last.activation : "linear";
}

type WeightOfKind = Omit<WeightSpec, "name"> & { readonly name: string };
type Misfit = readonly [need: string, remedy: string];
type Complaint = readonly [setting: string, expected: string, got: unknown];

/** What is known of a type of layers. */
interface Kind<L extends Layer> {
  /** What is wrong with its settings. */
  complaint(layer: L): Complaint | null;
  /** What shape it needs, if this is not one, and what to do. */
  misfit(layer: L, input: Shape): Misfit | null;
  shape(layer: L, input: Shape): Shape;
  weights(layer: L, input: Shape): readonly WeightOfKind[];
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
const isPair = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isCount);
const count = (setting: string, value: unknown): Complaint | null =>
  isCount(value) ? null : [setting, "an integer >= 1", value];
const counts = (setting: string, value: unknown): Complaint | null =>
  isPair(value) ? null : [setting, "an integer >= 1 or two of them, for height and width", value];
const choice = (setting: string, value: unknown, choices: readonly string[]): Complaint | null => {
  if (choices.some((each) => each === value)) return null;
  const near = typeof value === "string" ? nearestName(value, choices) : undefined;
  const guess = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return [setting, `one of ${choices.map((each) => JSON.stringify(each)).join(", ")}${guess}`, value];
};
const isTrueOrFalse = (setting: string, value: unknown): Complaint | null =>
  typeof value === "boolean" ? null : [setting, "true or false", value];
const between = (setting: string, value: unknown, expected: string, allows: (value: number) => boolean) =>
  typeof value === "number" && allows(value) ? null : ([setting, expected, value] as const);

const weighted = (layer: { activation: Activation; useBias: boolean; kernelInitializer: string }): Complaint | null =>
  choice("activation", layer.activation, ACTIVATIONS) ??
  isTrueOrFalse("useBias", layer.useBias) ??
  choice("kernelInitializer", layer.kernelInitializer, INITIALIZERS);

const withBias = (kernel: Shape, useBias: boolean): readonly WeightOfKind[] => [
  { name: "kernel", shape: kernel, trainable: true },
  ...(useBias ? [{ name: "bias", shape: [kernel.at(-1)!], trainable: true }] : []),
];

const isImage = (input: Shape) => input.length === 3;
const IMAGE: Misfit = ["images, [height, width, channels]", "set inputShape, or put reshape(...) before it"];
const none = () => [];
const fits = () => null;
const same = (_: Layer, input: Shape) => input;

/** The image must hold at least one window. */
function misfitOfWindow(window: Pair, padding: Padding, input: Shape, what: string): Misfit | null {
  if (!isImage(input)) return IMAGE;
  if (padding === "same" || (input[0]! >= window[0] && input[1]! >= window[1])) return null;
  return [`images of at least its ${what}, ${window[0]} x ${window[1]}`, `make that smaller, or set padding: "same"`];
}

function shapeOfWindows(input: Shape, window: Pair, strides: Pair, padding: Padding, channels: number): Shape {
  return [
    windowsOf(input[0]!, window[0], strides[0], padding).count,
    windowsOf(input[1]!, window[1], strides[1], padding).count,
    channels,
  ];
}

const pooling: Kind<Extract<Layer, { poolSize: Pair }>> = {
  complaint: (l) =>
    counts("poolSize", l.poolSize) ?? counts("strides", l.strides) ?? choice("padding", l.padding, ["valid", "same"]),
  misfit: (l, input) => misfitOfWindow(l.poolSize, l.padding, input, "poolSize"),
  shape: (l, input) => shapeOfWindows(input, l.poolSize, l.strides, l.padding, input[2]!),
  weights: none,
};

/** A reshape's sizes, -1 replaced by what is left; null where the values do not fit. */
function reshaped(targetShape: readonly number[], input: Shape): Shape | null {
  const given = sizeOf(targetShape.filter((size) => size !== -1));
  const rest = sizeOf(input) / given;
  if (!targetShape.includes(-1)) return rest === 1 ? targetShape : null;
  return Number.isInteger(rest) && rest >= 1 ? targetShape.map((size) => (size === -1 ? rest : size)) : null;
}

const KINDS: { readonly [T in Layer["type"]]: Kind<Extract<Layer, { type: T }>> } = {
  dense: {
    complaint: (l) => count("units", l.units) ?? weighted(l),
    misfit: (_, input) => (input.length === 1 ? null : ["one row of numbers, [features]", "put flatten() before it"]),
    shape: (l) => [l.units as number],
    weights: (l, input) => withBias([input[0]!, l.units as number], l.useBias),
  },
  conv2d: {
    complaint: (l) =>
      count("filters", l.filters) ??
      counts("kernelSize", l.kernelSize) ??
      counts("strides", l.strides) ??
      choice("padding", l.padding, ["valid", "same"]) ??
      weighted(l),
    misfit: (l, input) => misfitOfWindow(l.kernelSize, l.padding, input, "kernelSize"),
    shape: (l, input) => shapeOfWindows(input, l.kernelSize, l.strides, l.padding, l.filters),
    weights: (l, input) => withBias([...l.kernelSize, input[2]!, l.filters], l.useBias),
  },
  maxPooling2d: pooling,
  averagePooling2d: pooling,
  globalAveragePooling2d: {
    complaint: fits,
    misfit: (_, input) => (isImage(input) ? null : IMAGE),
    shape: (_, input) => [input[2]!],
    weights: none,
  },
  flatten: { complaint: fits, misfit: fits, shape: (_, input) => [sizeOf(input)], weights: none },
  dropout: {
    complaint: (l) => between("rate", l.rate, "a number >= 0 and < 1", (rate) => rate >= 0 && rate < 1),
    misfit: fits,
    shape: same,
    weights: none,
  },
  batchNormalization: {
    complaint: (l) =>
      between("momentum", l.momentum, "a number >= 0 and <= 1", (value) => value >= 0 && value <= 1) ??
      between("epsilon", l.epsilon, "a finite number > 0", (value) => value > 0 && value < Infinity),
    misfit: fits,
    shape: same,
    weights: (_, input) =>
      ["gamma", "beta", "movingMean", "movingVariance"].map((name, i) => ({
        name,
        shape: [input.at(-1)!],
        trainable: i < 2,
      })),
  },
  activation: {
    complaint: (l) => choice("activation", l.activation, ACTIVATIONS),
    misfit: fits,
    shape: same,
    weights: none,
  },
  reshape: {
    complaint: ({ targetShape: t }) => {
      const sizes = Array.isArray(t) && (t.length === 1 || t.length === 3) && t.every((n) => isCount(n) || n === -1);
      return sizes && t.filter((size: number) => size === -1).length <= 1
        ? null
        : ["targetShape", "[features] or [height, width, channels], at most one of them -1", t];
    },
    misfit: (l, input) =>
      reshaped(l.targetShape, input) === null
        ? [
            `as many values as its targetShape ${showShape(l.targetShape)} holds`,
            "one of its sizes may be -1, for what is left",
          ]
        : null,
    shape: (l, input) => reshaped(l.targetShape, input)!,
    weights: none,
  },
};
