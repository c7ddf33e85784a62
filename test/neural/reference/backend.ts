import type { RunContext } from "../../../src/core/estimator.js";
import type { Matrix } from "../../../src/core/matrix.js";
import type {
  Epoch,
  EpochResult,
  NeuralBackend,
  Training,
  TrainingSetup,
  Weights,
} from "../../../src/neural/backend.js";
import { type Network, weightsOf } from "../../../src/neural/network.js";
import { type Batch, gradientsOf, outputsOf, PASSES, type Passes } from "./network.js";
import { type Moments, momentsOf, updateWeights } from "./optimizers.js";

/** What a reference can be made of; tests plant faults here. */
export interface ReferenceParts {
  readonly passes: Passes;
  readonly updateWeights: typeof updateWeights;
}

const PARTS: ReferenceParts = { passes: PASSES, updateWeights };

/** A lead of the best score below which rounding may tell another class. */
const CLOSE = 1e-3;

export interface ReferenceResult extends EpochResult {
  /** Sum of the weights of rows whose class was told by a hair. */
  readonly undecided: number;
}

export interface ReferenceTraining extends Training {
  epoch(epoch: Epoch): Promise<ReferenceResult>;
}

export interface ReferenceBackend extends NeuralBackend {
  train(setup: TrainingSetup, ctx: RunContext): Promise<ReferenceTraining>;
}

/** Trains and runs networks in f64, as plainly as can be: what backends are compared with. */
export const referenceBackend: ReferenceBackend = referenceBackendOf({});

export function referenceBackendOf(parts: Partial<ReferenceParts>): ReferenceBackend {
  const { passes, updateWeights } = { ...PARTS, ...parts };
  return {
    name: "reference",
    async train(setup, { signal }) {
      signal.throwIfAborted();
      return new PlainTraining(setup, signal, { passes, updateWeights });
    },
    async predict(network, weights, X, { signal }) {
      const outputs = new Float32Array(X.rows * network.outputs);
      const ofNetwork = weights.map((array) => Float64Array.from(array));
      for (let row = 0; row < X.rows; row++) {
        if (row % 8 === 0) await turn(signal);
        outputs.set(outputsOf(network, ofNetwork, batchOf(X, [row]), null, passes), row * network.outputs);
      }
      return outputs;
    },
  };
}

class PlainTraining implements ReferenceTraining {
  readonly #setup: TrainingSetup;
  readonly #signal: AbortSignal;
  readonly #parts: ReferenceParts;
  readonly #network: Network;
  readonly #weights: Float64Array[];
  readonly #moments: readonly Moments[];
  #steps = 0;

  constructor(setup: TrainingSetup, signal: AbortSignal, parts: ReferenceParts) {
    this.#setup = setup;
    this.#signal = signal;
    this.#parts = parts;
    this.#network = setup.network;
    this.#weights = setup.weights.map((array) => Float64Array.from(array));
    this.#moments = this.#weights.map(momentsOf);
  }

  async epoch({ order, learningRate, dropoutKeys, onBatches }: Epoch): Promise<ReferenceResult> {
    const { batchSize, loss, rowWeights, targets, X } = this.#setup;
    const batches = Math.ceil(order.length / batchSize);
    let [sum, right, undecided] = [0, 0, 0];
    for (let number = 0; number < batches; number++) {
      await turn(this.#signal);
      const rows = Array.from(order.subarray(number * batchSize, (number + 1) * batchSize));
      const weights = rows.map((row) => rowWeights?.[row] ?? 1);
      const batch = { ...batchOf(X, rows), targets: rows.map((row) => targets[row]!), rowWeights: weights };
      const training = { dropoutKeys, rowsBefore: number * batchSize };
      const found = gradientsOf(this.#network, this.#weights, loss, batch, training, this.#parts.passes);
      found.rowLosses.forEach((row, i) => {
        sum += weights[i]! * row.loss;
        if (row.right) right += weights[i]!;
        if (row.lead < CLOSE) undecided += weights[i]!;
      });
      // What f32 cannot hold is as infinite here as it is in the backends that compute in f32.
      if (!Number.isFinite(Math.fround(found.loss))) return { loss: sum, right, undecided, failedBatch: number };
      this.#step(found.gradients, found.moved, learningRate);
      onBatches(number + 1, batches);
    }
    return { loss: sum, right, undecided, failedBatch: null };
  }

  #step(gradients: readonly (Float64Array | null)[], moved: readonly (Float64Array | null)[], rate: number): void {
    this.#steps++;
    weightsOf(this.#network).forEach(({ trainable }, at) => {
      const weights = this.#weights[at]!;
      if (!trainable) weights.set(moved[at] ?? weights);
      else {
        this.#parts.updateWeights(this.#setup.optimizer, {
          weights,
          gradient: gradients[at]!,
          moments: this.#moments[at]!,
          learningRate: rate,
          t: this.#steps,
        });
      }
    });
  }

  async weights(): Promise<Weights> {
    return this.#weights.map((array) => Float32Array.from(array));
  }

  end(): void {}
}

/** Rows of a table as a network gets them: in f32, whatever they are kept in. */
function batchOf(X: Matrix, rows: readonly number[]): Batch {
  const values = new Float64Array(rows.length * X.cols);
  rows.forEach((row, i) => {
    for (let j = 0; j < X.cols; j++) values[i * X.cols + j] = Math.fround(X.at(row, j));
  });
  return { rows: rows.length, values };
}

/** Lets the event loop turn, so that an abort arrives. */
async function turn(signal: AbortSignal): Promise<void> {
  if (performance.now() - lastTurn > 20) {
    await new Promise<void>((resolve) => void setTimeout(resolve, 0));
    lastTurn = performance.now();
  }
  signal.throwIfAborted();
}

let lastTurn = 0;
