import type { RunContext } from "../core/estimator.js";
import type { Epoch, EpochResult, Training, TrainingSetup, Weights } from "../neural/backend.js";
import { dropoutHash } from "../neural/dropout-mask.js";
import { sizeOf } from "../neural/network.js";
import { EventLoop } from "../parallel/event-loop.js";
import { dropoutFactors } from "./drop-values.js";
import type { Graph } from "./graph.js";
import type { Pass } from "./layer-ops.js";
import { batchLoss, fillTargets, headOf, REPORTED } from "./loss-heads.js";
import { asOurs, type Tensor, type Tf } from "./namespace.js";
import { OptimizerSteps } from "./optimizer-steps.js";
import { RowReader } from "./row-reader.js";

/** Backends that compute at once; elsewhere results are waited for, and read many batches at a time. */
const SYNCHRONOUS = ["cpu", "wasm", "tensorflow"];
/** How much work may lie in a device's queue: an abort has to wait for it. */
const MOST_PENDING = 16;
const LONGEST_PENDING_MS = 100;

/** Trains a graph batch by batch. What is random about it comes with the epochs. */
export class TfjsTraining implements Training {
  readonly #tf: Tf;
  readonly #backend: string;
  readonly #graph: Graph;
  readonly #setup: TrainingSetup;
  readonly #signal: AbortSignal;
  readonly #steps: OptimizerSteps;
  readonly #rows: RowReader;
  #ended = false;

  constructor(tf: Tf, backend: string, graph: Graph, setup: TrainingSetup, ctx: RunContext) {
    this.#tf = tf;
    this.#backend = backend;
    this.#graph = graph;
    this.#setup = setup;
    this.#signal = ctx.signal;
    this.#rows = new RowReader(setup.X);
    const size = graph.trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.#steps = new OptimizerSteps(tf, setup.optimizer, size);
  }

  async epoch(epoch: Epoch): Promise<EpochResult> {
    const { batchSize } = this.#setup;
    const rows = epoch.order.length;
    const total = Math.ceil(rows / batchSize);
    const loop = new EventLoop();
    const sums = new Sums();
    let pending: Tensor[] = [];
    let waitingSince = performance.now();
    const isSynchronous = SYNCHRONOUS.includes(this.#backend);
    try {
      for (let batch = 0; batch < total; batch++) {
        this.#signal.throwIfAborted();
        const from = batch * batchSize;
        pending.push(this.#learn(epoch, from, Math.min(rows, from + batchSize)));
        if (isSynchronous) {
          const came = pending.pop()!;
          const values = came.dataSync();
          came.dispose();
          if (sums.add(values)) break;
          if (!loop.isDue) continue;
          await loop.turn();
          this.#signal.throwIfAborted();
        } else {
          const isDue = pending.length >= MOST_PENDING || performance.now() - waitingSince > LONGEST_PENDING_MS;
          if (!isDue && batch + 1 < total) continue;
          const came = pending;
          pending = [];
          if (sums.add(await this.#read(came))) break;
          waitingSince = performance.now();
        }
        epoch.onBatches(batch + 1, total);
      }
      if (sums.failedBatch === null) epoch.onBatches(total, total);
      return sums.result;
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      throw asOurs(error, this.#backend);
    } finally {
      this.#tf.dispose(pending);
    }
  }

  async weights(): Promise<Weights> {
    const { variables } = this.#graph;
    return Promise.all(variables.map(async (variable) => Float32Array.from(await variable.data())));
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#steps.dispose();
    this.#graph.dispose();
  }

  /** One step; what comes back is the caller's to dispose of. */
  #learn(epoch: Epoch, from: number, to: number): Tensor {
    const tf = this.#tf;
    const { trainable } = this.#graph;
    let report: Tensor | undefined;
    try {
      tf.tidy(() => {
        const loss = () => this.#loss(epoch, from, to, (came) => void (report = tf.keep(came)));
        if (trainable.length === 0) return void loss();
        const { grads } = tf.variableGrads(loss as never, [...trainable]);
        this.#update(grads, epoch.learningRate);
      });
    } catch (error) {
      report?.dispose();
      disposeTape(tf);
      throw error;
    }
    return report!;
  }

  #loss(epoch: Epoch, from: number, to: number, report: (came: Tensor) => void): Tensor {
    const tf = this.#tf;
    const { loss, targets, rowWeights, network } = this.#setup;
    const rows = to - from;
    const x = tf.tensor(this.#rows.read(from, to, epoch.order), [rows, ...network.inputShape]);
    const outputs = loss === "categoricalCrossentropy" ? network.outputs : 1;
    const wanted = new Float32Array(rows * outputs);
    const weights = rowWeights === null ? null : new Float32Array(rows);
    for (let i = 0; i < rows; i++) {
      const row = epoch.order[from + i]!;
      fillTargets(wanted, loss, outputs, i, targets[row]!);
      if (weights !== null) weights[i] = rowWeights![row]!;
    }
    const pass: Pass = {
      training: true,
      factors: (at, shape, rate, within) => {
        const values = sizeOf(shape);
        const first = from * (values / rows);
        const key = epoch.dropoutKeys[at]!;
        const own = within === undefined ? key : dropoutHash(within, key);
        return tf.tensor(dropoutFactors(own, first, values, rate), [...shape]);
      },
    };
    const answers = this.#graph.run(x, pass);
    const lost = batchLoss(
      tf,
      headOf(loss, this.#graph.logits),
      answers,
      tf.tensor1d(wanted),
      weights === null ? null : tf.tensor1d(weights),
      report,
    );
    return this.#graph.penalties().reduce((sum, penalty) => tf.add(sum, penalty), lost);
  }

  #update(grads: Record<string, Tensor>, learningRate: number): void {
    const tf = this.#tf;
    const { trainable } = this.#graph;
    const flat = trainable.map((variable) => tf.reshape(grads[variable.name] ?? tf.zerosLike(variable), [-1]));
    const step = this.#steps.step(flat.length === 1 ? flat[0]! : tf.concat(flat), learningRate);
    const decay = this.#steps.decay(learningRate);
    let first = 0;
    for (const variable of trainable) {
      const part = tf.reshape(tf.slice(step, first, variable.size), variable.shape);
      variable.assign(tf.sub(decay === 1 ? variable : tf.mul(variable, decay), part));
      first += variable.size;
    }
  }

  /** What batches came to, read from the device at once. */
  async #read(came: Tensor[]): Promise<ArrayLike<number>> {
    const all = this.#tf.concat(came);
    this.#tf.dispose(came);
    try {
      return await all.data();
    } finally {
      all.dispose();
    }
  }
}

/** What tfjs kept for the way back lives on where the way out fails. */
function disposeTape(tf: Tf): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

/** Adds up what batches came to, up to the first that failed. */
class Sums {
  failedBatch: number | null = null;
  #batches = 0;
  #loss = 0;
  #right = 0;

  /** Whether one of them failed. */
  add(came: ArrayLike<number>): boolean {
    for (let i = 0; i < came.length; i += REPORTED, this.#batches++) {
      const loss = came[i]!;
      this.#loss += loss;
      this.#right += came[i + 1]!;
      if (Number.isFinite(loss)) continue;
      this.failedBatch = this.#batches;
      return true;
    }
    return false;
  }

  get result(): EpochResult {
    return { loss: this.#loss, right: this.#right, failedBatch: this.failedBatch };
  }
}
