import { DivergenceError, InvalidParameterError, throwIfAborted } from "../core/errors.js";
import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { Rng } from "../core/random.js";
import { describe } from "../core/to-matrix.js";
import { requireAnswers } from "./answers.js";
import type { NeuralBackend, Training, TrainingSetup, Weights } from "./backend.js";
import { type EarlyStopping, Watcher } from "./early-stopping.js";
import { isRight, lossOf } from "./losses.js";
import { weightsOf } from "./network.js";
import { misfitOfWeights, type NeuralModel } from "./neural-model.js";
import { type LearningRateSchedule, rateOf } from "./schedules.js";

/** Rows that a training is watched by. */
export interface WatchedRows {
  /** "val" gives the history "valLoss" and "valAccuracy". */
  readonly name: string;
  readonly X: Matrix;
  readonly targets: Float32Array;
  readonly weights: Float64Array | null;
}

/** A training of one network for as many epochs as the most patient of its candidates wants. */
export interface Course {
  readonly setup: TrainingSetup;
  readonly backend: NeuralBackend;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly schedule: LearningRateSchedule | null;
  readonly earlyStopping: EarlyStopping | null;
  readonly watched: readonly WatchedRows[];
  /** Whether y is classes, so that accuracies are told. */
  readonly isClasses: boolean;
  readonly owner: string;
}

/**
 * Trains, and yields the model of each asked number of epochs on its way: a shorter training is the beginning of a longer one, as
 * orders, dropped values and learning rates depend on the epoch alone (for schedules that look at the total, one number is
 * asked).
 *
 * @param asked - numbers of epochs, ascending
 * @throws DivergenceError if the loss becomes NaN or infinite
 */
export async function* trainNetwork(
  course: Course,
  asked: readonly number[],
  ctx: FitContext,
): AsyncGenerator<readonly [epochs: number, model: NeuralModel]> {
  const { setup, backend, shuffle, schedule, earlyStopping, watched, owner } = course;
  const { network, X } = setup;
  const rng = new Rng(course.seed);
  const total = asked.at(-1)!;
  const history = emptyHistory(course);
  const watcher = earlyStopping === null ? null : new Watcher(earlyStopping, history, owner);
  const totalWeight = setup.rowWeights?.reduce((sum, weight) => sum + weight, 0) ?? X.rows;
  const lastBatch = Math.ceil(X.rows / setup.batchSize) - 1;
  let best: Weights | null = null;
  const weightsNow = async (training: Training, epoch: number, learningRate: number): Promise<Weights> => {
    const weights = await training.weights();
    const misfit = misfitOfWeights(weightsOf(network), weights);
    if (misfit !== null) {
      throw new InvalidParameterError(
        `backend of ${owner} must give weights that fit the network; of "${backend.name}" ${misfit}`,
        "backend",
      );
    }
    if (weights.every((array) => array.every(Number.isFinite))) return weights;
    throw diverged(`weights of ${owner}`, epoch, lastBatch, learningRate);
  };
  const modelOf = (weights: Weights): NeuralModel => ({
    inputShape: [...network.inputShape],
    layers: network.layers.map(({ spec }) => spec),
    brought: network.topology === undefined ? null : network,
    weights: watcher?.restores === true ? best! : weights,
    history: Object.fromEntries(Object.entries(history).map(([name, values]) => [name, Float64Array.from(values)])),
    bestEpoch: watcher?.best ?? null,
  });

  const training = await backend.train(setup, ctx);
  try {
    for (let epoch = 0; epoch < total; epoch++) {
      throwIfAborted(ctx.signal);
      const learningRate = rateOf(schedule, setup.optimizer.learningRate, epoch, total);
      if (!(learningRate >= 0 && learningRate < Infinity)) {
        throw new InvalidParameterError(
          `learningRateSchedule of ${owner} must give a finite number >= 0; got ${describe(learningRate)} for epoch ${epoch + 1}`,
          "learningRateSchedule",
        );
      }
      const result = await training.epoch({
        index: epoch,
        order: shuffle
          ? rng.stream("epoch", epoch).permutation(X.rows)
          : Uint32Array.from({ length: X.rows }, (_, i) => i),
        learningRate,
        dropoutKeys: Uint32Array.from(network.layers, (_, layer) => rng.stream("dropout", epoch, layer).seed64()[0]),
        onBatches: (done, batches) =>
          ctx.progress({ what: "batches", done: epoch * batches + done, total: total * batches }),
      });
      const failed = result.failedBatch ?? (Number.isFinite(result.loss) ? null : lastBatch);
      if (failed !== null) throw diverged(`loss of ${owner}`, epoch, failed, learningRate);
      history.loss!.push(result.loss / X.rows);
      history.accuracy?.push(result.right / totalWeight);
      let weights: Weights | null = null;
      const now = async () => (weights ??= await weightsNow(training, epoch, learningRate));
      for (const rows of watched) {
        await watch(rows, history, course, await now(), ctx);
        if (Number.isFinite(history[`${rows.name}Loss`]!.at(-1))) continue;
        throw diverged(`${rows.name}Loss of ${owner}`, epoch, lastBatch, learningRate);
      }
      const { isBest, stops } = watcher?.look() ?? { isBest: false, stops: false };
      if (isBest && watcher?.restores === true) best = await now();
      for (const epochs of asked) {
        if (epochs === epoch + 1 || (stops && epochs > epoch + 1)) yield [epochs, modelOf(await now())];
      }
      if (stops) return;
    }
  } finally {
    training.end();
  }
}

function diverged(what: string, epoch: number, batch: number, learningRate: number): DivergenceError {
  return new DivergenceError(
    `the ${what} became NaN or infinite in epoch ${epoch + 1}, batch ${batch + 1}; lower the learning rate (${learningRate}) or scale the features of X to about 1`,
    epoch,
    batch,
  );
}

function emptyHistory({ watched, isClasses }: Course): Readonly<Record<string, number[]>> {
  const names = ["loss", ...(isClasses ? ["accuracy"] : [])];
  const titled = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const all = [...names, ...watched.flatMap((rows) => names.map((name) => `${rows.name}${titled(name)}`))];
  return Object.fromEntries(all.map((name) => [name, []]));
}

async function watch(
  { name, X, targets, weights }: WatchedRows,
  history: Readonly<Record<string, number[]>>,
  { setup, backend, owner }: Course,
  networkWeights: Weights,
  ctx: FitContext,
): Promise<void> {
  const { network, loss } = setup;
  const outputs = await backend.predict(network, networkWeights, X, ctx);
  requireAnswers(outputs, network, X, backend, owner);
  let [sum, right, total] = [0, 0, 0];
  for (let row = 0; row < X.rows; row++) {
    const weight = weights?.[row] ?? 1;
    const first = row * network.outputs;
    sum += weight * lossOf(loss, outputs, first, targets[row]!);
    if (isRight(loss, outputs, first, network.outputs, targets[row]!)) right += weight;
    total += weight;
  }
  history[`${name}Loss`]!.push(sum / total);
  history[`${name}Accuracy`]?.push(right / total);
}
