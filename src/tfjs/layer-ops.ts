import type { Activation, BatchNormalization, Layer, Pooling2d } from "../neural/layers.js";
import { type NetworkLayer, type Shape, windowsOf } from "../neural/network.js";
import type { Tensor, Tf } from "./namespace.js";

/** What is special to one run of rows through a network. */
export interface Pass {
  readonly training: boolean;
  /**
   * What the values of the layer `at` are multiplied with while training, of the given shape, rows first.
   * @param within number of the dropout within that layer, where it is a whole model
   */
  factors(at: number, shape: readonly number[], rate: number, within?: number): Tensor;
}

/** Told what batch normalization's moving mean and variance should become; `weight` is the place of the mean. */
type Move = (weight: number, mean: Tensor, variance: Tensor) => void;

/** A layer by what it needs: its place, its own weights, and where they stand among all. */
interface Placed<L extends Layer> {
  readonly layer: NetworkLayer;
  readonly spec: L;
  readonly at: number;
  readonly weights: readonly Tensor[];
  readonly firstWeight: number;
}

/** One type of layers; both poolings share theirs. */
type LayerOf<T extends Layer["type"]> = T extends Pooling2d["type"] ? Pooling2d : Extract<Layer, { type: T }>;
type Op<L extends Layer> = (tf: Tf, x: Tensor, placed: Placed<L>, pass: Pass & { move: Move }) => Tensor;

/**
 * Runs rows through layers.
 *
 * @param x rows x the network's input shape
 * @param weights of all layers, in the order of `weightsOf`
 * @param raw the place of the layer whose activation is left out, so that a loss can begin at what it gets; -1 for none
 */
export function runLayers(
  tf: Tf,
  layers: readonly NetworkLayer[],
  weights: readonly Tensor[],
  x: Tensor,
  pass: Pass & { move: Move },
  raw = -1,
): Tensor {
  let values = x;
  let firstWeight = 0;
  for (const [at, layer] of layers.entries()) {
    const own = weights.slice(firstWeight, firstWeight + layer.weights.length);
    const spec = at === raw ? { ...layer.spec, activation: "linear" as const } : layer.spec;
    const op = OPS[spec.type] as Op<Layer>;
    values = op(tf, values, { layer, spec, at, weights: own, firstWeight }, pass);
    firstWeight += layer.weights.length;
  }
  return values;
}

/** The place of the layer with the last activation; -1 if only a flatten or reshape, or nothing, has one. */
export function lastActivationAt(layers: readonly NetworkLayer[]): number {
  const at = layers.findLastIndex(({ spec }) => spec.type !== "flatten" && spec.type !== "reshape");
  return at >= 0 && "activation" in layers[at]!.spec ? at : -1;
}

const activate = (tf: Tf, activation: Activation, x: Tensor): Tensor =>
  activation === "linear" ? x : tf[activation](x);

const withBias = (tf: Tf, sums: Tensor, bias: Tensor | undefined) => (bias === undefined ? sums : tf.add(sums, bias));

const shaped = (tf: Tf, x: Tensor, shape: Shape) => tf.reshape(x, [x.shape[0]!, ...shape]);

const OPS: { readonly [T in Layer["type"]]: Op<LayerOf<T>> } = {
  dense: (tf, x, { spec, weights: [kernel, bias] }) =>
    activate(tf, spec.activation, withBias(tf, tf.matMul(x, kernel!), bias)),
  conv2d: (tf, x, { spec, weights: [kernel, bias] }) => {
    const sums = tf.conv2d(x as never, kernel as never, [...spec.strides] as [number, number], spec.padding);
    return activate(tf, spec.activation, withBias(tf, sums, bias));
  },
  maxPooling2d: (tf, x, { spec }) =>
    tf.maxPool(x as never, [...spec.poolSize] as [number, number], [...spec.strides] as [number, number], spec.padding),
  averagePooling2d: averagePooling,
  globalAveragePooling2d: (tf, x) => tf.mean(x, [1, 2]),
  flatten: (tf, x, { layer }) => shaped(tf, x, layer.outputShape),
  reshape: (tf, x, { layer }) => shaped(tf, x, layer.outputShape),
  dropout: (tf, x, { spec, at }, pass) =>
    pass.training && spec.rate > 0 ? tf.mul(x, pass.factors(at, x.shape, spec.rate)) : x,
  batchNormalization,
  activation: (tf, x, { spec }) => activate(tf, spec.activation, x),
};

/**
 * Pads with zeros and corrects windows that stick out. tfjs's own "same" has the right means, but its gradient divides by the
 * whole window everywhere.
 */
function averagePooling(tf: Tf, x: Tensor, { spec, layer }: Placed<Pooling2d>): Tensor {
  const window = [...spec.poolSize] as [number, number];
  const strides = [...spec.strides] as [number, number];
  const axes = [0, 1].map((axis) => shares(layer.inputShape[axis]!, window[axis]!, strides[axis]!, spec));
  const [down, across] = axes as [Axis, Axis];
  const sticksOut = axes.some(({ before, after }) => before + after > 0);
  if (!sticksOut) return tf.avgPool(x as never, window, strides, "valid");
  const padding: [number, number][] = [
    [0, 0],
    [down.before, down.after],
    [across.before, across.after],
    [0, 0],
  ];
  const means = tf.avgPool(tf.pad(x, padding) as never, window, strides, "valid");
  const ratios = Float32Array.from(
    { length: down.inside.length * across.inside.length },
    (_, i) =>
      (window[0] * window[1]) /
      (down.inside[Math.floor(i / across.inside.length)]! * across.inside[i % across.inside.length]!),
  );
  return tf.mul(means, tf.tensor(ratios, [1, down.inside.length, across.inside.length, 1]));
}

interface Axis {
  /** Zeros before and after the data. */
  readonly before: number;
  readonly after: number;
  /** Of each window: how many of its places lie within the data. */
  readonly inside: readonly number[];
}

function shares(size: number, window: number, stride: number, { padding }: Pooling2d): Axis {
  const { count, before } = windowsOf(size, window, stride, padding);
  const inside = Array.from({ length: count }, (_, i) => {
    const from = i * stride - before;
    return Math.min(size, from + window) - Math.max(0, from);
  });
  return { before, after: Math.max(0, (count - 1) * stride + window - size - before), inside };
}

/** Batch statistics while training, moving ones otherwise; both variances are of the rows themselves (biased), as in Keras. */
function batchNormalization(
  tf: Tf,
  x: Tensor,
  { spec, weights, firstWeight }: Placed<BatchNormalization>,
  pass: Pass & { move: Move },
): Tensor {
  const [gamma, beta, movingMean, movingVariance] = weights as [Tensor, Tensor, Tensor, Tensor];
  const normalized = (mean: Tensor, variance: Tensor) => {
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, spec.epsilon)));
    return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
  };
  if (!pass.training) return normalized(movingMean, movingVariance);
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const mean = tf.mean(x, axes);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes);
  const moved = (moving: Tensor, now: Tensor) => tf.add(tf.mul(moving, spec.momentum), tf.mul(now, 1 - spec.momentum));
  pass.move(firstWeight + 2, moved(movingMean, mean), moved(movingVariance, variance));
  return normalized(mean, variance);
}
