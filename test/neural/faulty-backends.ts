import type { RunContext } from "../../src/core/estimator.js";
import type { Epoch, EpochResult, NeuralBackend, Training, TrainingSetup, Weights } from "../../src/neural/backend.js";
import type { BatchNormalization, Dropout, Layer, Pooling2d } from "../../src/neural/layers.js";
import type { Network, NetworkLayer } from "../../src/neural/network.js";
import type { Optimizer } from "../../src/neural/optimizers.js";
import { referenceBackend, referenceBackendOf } from "./reference/backend.js";
import type { LayerInput, LayerPass } from "./reference/layer-pass.js";
import { outputsOf, PASSES } from "./reference/network.js";
import { updateWeights } from "./reference/optimizers.js";
import { windowsOfImage } from "./reference/windows.js";

/** What stands between a caller and the reference. */
export interface Wrapping {
  readonly setup?: (setup: TrainingSetup) => TrainingSetup;
  readonly epoch?: (training: Training, epoch: Epoch, setup: TrainingSetup) => Promise<EpochResult>;
  readonly weights?: (training: Training, setup: TrainingSetup) => Promise<Weights>;
  readonly ctx?: (ctx: RunContext) => RunContext;
  readonly predict?: NeuralBackend["predict"];
}

export function wrapped(wrapping: Wrapping): NeuralBackend {
  const { setup: changed = (setup) => setup, epoch: run = (training, epoch) => training.epoch(epoch) } = wrapping;
  const { ctx: lent = (ctx) => ctx, weights = (training) => training.weights() } = wrapping;
  return {
    name: "faulty",
    async train(given, ctx) {
      const setup = changed(given);
      const training = await referenceBackend.train(setup, lent(ctx));
      return {
        epoch: (epoch) => run(training, epoch, setup),
        weights: () => weights(training, setup),
        end: () => training.end(),
      };
    },
    predict: (network, weights, X, ctx) =>
      (wrapping.predict ?? referenceBackend.predict)(network, weights, X, lent(ctx)),
  };
}

export const withPasses = (passes: Partial<typeof PASSES>) => referenceBackendOf({ passes: { ...PASSES, ...passes } });

export function withLayers(change: (layer: NetworkLayer) => NetworkLayer): NeuralBackend {
  return wrapped({ setup: (s) => ({ ...s, network: { ...s.network, layers: s.network.layers.map(change) } }) });
}

export function withSpec<T extends Layer["type"]>(
  type: T,
  change: Partial<Extract<Layer, { type: T }>>,
): NeuralBackend {
  return withLayers((layer) =>
    layer.spec.type === type ? { ...layer, spec: { ...layer.spec, ...change } as Layer } : layer,
  );
}

export function withOptimizer(change: (optimizer: Optimizer) => Optimizer): NeuralBackend {
  return wrapped({ setup: (setup) => ({ ...setup, optimizer: change(setup.optimizer) }) });
}

/** Each batch as if it were an epoch. */
export async function byBatches(
  training: Training,
  epoch: Epoch,
  { batchSize }: TrainingSetup,
  rate = (_rows: number) => 1,
) {
  let total: EpochResult = { loss: 0, right: 0, failedBatch: null };
  for (let at = 0; at < epoch.order.length; at += batchSize) {
    const order = epoch.order.subarray(at, at + batchSize);
    const learningRate = epoch.learningRate * rate(order.length);
    const { loss, right } = await training.epoch({ ...epoch, order, learningRate, onBatches() {} });
    total = { ...total, loss: total.loss + loss, right: total.right + right };
  }
  return total;
}

export const bf16 = (x: number) => {
  const bits = new Uint32Array(Float32Array.of(x).buffer);
  bits[0]! &= 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
};

/** An average that counts its padding as zeros. */
export function averageOfAll(input: LayerInput<Pooling2d>): LayerPass {
  const { layer, spec } = input;
  const pass = PASSES.averagePooling2d(input);
  const windows = windowsOfImage(layer.inputShape, spec.poolSize, spec.strides, spec.padding);
  const channels = layer.inputShape[2]!;
  const shareOf = (i: number) =>
    windows[Math.floor(i / channels) % windows.length]!.length / (spec.poolSize[0] * spec.poolSize[1]);
  const scaled = (values: Float64Array) => values.map((value, i) => value * shareOf(i));
  return { outputs: scaled(pass.outputs), moved: [], backward: (gradient) => pass.backward(scaled(gradient)) };
}

/** Images turned upside down: the odd padding comes first, and the last of equals wins. */
export function turned(input: LayerInput<Pooling2d>): LayerPass {
  const turn = (values: Float64Array, { inputShape, outputShape }: NetworkLayer, which: "in" | "out") => {
    const [height, width, channels] = (which === "in" ? inputShape : outputShape) as [number, number, number];
    const places = height * width;
    return values.map((_, i) => {
      const place = Math.floor(i / channels) % places;
      return values[i + (places - 1 - 2 * place) * channels]!;
    });
  };
  const pass = PASSES.maxPooling2d({ ...input, values: turn(input.values, input.layer, "in") });
  return {
    outputs: turn(pass.outputs, input.layer, "out"),
    moved: [],
    backward: (gradient) => {
      const back = pass.backward(turn(gradient, input.layer, "out"));
      return { ...back, inputs: turn(back.inputs, input.layer, "in") };
    },
  };
}

/** The moving variance of an unbiased estimate, as of fused kernels. */
export function unbiasedVariance(input: LayerInput<BatchNormalization>): LayerPass {
  const pass = PASSES.batchNormalization(input);
  if (input.training === null) return pass;
  const count = input.values.length / input.layer.inputShape.at(-1)!;
  const before = input.weights[3]!;
  const { momentum } = input.spec;
  const variance = pass.moved[1]!.map((now, c) => {
    const ofBatch = (now - momentum * before[c]!) / (1 - momentum);
    return momentum * before[c]! + ((1 - momentum) * ofBatch * count) / Math.max(1, count - 1);
  });
  return { ...pass, moved: [pass.moved[0]!, variance] };
}

export const dropoutWhileAnswering = (input: LayerInput<Dropout>) =>
  PASSES.dropout({ ...input, training: input.training ?? { dropoutKeys: new Uint32Array(99), rowsBefore: 0 } });

/** Batch normalization by the rows that are asked about. */
export const byTheBatch: NeuralBackend["predict"] = async (network, weights, X) => {
  const arrays = weights.map((array) => Float64Array.from(array));
  const training = { dropoutKeys: new Uint32Array(99), rowsBefore: 0 };
  const layers = network.layers.filter(({ spec }) => spec.type !== "dropout");
  const without: Network = { ...network, layers };
  return Float32Array.from(outputsOf(without, arrays, { rows: X.rows, values: X.toFloat64() }, training));
};

/** Adam's number of the step begins at 1 again with each change of the learning rate. */
export const steppingAnew: NeuralBackend = counting((optimizer, step, since) => {
  updateWeights(optimizer, { ...step, t: step.t - since });
});

function counting(update: (optimizer: Optimizer, step: Step, since: number) => void): NeuralBackend {
  let [rate, since] = [Number.NaN, 0];
  return referenceBackendOf({
    updateWeights: (optimizer, step) => {
      if (step.learningRate !== rate) [rate, since] = [step.learningRate, step.t - 1];
      update(optimizer, step, since);
    },
  });
}

type Step = Parameters<typeof updateWeights>[1];

/** sqrt(v + epsilon) in place of sqrt(v) + epsilon. */
export const epsilonWithin: NeuralBackend = referenceBackendOf({
  updateWeights: (optimizer, { weights, gradient, moments, learningRate, t }) => {
    if (optimizer.name !== "adam") throw new Error("for adam only");
    const { beta1, beta2, epsilon } = optimizer;
    for (let i = 0; i < weights.length; i++) {
      const m = (moments.first[i] = beta1 * moments.first[i]! + (1 - beta1) * gradient[i]!);
      const v = (moments.second[i] = beta2 * moments.second[i]! + (1 - beta2) * gradient[i]! ** 2);
      weights[i]! -= (learningRate * m) / (1 - beta1 ** t) / Math.sqrt(v / (1 - beta2 ** t) + epsilon);
    }
  },
});

/** The first rows of the table in place of those of the view. */
export function withoutView(setup: TrainingSetup): TrainingSetup {
  const { rows, root } = setup.X;
  return { ...setup, X: root.take(Array.from({ length: rows }, (_, i) => i)) };
}

const nudged = (weights: Weights, by: number): Weights =>
  weights.map((array) => array.map((value) => value * (1 + by)));

/** Sums whose order depends on the number of rows. */
export const unlikeAlone: NeuralBackend = wrapped({
  predict: (network, weights, X, ctx) =>
    referenceBackend.predict(network, nudged(weights, X.rows === 1 ? 2 ** -22 : 0), X, ctx),
});

let trainings = 0;
export const neverTheSame: NeuralBackend = wrapped({
  setup: (setup) => ({ ...setup, weights: nudged(setup.weights, (++trainings % 2) * 2 ** -22) }),
});

export const partialToBytes: NeuralBackend = wrapped({
  setup: (setup) => ({ ...setup, weights: nudged(setup.weights, setup.X.scale === null ? 2 ** -22 : 0) }),
});

/** What a caller writes into the weights that it got is where the training goes on. */
export const liveWeights: NeuralBackend = {
  ...referenceBackend,
  async train(setup, ctx) {
    let weights = setup.weights;
    return {
      async epoch(epoch) {
        const training = await referenceBackend.train({ ...setup, weights }, ctx);
        const result = await training.epoch(epoch);
        weights = await training.weights();
        return result;
      },
      weights: async () => weights,
      end() {},
    };
  },
};

/** A new training takes the place of the one before. */
export const sharedState: NeuralBackend = sharing();

function sharing(): NeuralBackend {
  let current: Training;
  return {
    ...referenceBackend,
    async train(setup, ctx) {
      current = await referenceBackend.train(setup, ctx);
      return {
        epoch: (epoch) => current.epoch(epoch),
        weights: () => current.weights(),
        end() {},
      };
    },
  };
}

export const leaking: NeuralBackend = wrapped({
  ctx: (ctx) => {
    ctx.pool.memory.scope().alloc(64);
    return ctx;
  },
});

const deaf = (ctx: RunContext): RunContext => ({ ...ctx, signal: new AbortController().signal });

export const deafAtFirst: NeuralBackend = wrapped({ ctx: (ctx) => (ctx.signal.aborted ? deaf(ctx) : ctx) });

export const unreasonable: NeuralBackend = wrapped({
  ctx: (ctx) => ({ ...ctx, signal: ctx.signal.aborted ? AbortSignal.abort() : ctx.signal }),
});

const forever = new Promise<never>(() => {});

/** Hears of no abort, and is still at work. */
export const unstoppable: NeuralBackend = wrapped({
  epoch: (training, epoch) => (epoch.order.length > 1 ? forever : training.epoch(epoch)),
  predict: (network, weights, X, ctx) => (X.rows > 1 ? forever : referenceBackend.predict(network, weights, X, ctx)),
});

/** Lets no timer run while it works. */
export const blocking: NeuralBackend = wrapped({
  epoch: (training, epoch) => {
    const until = performance.now() + 700;
    while (epoch.order.length > 1 && performance.now() < until);
    return training.epoch(epoch);
  },
});
