import {
  convListBytes,
  denseListBytes,
  type Operation,
  packedLength,
  packedTilesLength,
  tilesLength,
} from "../kernels/run-network.js";
import { extent, paysInTiles, poolingOf } from "./convolution-plan.js";
import { dropoutThreshold } from "./dropout-mask.js";
import type { Activation, Conv2d, Dense, Layer, Pooling2d } from "./layers.js";
import { type Network, type NetworkLayer, type Shape, sizeOf, windowsOf } from "./network.js";
import { padded, type WeightLayout } from "./weight-layout.js";

/** Floats between neighbours in scratch: vectors are read whole, also at the end of an array. */
const SLACK = 16;

/** The kernels' numbers of activations; assembly/neural-activations.ts. */
const FUNCTIONS: Readonly<Record<Exclude<Activation, "linear">, number>> = {
  relu: 1,
  elu: 2,
  selu: 3,
  tanh: 4,
  sigmoid: 5,
  softplus: 6,
  softmax: 7,
};

/** A network as the kernels run it: operations whose addresses count from where weights, their gradients and scratch will lie. */
export interface Program {
  readonly operations: readonly Operation[];
  /** For each operation the layer of the network that it is of. */
  readonly layerOf: readonly number[];
  readonly input: number;
  readonly inputStride: number;
  readonly output: number;
  readonly outputGradient: number;
  readonly outputStride: number;
  readonly scratchBytes: number;
  /** Rough number of multiplications of a row, forward; at least 1. */
  readonly work: number;
}

/** Where the parts of a program lie. */
export interface Addresses {
  readonly weights: number;
  /** In the layout of the weights that are learnt; 0 where nothing is trained. */
  readonly gradients: number;
  readonly scratch: number;
}

/** The values between two operations. */
interface Tensor {
  readonly at: number;
  /** Of its gradient; 0 where there is none. */
  readonly gradient: number;
  readonly stride: number;
}

/** Compiles a network for batches of so many rows. */
export function compile(
  network: Network,
  layout: WeightLayout,
  batch: number,
  training: boolean,
  addresses: Addresses,
): Program {
  return new Compiler(network, layout, batch, training, addresses).program();
}

class Compiler {
  readonly #operations: Operation[] = [];
  readonly #layerOf: number[] = [];
  #floats = SLACK;
  #work = 0;
  #layer = 0;
  /** Whether anything so far learns, so that gradients must come down to it. */
  #learns = false;

  constructor(
    readonly network: Network,
    readonly layout: WeightLayout,
    readonly batch: number,
    readonly training: boolean,
    readonly addresses: Addresses,
  ) {}

  program(): Program {
    const { layers, inputShape } = this.network;
    const input = this.#tensor(sizeOf(inputShape));
    let tensor = input;
    for (let i = 0; i < layers.length; i++) {
      this.#layer = i;
      const pooling = poolingOf(layers[i]!, layers[i + 1]);
      tensor = this.#add(layers[i]!, pooling, tensor);
      if (pooling !== null) i++;
    }
    // The loss writes its gradient even where nothing learns.
    const hasGradient = !this.training || tensor.gradient !== 0;
    const outputGradient = hasGradient ? tensor.gradient : this.#room(tensor.stride * this.batch);
    return {
      operations: this.#operations,
      layerOf: this.#layerOf,
      input: input.at,
      inputStride: input.stride,
      output: tensor.at,
      outputGradient,
      outputStride: tensor.stride,
      scratchBytes: 4 * this.#floats,
      work: Math.max(1, this.#work),
    };
  }

  #add(layer: NetworkLayer, pooling: NetworkLayer | null, x: Tensor): Tensor {
    const { spec, inputShape, outputShape } = layer;
    switch (spec.type) {
      case "dense":
        return this.#activated(this.#dense(spec, layer, x), spec.activation, outputShape);
      case "conv2d":
        return this.#activated(this.#conv(spec, layer, pooling, x), spec.activation, (pooling ?? layer).outputShape);
      case "activation":
        return this.#activated(x, spec.activation, outputShape);
      case "maxPooling2d":
      case "averagePooling2d":
        return this.#pool(spec, layer, x);
      case "globalAveragePooling2d": {
        const window = [inputShape[0]!, inputShape[1]!] as const;
        const whole = { type: "averagePooling2d", poolSize: window, strides: window, padding: "valid" } as const;
        return this.#pool(whole, { ...layer, outputShape: [1, 1, inputShape[2]!] }, x);
      }
      case "dropout":
        return this.#dropout(spec.rate, inputShape, x);
      case "batchNormalization":
        return this.#normalize(spec, layer, x);
      default:
        return x;
    }
  }

  /** Room for rows of values, and for their gradients where some operation wants them. */
  #tensor(values: number): Tensor {
    const stride = padded(values);
    const at = this.#room(stride * this.batch);
    const gradient = this.training && this.#learns ? this.#room(stride * this.batch) : 0;
    return { at, gradient, stride };
  }

  /** Room in scratch: its address. */
  #room(floats: number): number {
    const at = this.addresses.scratch + 4 * this.#floats;
    this.#floats += padded(floats) + SLACK;
    return at;
  }

  #push(operation: Operation, x: Tensor, y: Tensor): void {
    const common = { x: x.at, y: y.at, dx: x.gradient, dy: y.gradient, xStride: x.stride, yStride: y.stride };
    this.#operations.push({ ...common, ...operation });
    this.#layerOf.push(this.#layer);
  }

  /** Addresses of a layer's weights and gradients by their names. */
  #weights(layer: NetworkLayer, name: string): { readonly at: number; readonly gradient: number } {
    const found = this.layout.placed.find(({ spec }) => spec.name === `${layer.name}/${name}`);
    if (found === undefined) return { at: 0, gradient: 0 };
    const { weights, gradients } = this.addresses;
    const isLearnt = this.training && found.spec.trainable;
    return { at: weights + 4 * found.offset, gradient: isLearnt ? gradients + 4 * found.offset : 0 };
  }

  #kernel(layer: NetworkLayer) {
    const [kernel, bias] = [this.#weights(layer, "kernel"), this.#weights(layer, "bias")];
    return { w: kernel.at, bias: bias.at, gradW: kernel.gradient, gradBias: bias.gradient };
  }

  #dense(spec: Dense, layer: NetworkLayer, x: Tensor): Tensor {
    const [inputs, units] = [layer.inputShape[0]!, spec.units as number];
    const wantsInput = x.gradient !== 0;
    this.#learns = true;
    const y = this.#tensor(units);
    const lists = this.#room(denseListBytes(x.stride, y.stride, this.batch) / 4);
    const transposed = wantsInput ? this.#room(units * x.stride) : 0;
    this.#push({ kind: "dense", ...this.#kernel(layer), inputs, units, lists, transposed }, x, y);
    this.#work += inputs * units;
    return y;
  }

  #conv(spec: Conv2d, layer: NetworkLayer, pooling: NetworkLayer | null, x: Tensor): Tensor {
    const [height, width, channels] = layer.inputShape as [number, number, number];
    const { filters, kernelSize, strides, padding } = spec;
    const pool = (pooling?.spec as Pooling2d | undefined)?.poolSize ?? [1, 1];
    const cells = (pooling ?? layer).outputShape;
    // Pixels that no window of the pooling reaches are not computed.
    const [outHeight, outWidth] = [cells[0]! * pool[0], cells[1]! * pool[1]];
    const isTiled = paysInTiles(spec, channels);
    const down = extent(height, outHeight, kernelSize[0], strides[0], padding, isTiled);
    const across = extent(width, outWidth, kernelSize[1], strides[1], padding, isTiled);
    const [paddedHeight, paddedWidth] = [down.padded, across.padded];
    const isPadded = paddedHeight > height || paddedWidth > width;
    const inputs = kernelSize[0] * kernelSize[1] * channels;
    const transposedLength = filters * kernelSize[0] * padded(kernelSize[1] * channels);
    const values = sizeOf(cells);
    const wantsInput = x.gradient !== 0;
    this.#learns = true;
    const y = this.#tensor(values);
    const pixels = outHeight * outWidth;
    const operation: Operation = {
      kind: "conv",
      ...this.#kernel(layer),
      ...{ inputs, units: filters, height, width, channels, outHeight, outWidth },
      windowHeight: kernelSize[0],
      windowWidth: kernelSize[1],
      stepY: strides[0],
      stepX: strides[1],
      beforeY: down.before,
      beforeX: across.before,
      paddedHeight,
      paddedWidth,
      padded: isPadded ? this.#room(paddedHeight * paddedWidth * channels) : 0,
      packed: this.#room(isTiled ? packedTilesLength(channels, filters) : packedLength(inputs, filters)),
      tiles: isTiled
        ? this.#room(tilesLength(Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2), channels, filters))
        : 0,
      poolHeight: pool[0],
      poolWidth: pool[1],
      unpooled: pooling === null ? 0 : this.#room(pixels * filters),
      largest: pooling === null ? 0 : this.#room(values * this.batch),
      ...(this.training
        ? {
            lists: this.#room(convListBytes(pixels, values / filters, filters) / 4),
            transposed: wantsInput ? this.#room(transposedLength) : 0,
            gradTransposed: this.#room(transposedLength),
            places: this.#room(2 * pool[0] * pool[1]),
          }
        : {}),
    };
    this.#push(operation, x, y);
    this.#work += pixels * filters * inputs;
    return y;
  }

  #pool(spec: Pooling2d, layer: NetworkLayer, x: Tensor): Tensor {
    const [height, width, channels] = layer.inputShape as [number, number, number];
    const [outHeight, outWidth] = layer.outputShape as [number, number, number];
    const values = sizeOf(layer.outputShape);
    const y = this.#tensor(values);
    const isMax = spec.type === "maxPooling2d";
    const window = {
      ...{ height, width, channels, outHeight, outWidth },
      windowHeight: spec.poolSize[0],
      windowWidth: spec.poolSize[1],
      stepY: spec.strides[0],
      stepX: spec.strides[1],
      beforeY: windowsOf(height, spec.poolSize[0], spec.strides[0], spec.padding).before,
      beforeX: windowsOf(width, spec.poolSize[1], spec.strides[1], spec.padding).before,
    };
    const largest = isMax ? this.#room(values * this.batch) : 0;
    this.#push({ kind: isMax ? "maxPool" : "meanPool", ...window, largest }, x, y);
    this.#work += values * spec.poolSize[0] * spec.poolSize[1];
    return y;
  }

  /** Applies an activation in place; to a copy where the values are those of another activation, which its derivative is told by. */
  #activated(x: Tensor, activation: Activation, shape: Shape): Tensor {
    if (activation === "linear") return x;
    const y = this.#operations.at(-1)?.kind === "activate" ? this.#dropout(0, shape, x) : x;
    const operation = { kind: "activate", function: FUNCTIONS[activation] } as const;
    this.#push({ ...operation, channels: shape.at(-1)!, values: sizeOf(shape) }, y, y);
    return y;
  }

  #dropout(rate: number, shape: Shape, x: Tensor): Tensor {
    const values = sizeOf(shape);
    const y = this.#tensor(values);
    this.#push({ kind: "dropout", threshold: dropoutThreshold(rate), kept: 1 / (1 - rate), values }, x, y);
    return y;
  }

  #normalize(spec: Extract<Layer, { type: "batchNormalization" }>, layer: NetworkLayer, x: Tensor): Tensor {
    const channels = layer.inputShape.at(-1)!;
    const values = sizeOf(layer.inputShape);
    const [gamma, beta] = [this.#weights(layer, "gamma"), this.#weights(layer, "beta")];
    this.#learns = true;
    const y = this.#tensor(values);
    const operation: Operation = {
      kind: "normalize",
      gamma: gamma.at,
      beta: beta.at,
      gradGamma: gamma.gradient,
      gradBeta: beta.gradient,
      movingMean: this.#weights(layer, "movingMean").at,
      movingVariance: this.#weights(layer, "movingVariance").at,
      batchMean: this.#room(channels),
      batchScale: this.#room(channels),
      sums: this.#room(4 * channels),
      epsilon: spec.epsilon,
      momentum: spec.momentum,
      channels,
      values,
    };
    this.#push(operation, x, y);
    this.#work += 4 * values;
    return y;
  }
}
