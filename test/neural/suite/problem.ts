import { Matrix } from "../../../src/core/matrix.js";
import type { Epoch, TrainingSetup, Weights } from "../../../src/neural/backend.js";
import type { Layer } from "../../../src/neural/layers.js";
import type { Loss } from "../../../src/neural/losses.js";
import {
  type Network,
  networkOf,
  type Shape,
  sizeOf,
  type WeightSpec,
  weightsOf,
} from "../../../src/neural/network.js";
import { type Optimizer, sgd } from "../../../src/neural/optimizers.js";

/** What a table of the suite is kept in. */
export type Container = "f32" | "f64" | "bytes" | "scaled bytes";

/** A network, and how it is trained. */
export interface Recipe {
  readonly layers: readonly Layer[];
  readonly inputShape: Shape;
  /** How many classes, or 1. Default 3. */
  readonly outputs?: number;
  /** Default "categoricalCrossentropy". */
  readonly loss?: Loss;
  /** Default sgd with momentum. */
  readonly optimizer?: Optimizer;
  /** Default 31: the last batch is smaller than the others. */
  readonly rows?: number;
  /** Default 7. */
  readonly batchSize?: number;
  /** Default "f32". */
  readonly container?: Container;
  /** Whether X is a view of a larger table, some of its rows twice. Default false. */
  readonly view?: boolean;
  /** Whether rows have weights, a few of them 0. Default false. */
  readonly weighted?: boolean;
  /** Default 20, rounded up to whole epochs. */
  readonly steps?: number;
}

/** Everything that two trainings need to do the same. */
export interface Problem {
  readonly setup: TrainingSetup;
  readonly epochs: readonly Omit<Epoch, "onBatches">[];
}

/** By how much the epochs' learning rates differ from the optimizer's. */
const RATES = [1, 0.5, 1.5, 0.25];

export function problemOf(recipe: Recipe): Problem {
  const { layers, inputShape, loss = "categoricalCrossentropy", rows = 31, batchSize = 7, steps = 20 } = recipe;
  const { outputs = 3, optimizer = sgd({ learningRate: 0.05, momentum: 0.9 }), weighted = false } = recipe;
  const next = stream(rows + 97 * sizeOf(inputShape));
  const network = networkOf(layers, inputShape, outputs, "the suite");
  const weights = firstWeights(network, next);
  const X = tableOf(recipe, rows, next);
  const targets = Float32Array.from({ length: rows }, () => targetOf(loss, outputs, next));
  const rowWeights = weighted ? Float32Array.from({ length: rows }, () => Math.max(0, next() * 2.5 - 0.25)) : null;
  const epochs = Array.from({ length: Math.ceil(steps / Math.ceil(rows / batchSize)) }, (_, index) => ({
    index,
    order: shuffled(rows, next),
    learningRate: optimizer.learningRate * RATES[index % RATES.length]!,
    dropoutKeys: Uint32Array.from(layers, () => next() * 2 ** 32),
  }));
  return { setup: { network, weights, loss, optimizer, batchSize, X, targets, rowWeights }, epochs };
}

function targetOf(loss: Loss, outputs: number, next: () => number): number {
  if (loss === "categoricalCrossentropy") return Math.floor(next() * outputs);
  if (loss === "binaryCrossentropy") return next() < 0.5 ? 0 : 1;
  return next() * 5 - 2.5; // Beyond 1 too, where huber is straight.
}

function tableOf({ inputShape, container = "f32", view = false }: Recipe, rows: number, next: () => number): Matrix {
  const cols = sizeOf(inputShape);
  const length = (rows + 3) * cols;
  const whole = () => {
    if (container === "bytes")
      return new Matrix(
        Uint8Array.from({ length }, () => next() * 4),
        rows + 3,
        cols,
      );
    const numbers = Float64Array.from({ length }, () => next() * 2 - 1);
    if (container === "f64") return new Matrix(numbers, rows + 3, cols);
    if (container === "f32") return new Matrix(Float32Array.from(numbers), rows + 3, cols);
    return new Matrix(
      Uint8Array.from(numbers, (x) => Math.max(0, x * 256)),
      rows + 3,
      cols,
      { scale: 1 / 255 },
    );
  };
  const table = whole();
  if (view) return table.take(Array.from({ length: rows }, (_, i) => (i % 5 === 4 ? i - 2 : rows + 2 - i)));
  return new Matrix(table.data.slice(0, rows * cols), rows, cols, { scale: table.scale });
}

/** Weights that no initializer would give: no array of zeros hides what is done with it. */
export function firstWeights(network: Network, next: () => number): Weights {
  return weightsOf(network).map((weight) => {
    const [least, most] = rangeOf(weight);
    return Float32Array.from({ length: sizeOf(weight.shape) }, () => least + next() * (most - least));
  });
}

function rangeOf({ name, shape }: WeightSpec): readonly [least: number, most: number] {
  if (/gamma|Variance/.test(name)) return [0.6, 1.4];
  if (!name.endsWith("kernel")) return [-0.2, 0.2];
  const limit = Math.sqrt(3 / sizeOf(shape.slice(0, -1))); // LeCun's: sums keep the variance of the inputs.
  return [-limit, limit];
}

export function shuffled(length: number, next: () => number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Numbers in [0, 1), by the generator "mulberry32" of Tommy Ettinger. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
