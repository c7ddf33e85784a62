/**
 * Neural networks in f32.
 *
 * Problem: pass batches of rows through a list of operations (dense layers, convolutions, poolings, batch normalization, activations,
 * dropout), and when training back again, then let an optimizer change the weights. A network is compiled into such a list once
 * (src/neural/program.ts); the kernels then work batch by batch without allocating or leaving WebAssembly.
 *
 * What is answered of a row depends on that row and the weights alone. Sums of products are one accumulator's, in an order that
 * the network alone decides; products are rounded apiece in the portable build and fused in the other (KernelModule.load).
 */
import type { Kernel } from "./kernel.js";
import { neural } from "./modules.js";

/** trainNetwork(job, progress) -> DONE | MORE: a batch a call, until `end` or until the loss is not finite. */
export const trainNetwork: Kernel = { module: neural, name: "trainNetwork" };

/** runNetwork(job, progress, out) -> DONE | MORE: the answers of rows start .. end, f32[end - start][outputs]. */
export const runNetwork: Kernel = { module: neural, name: "runNetwork" };

/** Words of an operation's record, and the places of its fields; as assembly/neural-op.ts, which says what they are. */
export const OP_WORDS = 48;
export const OP = {
  kind: 0,
  x: 1,
  y: 2,
  dx: 3,
  dy: 4,
  xStride: 5,
  yStride: 6,
  w: 7,
  bias: 8,
  gradW: 9,
  gradBias: 10,
  transposed: 11,
  lists: 12,
  inputs: 13,
  units: 14,
  height: 16,
  width: 17,
  channels: 18,
  outHeight: 19,
  outWidth: 20,
  windowHeight: 21,
  windowWidth: 22,
  stepY: 23,
  stepX: 24,
  beforeY: 25,
  beforeX: 26,
  largest: 27,
  paddedHeight: 28,
  paddedWidth: 29,
  padded: 30,
  packed: 31,
  gradTransposed: 32,
  poolHeight: 33,
  poolWidth: 34,
  unpooled: 35,
  places: 36,
  tiles: 37,
  gamma: 7,
  beta: 8,
  gradGamma: 9,
  gradBeta: 10,
  movingMean: 11,
  movingVariance: 12,
  batchMean: 13,
  batchScale: 14,
  sums: 15,
  values: 19,
  epsilon: 20,
  momentum: 21,
  function: 7,
  key: 7,
  threshold: 8,
  kept: 9,
} as const;

export const OP_KIND = {
  dense: 1,
  conv: 2,
  maxPool: 3,
  meanPool: 4,
  normalize: 5,
  activate: 6,
  dropout: 7,
} as const;

/** Fields whose words are f32. */
const REALS: readonly string[] = ["epsilon", "momentum", "kept"];

/** An operation by the names of its fields. */
export type Operation = { readonly kind: keyof typeof OP_KIND } & {
  readonly [F in Exclude<keyof typeof OP, "kind">]?: number;
};

/** The records of all operations. */
export function operationWords(operations: readonly Operation[]): Uint32Array {
  const words = new Uint32Array(OP_WORDS * operations.length);
  const reals = new Float32Array(words.buffer);
  for (const [i, { kind, ...fields }] of operations.entries()) {
    words[i * OP_WORDS] = OP_KIND[kind];
    for (const [name, value] of Object.entries(fields)) {
      const at = i * OP_WORDS + OP[name as keyof typeof OP];
      if (REALS.includes(name)) reals[at] = value;
      else words[at] = value;
    }
  }
  return words;
}

/** What the kernels work on; addresses unless said otherwise. */
export interface NetworkJob {
  readonly operations: number;
  readonly operationCount: number;
  /** Cells of a table, row-major, and how they are kept: 0 bytes, 1 f32, 2 f64. */
  readonly cells: number;
  readonly cellKind: number;
  /** f32[256]: what bytes stand for. */
  readonly byteValues: number;
  readonly cols: number;
  /** u32[]: the rows of the table that are meant. */
  readonly rows: number;
  readonly input: number;
  readonly inputStride: number;
  /** Rows that buffers hold. */
  readonly batch: number;
  readonly output: number;
  readonly outputGradient: number;
  readonly outputStride: number;
  readonly outputs: number;
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** What training needs besides. */
export interface TrainingJob {
  /** u32[count]: the rows of the epoch, as positions in `rows`. */
  readonly order: number;
  readonly count: number;
  /** f32[]: of each of `rows`. */
  readonly targets: number;
  /** f32[], or 0 for weights of 1. */
  readonly weights: number;
  readonly loss: keyof typeof LOSS_KIND;
  /** Whether the last operation is the softmax or sigmoid that is part of the loss. */
  readonly skipsLast: boolean;
  readonly optimizer: keyof typeof OPTIMIZER_KIND;
  /** f32[8], see `settingsOf`. */
  readonly settings: number;
  /** f32[size] each: weights, their gradients, and two memories of the optimizer. */
  readonly parameters: number;
  readonly gradients: number;
  readonly first: number;
  readonly second: number;
  readonly size: number;
}

export const LOSS_KIND = {
  categoricalCrossentropy: 1,
  binaryCrossentropy: 2,
  meanSquaredError: 3,
  meanAbsoluteError: 4,
  huber: 5,
} as const;

export const OPTIMIZER_KIND = { sgd: 1, adam: 2, adamw: 2, rmsprop: 3 } as const;

const JOB_BYTES = 128;
/** Word of a training job where `order` and `count` stand. */
export const ORDER = 16;

/** The record that both kernels read. */
export function jobWords(job: NetworkJob, training?: TrainingJob): Uint32Array {
  const words = new Uint32Array(JOB_BYTES / 4);
  words.set([
    job.operations, job.operationCount, job.cells, job.cellKind, job.byteValues, job.cols, job.rows, job.input, job.inputStride,
    job.batch, job.output, job.outputGradient, job.outputStride, job.outputs, job.scratch, job.scratchBytes,
  ]); // biome-ignore format: one list
  if (training === undefined) return words;
  words.set(
    [
      training.order, training.count, training.targets, training.weights, LOSS_KIND[training.loss], Number(training.skipsLast),
      OPTIMIZER_KIND[training.optimizer], training.settings, training.parameters, training.gradients, training.first,
      training.second, training.size,
    ],
    ORDER,
  ); // biome-ignore format: one list
  return words;
}

/** The optimizer's settings as the kernel reads them; those that it does not have are 0. */
export function settingsOf(settings: {
  readonly learningRate: number;
  readonly decay?: number | undefined;
  readonly decay2?: number | undefined;
  readonly epsilon?: number | undefined;
  readonly weightDecay?: number | undefined;
  readonly momentum?: number | undefined;
  readonly nesterov?: boolean | undefined;
}): Float32Array {
  const {
    learningRate,
    decay = 0,
    decay2 = 0,
    epsilon = 0,
    weightDecay = 0,
    momentum = 0,
    nesterov = false,
  } = settings;
  return Float32Array.of(learningRate, decay, decay2, epsilon, weightDecay, momentum, Number(nesterov), 0);
}

/** Progress of a call: u32 next, end, failed, start; f64 sum of losses, sum of right rows; f64 beta1^t, beta2^t. */
export const PROGRESS_BYTES = 48;
export const NEXT = 0;
export const END = 1;
export const FAILED = 2;
export const START = 3;
/** As f64. */
export const SUM_OF_LOSSES = 2;
export const SUM_OF_RIGHT = 3;
export const POWERS = 4;

/** Bytes of `lists` of a dense layer; assembly/neural-dense.ts. */
export const denseListBytes = (inputs: number, units: number, batch: number): number =>
  Math.max(8 * (Math.max(inputs, units) + 8), Math.max(16384, 64 * (batch + 1)) + 4 * 1024 + 64);

/** Bytes of `lists` of a convolution that has so many pixels and, after its pooling, cells; assembly/neural-conv.ts. */
export const convListBytes = (pixels: number, cells: number, filters: number): number =>
  4 * (filters + pixels) + 8 * (filters * (cells + 1) + pixels * (filters + 1)) + 64;

/** Floats of `packed` of a convolution. */
export const packedLength = (inputs: number, filters: number): number => 8 * Math.ceil(filters / 8) * (inputs + 1);

/** The same of one that is done in tiles; assembly/neural-winograd.ts. */
export const packedTilesLength = (channels: number, filters: number): number => 16 * packedLength(channels, filters);

/** Floats of `tiles`: of so many tiles of 2 x 2 pixels, what they are spread to and what they are gathered from. */
export const tilesLength = (tiles: number, channels: number, filters: number): number =>
  16 * tiles * (channels + filters);
