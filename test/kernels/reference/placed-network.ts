/** A network and its training in a guarded memory. What no operation may rely on (scratch, gradients) is NaN before. */
import {
  END,
  FAILED,
  jobWords,
  NEXT,
  OP,
  OP_WORDS,
  operationWords,
  PROGRESS_BYTES,
  START,
  SUM_OF_LOSSES,
  settingsOf,
} from "../../../src/kernels/run-network.js";
import type { Epoch, TrainingSetup, Weights } from "../../../src/neural/backend.js";
import { lastActivation } from "../../../src/neural/network.js";
import { compile } from "../../../src/neural/program.js";
import { WeightLayout } from "../../../src/neural/weight-layout.js";
import type { KernelMemory } from "./kernel-memory.js";

/** What a kernel answered, and whatever else it left behind. */
export interface Trained {
  readonly weights: Weights;
  /** Of the batch that was the last. */
  readonly gradients: Weights;
  readonly loss: number;
  readonly failed: boolean;
}

const MORE = 1;

function placeTable(at: KernelMemory, { X }: TrainingSetup) {
  const { data, scale } = X.root;
  const cells = at.put(data);
  const cellKind = data instanceof Uint8Array ? 0 : data instanceof Float32Array ? 1 : 2;
  const values = Float32Array.from({ length: 256 }, (_, byte) => byte * (scale ?? 1));
  const rows = at.put(X.index ?? Uint32Array.from({ length: X.rows }, (_, row) => row));
  return { cells, cellKind, byteValues: cellKind === 0 ? at.put(values) : 0, cols: X.cols, rows };
}

/** Compiles the network and places what it works with; the block of gradients and scratch begins as NaN. */
function placeProgram(
  at: KernelMemory,
  { network, weights }: TrainingSetup,
  batch: number,
  training: boolean,
  keys?: Uint32Array,
) {
  const layout = new WeightLayout(network);
  const placed = new Float32Array(layout.size);
  layout.write(weights, placed);
  const parameters = at.put(placed);
  const gradientBytes = training ? 4 * layout.trainable : 0;
  const addressed = (scratch: number) =>
    compile(network, layout, batch, training, {
      weights: parameters,
      gradients: scratch,
      scratch: scratch + gradientBytes,
    });
  const scratchBytes = gradientBytes + addressed(0).scratchBytes;
  const scratch = at.room(scratchBytes);
  new Uint8Array(at.buffer, scratch, scratchBytes).fill(0xff);
  const program = addressed(scratch);
  const words = operationWords(program.operations);
  for (const [i, { kind }] of program.operations.entries()) {
    if (kind === "dropout" && keys !== undefined) words[i * OP_WORDS + OP.key] = keys[program.layerOf[i]!]!;
  }
  const operations = at.put(words);
  const { input, inputStride, output, outputGradient, outputStride } = program;
  const fields = {
    ...{ operations, operationCount: program.operations.length, input, inputStride, batch },
    ...{ output, outputGradient, outputStride, outputs: network.outputs, scratch, scratchBytes },
  };
  return { layout, parameters, scratch, fields };
}

/** Runs batches from .. to of the epoch for each pair of neighbours in `cuts`: [0, 3] is one call to its end. */
export function trainIn(
  at: KernelMemory,
  setup: TrainingSetup,
  epoch: Omit<Epoch, "onBatches">,
  cuts?: readonly number[],
): Trained {
  at.reset();
  const { optimizer, X, loss, network } = setup;
  if (optimizer.name !== "sgd") throw new Error("these tests train by sgd");
  const batch = Math.min(setup.batchSize, X.rows);
  const table = placeTable(at, setup);
  const { layout, parameters, scratch, fields } = placeProgram(at, setup, batch, true, epoch.dropoutKeys);
  const order = at.put(epoch.order);
  const targets = at.put(setup.targets);
  const weights = setup.rowWeights === null ? 0 : at.put(setup.rowWeights);
  const settings = at.put(settingsOf({ ...optimizer, learningRate: epoch.learningRate }));
  const first = at.room(4 * layout.trainable);
  const second = at.room(4 * layout.trainable);
  at.zero(first, 4 * layout.trainable);
  const progress = at.room(PROGRESS_BYTES);
  at.zero(progress, PROGRESS_BYTES);
  const job = at.put(
    jobWords(
      { ...table, ...fields },
      {
        ...{ order, count: epoch.order.length, targets, weights, loss },
        skipsLast: loss.endsWith("Crossentropy") && lastActivation(network) !== "linear",
        ...{
          optimizer: optimizer.name,
          settings,
          parameters,
          gradients: scratch,
          first,
          second,
          size: layout.trainable,
        },
      },
    ),
  );
  at.freezeInputs([parameters, scratch, first, progress]);
  const words = new Uint32Array(at.buffer, progress, 4);
  const batches = Math.ceil(epoch.order.length / batch);
  const places = cuts ?? [0, batches];
  for (const [i, start] of places.slice(0, -1).entries()) {
    words[NEXT] = words[START] = start;
    words[END] = places[i + 1]!;
    while (at.call("trainNetwork", [job, progress]) === MORE);
  }
  at.checkGuards();
  const gradients = new Float32Array(layout.size);
  gradients.set(new Float32Array(at.buffer, scratch, layout.trainable));
  return {
    weights: layout.read(new Float32Array(at.buffer, parameters, layout.size)),
    gradients: layout.read(gradients),
    loss: new Float64Array(at.buffer, progress, PROGRESS_BYTES / 8)[SUM_OF_LOSSES]!,
    failed: words[FAILED] === 1,
  };
}

/** The answers of all rows of X, so many of them a batch, in calls that end at `cuts`. */
export function runIn(
  at: KernelMemory,
  setup: TrainingSetup,
  batch: number,
  cuts: readonly number[] = [0, setup.X.rows],
): Float32Array {
  at.reset();
  const { outputs } = setup.network;
  const table = placeTable(at, setup);
  const { scratch, fields } = placeProgram(at, setup, batch, false);
  const progress = at.room(PROGRESS_BYTES);
  const out = at.room(4 * setup.X.rows * outputs);
  const job = at.put(jobWords({ ...table, ...fields }));
  at.freezeInputs([scratch, progress, out]);
  const words = new Uint32Array(at.buffer, progress, 4);
  for (const [i, start] of cuts.slice(0, -1).entries()) {
    words[NEXT] = words[START] = start;
    words[END] = cuts[i + 1]!;
    while (at.call("runNetwork", [job, progress, out + 4 * start * outputs]) === MORE);
  }
  at.checkGuards();
  return new Float32Array(at.buffer, out, setup.X.rows * outputs).slice();
}
