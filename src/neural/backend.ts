import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import type { Loss } from "./losses.js";
import type { Network, Shape } from "./network.js";
import type { Optimizer } from "./optimizers.js";

/** Weights in the order and the layout of `weightsOf(network)`, f32. */
export type Weights = readonly Float32Array[];

/** Everything that a training is made of but the order of its rows. */
export interface TrainingSetup {
  readonly network: Network;
  /** To begin with. */
  readonly weights: Weights;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Rows of a step; the last of an epoch may have fewer. */
  readonly batchSize: number;
  readonly X: Matrix;
  /** Of each row of X: the position of its class, or its number. */
  readonly targets: Float32Array;
  /** Of each row of X; null for 1 each. The loss of a batch is the sum of weight * loss / rows of the batch. */
  readonly rowWeights: Float32Array | null;
}

/** One pass over the rows. Whatever is random in it has been decided. */
export interface Epoch {
  /** From 0. */
  readonly index: number;
  /** Rows of X in the order in which batches take them; the last batch may be smaller. */
  readonly order: Uint32Array;
  /** Of each step of this epoch. */
  readonly learningRate: number;
  /** For each layer of the network a key of `dropoutMask`, u32. The first value of a batch has the number (rows of the epoch before the batch) * (values of a row). */
  readonly dropoutKeys: Uint32Array;
  /** Told how many batches are done, now and then. */
  onBatches(done: number, total: number): void;
}

/** What a pass came to, measured while it learnt. */
export interface EpochResult {
  /** Sum of weight * loss over the rows. */
  readonly loss: number;
  /** Sum of the weights of the rows whose class was right; 0 for numbers. */
  readonly right: number;
  /** The first batch whose loss was NaN or infinite, after which it stopped; null if none was. */
  readonly failedBatch: number | null;
}

/** A network that is being trained. */
export interface Training {
  /** Trains one epoch, and says what the losses came to. */
  epoch(epoch: Epoch): Promise<EpochResult>;
  /** Copies of the weights as they are now. */
  weights(): Promise<Weights>;
  /** Gives back whatever it holds; also after a failure. */
  end(): void;
}

/** A network that is not made of our layers, and what it begins with. */
export interface BroughtNetwork {
  readonly network: Network;
  readonly weights: Weights;
}

/**
 * What trains and runs networks. The estimator decides everything random (first weights, order of rows, dropped values) and hands
 * it over, so that all backends do the same.
 */
export interface NeuralBackend {
  /** As errors and reports name it. */
  readonly name: string;
  /** Begins to train. */
  train(setup: TrainingSetup, ctx: RunContext): Promise<Training>;
  /**
   * Of a backend that brings a network of its own, which our layers cannot describe; absent from all others. An estimator
   *
   * 1. calls it once a fit, in place of `networkOf(layers, ...)` and of drawing first weights, and refuses `layers` beside it;
   * 2. checks the network by `lossMisfit` as it does its own;
   * 3. trains it as any other: an epoch has one key of dropout, for the one entry of `network.layers`;
   * 4. keeps the whole network (with its `topology`) and the weights in its state, which are plain data;
   * 5. hands that network to `predict`, and refuses it where the backend at hand cannot run it: those of ours that know our layers
   *    only throw InvalidParameterError for a network that has a `topology`.
   *
   * @param inputShape of a row
   * @param outputs how many numbers y needs
   * @param seed an integer >= 1 for whatever is random about first weights
   * @throws InvalidParameterError if what it brings does not fit, or could not be trained the same way twice
   */
  network?(inputShape: Shape, outputs: number, seed: number): Promise<BroughtNetwork>;
  /** What the network answers: X.rows x network.outputs, row by row. */
  predict(network: Network, weights: Weights, X: Matrix, ctx: RunContext): Promise<Float32Array>;
}
