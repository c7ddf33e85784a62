import type { RunContext } from "../core/estimator.js";
import {
  END,
  FAILED,
  jobWords,
  NEXT,
  OP,
  OP_WORDS,
  ORDER,
  POWERS,
  PROGRESS_BYTES,
  START,
  SUM_OF_LOSSES,
  SUM_OF_RIGHT,
  settingsOf,
  trainNetwork,
} from "../kernels/run-network.js";
import type { Block, Memory, Scope } from "../parallel/memory.js";
import type { KernelCall } from "../parallel/pool.js";
import type { Epoch, EpochResult, Training, TrainingSetup, Weights } from "./backend.js";
import { lastActivation } from "./network.js";
import type { Optimizer } from "./optimizers.js";
import { compileInto, fieldsOf, type PlacedTable, placeTable } from "./placed-network.js";
import type { Program } from "./program.js";
import { WeightLayout } from "./weight-layout.js";

/** Rough nanoseconds that a multiplication of the way forward costs in all of training. */
const TRAIN_COST = 0.12;
/** Nanoseconds of a call, after which progress is told. */
const CALL_COST = 50_000_000;

/** A network in training by our kernels. */
export class WasmTraining implements Training {
  readonly #setup: TrainingSetup;
  readonly #ctx: RunContext;
  readonly #scope: Scope;
  readonly #layout: WeightLayout;
  readonly #program: Program;
  /** Progress, weights, and the two memories of the optimizer. */
  readonly #state: Block;
  readonly #operations: Block;
  readonly #job: Block;
  #order: Block;
  readonly #settings: Block;
  readonly #call: KernelCall;

  static async begin(setup: TrainingSetup, ctx: RunContext): Promise<WasmTraining> {
    const scope = ctx.pool.memory.scope();
    try {
      return new WasmTraining(setup, ctx, scope, await placeTable(setup.X, scope, ctx));
    } catch (error) {
      scope.free();
      throw error;
    }
  }

  private constructor(setup: TrainingSetup, ctx: RunContext, scope: Scope, table: PlacedTable) {
    const { network, X, batchSize, optimizer } = setup;
    const { memory } = ctx.pool;
    const batch = Math.min(batchSize, X.rows);
    const layout = new WeightLayout(network);
    const state = scope.zeros(PROGRESS_BYTES + 4 * (layout.size + 2 * layout.trainable));
    const weights = state.offset + PROGRESS_BYTES;
    const { program, scratch, operations } = compileInto(scope, network, layout, batch, weights, true);
    const order = scope.alloc(4 * X.rows);
    const targets = scope.place(setup.targets);
    const rowWeights = setup.rowWeights === null ? null : scope.place(setup.rowWeights);
    const settings = scope.alloc(32);
    const job = scope.place(
      jobWords(
        { ...table.fields, ...fieldsOf(program, network, operations, batch, scratch) },
        {
          order: order.offset,
          count: X.rows,
          targets: targets.offset,
          weights: rowWeights?.offset ?? 0,
          loss: setup.loss,
          skipsLast: setup.loss.endsWith("Crossentropy") && lastActivation(network) !== "linear",
          optimizer: optimizer.name,
          settings: settings.offset,
          parameters: weights,
          gradients: scratch.offset,
          first: weights + 4 * layout.size,
          second: weights + 4 * (layout.size + layout.trainable),
          size: layout.trainable,
        },
      ),
    );
    this.#setup = setup;
    this.#ctx = ctx;
    this.#scope = scope;
    this.#layout = layout;
    this.#program = program;
    this.#state = state;
    this.#operations = operations;
    this.#job = job;
    this.#order = order;
    this.#settings = settings;
    this.#call = {
      kernel: trainNetwork,
      args: [job.offset, state.offset],
      reads: [...table.blocks, job, operations, targets, settings, ...(rowWeights === null ? [] : [rowWeights])],
      writes: [state],
      scratch: [scratch],
      cost: CALL_COST,
    };
    layout.write(setup.weights, this.#floats(memory).subarray(0, layout.size));
    this.#numbers(memory).fill(1, POWERS, POWERS + 2);
  }

  #floats(memory: Memory): Float32Array {
    return memory.f32(this.#state).subarray(PROGRESS_BYTES / 4);
  }

  #numbers(memory: Memory): Float64Array {
    return memory.f64(this.#state);
  }

  async epoch({ order, learningRate, dropoutKeys, onBatches }: Epoch): Promise<EpochResult> {
    const { pool, signal } = this.#ctx;
    const { memory } = pool;
    const { batchSize, X, optimizer } = this.#setup;
    const batch = Math.min(batchSize, X.rows);
    const batches = Math.ceil(order.length / batch);
    if (4 * order.length > this.#order.bytes) this.#order = this.#scope.alloc(4 * order.length);
    memory.u32(this.#order).set(order);
    memory.u32(this.#job).set([this.#order.offset, order.length], ORDER);
    memory.f32(this.#settings).set(settingsOf({ ...namedByKernels(optimizer), learningRate }));
    const operations = memory.u32(this.#operations);
    for (const [i, { kind }] of this.#program.operations.entries()) {
      if (kind === "dropout") operations[i * OP_WORDS + OP.key] = dropoutKeys[this.#program.layerOf[i]!]!;
    }
    this.#numbers(memory).fill(0, SUM_OF_LOSSES, SUM_OF_RIGHT + 1);

    const step = Math.max(1, Math.round(CALL_COST / (TRAIN_COST * this.#program.work * batch)));
    for (let start = 0; start < batches; start += step) {
      const end = Math.min(batches, start + step);
      const progress = memory.u32(this.#state);
      progress[NEXT] = progress[START] = start;
      progress[END] = end;
      progress[FAILED] = 0;
      const cost = (end - start) * TRAIN_COST * this.#program.work * batch;
      await pool.run({ ...this.#call, reads: [...this.#call.reads, this.#order], cost }, signal);
      const after = memory.u32(this.#state);
      if (after[FAILED] === 1) return { loss: Number.NaN, right: Number.NaN, failedBatch: after[NEXT]! };
      onBatches(end, batches);
    }
    const sums = this.#numbers(memory);
    return { loss: sums[SUM_OF_LOSSES]!, right: sums[SUM_OF_RIGHT]!, failedBatch: null };
  }

  async weights(): Promise<Weights> {
    return this.#layout.read(this.#floats(this.#ctx.pool.memory));
  }

  end(): void {
    this.#scope.free();
  }
}

function namedByKernels(optimizer: Optimizer): Parameters<typeof settingsOf>[0] {
  switch (optimizer.name) {
    case "sgd":
      return optimizer;
    case "rmsprop":
      return { ...optimizer, decay: optimizer.rho };
    default:
      return { ...optimizer, decay: optimizer.beta1, decay2: optimizer.beta2 };
  }
}
