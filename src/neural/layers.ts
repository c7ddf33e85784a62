import { InvalidParameterError } from "../core/errors.js";
import { unknownParameter } from "../core/params.js";
import { describe } from "../core/to-matrix.js";

/** What a layer does to each of its sums. All but softmax are monotone, and have derivatives that their values tell. */
export const ACTIVATIONS = ["linear", "relu", "elu", "selu", "tanh", "sigmoid", "softplus", "softmax"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** How weights begin: names and formulas of Keras. */
export const INITIALIZERS = ["glorotUniform", "glorotNormal", "heUniform", "heNormal", "lecunNormal", "zeros"] as const;
export type Initializer = (typeof INITIALIZERS)[number];

export type Padding = "valid" | "same";
export type Pair = readonly [number, number];

/** Every unit is a weighted sum of all inputs: y = activation(x W + b), W inputs x units. */
export interface Dense {
  readonly type: "dense";
  /** How many units; "outputs" for as many as y needs: one a class, or 1 with a sigmoid and for numbers. */
  readonly units: number | "outputs";
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
}

/** Cross-correlation of images height x width x channels with kernels height x width x channels x filters. */
export interface Conv2d {
  readonly type: "conv2d";
  /** Number of channels that come out. */
  readonly filters: number;
  /** Height and width. */
  readonly kernelSize: Pair;
  /** [down, right], in pixels. */
  readonly strides: Pair;
  /** "same" pads with zeros, so that with strides of 1 images keep their size. */
  readonly padding: Padding;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
}

/** The largest (or the mean) of each window, channel by channel. */
export interface Pooling2d {
  readonly type: "maxPooling2d" | "averagePooling2d";
  /** [height, width], in pixels. */
  readonly poolSize: Pair;
  /** [down, right], in pixels. */
  readonly strides: Pair;
  readonly padding: Padding;
}

/** The mean of each channel. */
export interface GlobalAveragePooling2d {
  readonly type: "globalAveragePooling2d";
}

export interface Flatten {
  readonly type: "flatten";
}

/** While training, sets a share of the values to 0 and scales the others up, so that sums stay as large. */
export interface Dropout {
  readonly type: "dropout";
  /** Share that is dropped, in [0, 1). */
  readonly rate: number;
}

/**
 * Brings each channel (the last axis) to mean 0 and variance 1, then scales and shifts it; by the batch while training, by moving
 * means afterwards (Ioffe and Szegedy 2015).
 */
export interface BatchNormalization {
  readonly type: "batchNormalization";
  /** Of the moving means. */
  readonly momentum: number;
  /** Added to the variance, so that nothing is divided by zero. */
  readonly epsilon: number;
}

export interface ActivationLayer {
  readonly type: "activation";
  readonly activation: Activation;
}

export interface Reshape {
  readonly type: "reshape";
  /** Of one row, without the batch. */
  readonly targetShape: readonly number[];
}

/** A layer of a neural network: plain data, made by `dense`, `conv2d`, ... */
export type Layer =
  | Dense
  | Conv2d
  | Pooling2d
  | GlobalAveragePooling2d
  | Flatten
  | Dropout
  | BatchNormalization
  | ActivationLayer
  | Reshape;

interface WeightedOptions {
  /** Default "linear". */
  readonly activation?: Activation | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer | undefined;
}

export interface DenseOptions extends WeightedOptions {
  /** How many units. Default "outputs": as many as y needs, for the last layer. */
  readonly units?: number | "outputs" | undefined;
}

/** Every unit is a weighted sum of all inputs. Without options: the last layer, as many units as y needs. */
export function dense(options: DenseOptions = {}): Dense {
  refuseOthers("dense", options, ["units", "activation", "useBias", "kernelInitializer"]);
  const { units = "outputs", activation = "linear", useBias = true, kernelInitializer = "glorotUniform" } = options;
  return Object.freeze({ type: "dense", units, activation, useBias, kernelInitializer });
}

export interface Conv2dOptions extends WeightedOptions {
  readonly filters: number;
  /** One number for height and width, or both. */
  readonly kernelSize: number | Pair;
  /** Default 1. */
  readonly strides?: number | Pair | undefined;
  /** Default "valid". */
  readonly padding?: Padding | undefined;
}

/** A convolution of images, height x width x channels. */
export function conv2d(options: Conv2dOptions): Conv2d {
  const known = ["filters", "kernelSize", "strides", "padding", "activation", "useBias", "kernelInitializer"];
  refuseOthers("conv2d", options, known);
  const { filters, kernelSize, strides = 1, padding = "valid" } = options;
  const { activation = "linear", useBias = true, kernelInitializer = "glorotUniform" } = options;
  const sizes = { kernelSize: pair(kernelSize), strides: pair(strides) };
  return Object.freeze({ type: "conv2d", filters, ...sizes, padding, activation, useBias, kernelInitializer });
}

export interface PoolingOptions {
  /** Default 2. */
  readonly poolSize?: number | Pair | undefined;
  /** Default as poolSize: windows side by side. */
  readonly strides?: number | Pair | null | undefined;
  /** Default "valid". */
  readonly padding?: Padding | undefined;
}

/** The largest value of each window, channel by channel. */
export function maxPooling2d(options: PoolingOptions = {}): Pooling2d {
  return pooling("maxPooling2d", options);
}

/** The mean of each window, channel by channel; of its part inside the image where it sticks out. */
export function averagePooling2d(options: PoolingOptions = {}): Pooling2d {
  return pooling("averagePooling2d", options);
}

function pooling(type: Pooling2d["type"], options: PoolingOptions): Pooling2d {
  refuseOthers(type, options, ["poolSize", "strides", "padding"]);
  const { poolSize = 2, strides = null, padding = "valid" } = options;
  return Object.freeze({ type, poolSize: pair(poolSize), strides: pair(strides ?? poolSize), padding });
}

/** The mean of each channel of an image. */
export function globalAveragePooling2d(): GlobalAveragePooling2d {
  return Object.freeze({ type: "globalAveragePooling2d" });
}

/** Images as rows of numbers. */
export function flatten(): Flatten {
  return Object.freeze({ type: "flatten" });
}

/** Drops a share of the values while training. */
export function dropout(options: { readonly rate: number } | number): Dropout {
  if (typeof options === "number") return Object.freeze({ type: "dropout", rate: options });
  refuseOthers("dropout", options, ["rate"]);
  return Object.freeze({ type: "dropout", rate: options.rate });
}

export interface BatchNormalizationOptions {
  /** Default .99. */
  readonly momentum?: number | undefined;
  /** Default .001. */
  readonly epsilon?: number | undefined;
}

/** Brings channels to mean 0 and variance 1. */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalization {
  refuseOthers("batchNormalization", options, ["momentum", "epsilon"]);
  const { momentum = 0.99, epsilon = 1e-3 } = options;
  return Object.freeze({ type: "batchNormalization", momentum, epsilon });
}

/** An activation as a layer of its own. */
export function activation(options: { readonly activation: Activation } | Activation): ActivationLayer {
  if (typeof options === "string") return Object.freeze({ type: "activation", activation: options });
  refuseOthers("activation", options, ["activation"]);
  return Object.freeze({ type: "activation", activation: options.activation });
}

/** Another shape of as many values; one size may be -1, for what is left. */
export function reshape(options: { readonly targetShape: readonly number[] } | readonly number[]): Reshape {
  if (!Array.isArray(options)) refuseOthers("reshape", options, ["targetShape"]);
  const targetShape = "targetShape" in options ? options.targetShape : options;
  return Object.freeze({ type: "reshape", targetShape: copied(targetShape) });
}

const pair = (size: number | Pair): Pair => copied(typeof size === "number" ? [size, size] : size);

/** What is no array is left for the network to complain of, which knows where the layer stands. */
const copied = <T extends readonly number[]>(sizes: T): T =>
  Array.isArray(sizes) ? (Object.freeze([...sizes]) as unknown as T) : sizes;

function refuseOthers(type: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new InvalidParameterError(`${type} takes a record of ${known.join(", ")}; got ${describe(options)}`, type);
  }
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw unknownParameter(stranger, known, type);
}

/** For sentences: "conv2d". */
export function typeOf(layer: unknown): string {
  const type = (layer as { type?: unknown } | null)?.type;
  return typeof type === "string" ? type : describe(layer);
}
