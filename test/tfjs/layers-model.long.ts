import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import type { BroughtNetwork, Epoch, TrainingSetup } from "../../src/neural/backend.js";
import { conv2d, dense, dropout, flatten, maxPooling2d } from "../../src/neural/layers.js";
import { lossMisfit } from "../../src/neural/losses.js";
import { networkOf, weightsOf } from "../../src/neural/network.js";
import { adam } from "../../src/neural/optimizers.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import type { LayersModelFactory } from "../../src/tfjs/layers-model.js";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";
import { expectArrayNear } from "../neural/suite/comparisons.js";
import { stream } from "../neural/suite/problem.js";

const ctx: RunContext = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };
const CLASSES = 3;

/** Rows whose class is the third of the features with the largest sum; as integers 0 .. 9 where codes are asked for. */
function rowsOf(count: number, cols: number, codes: boolean): Pick<TrainingSetup, "X" | "targets"> {
  const next = stream(5);
  const data = new Float32Array(count * cols);
  const targets = Float32Array.from({ length: count }, (_, i) => i % CLASSES);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < cols; j++) {
      const isMarked = Math.floor((j * CLASSES) / cols) === targets[i];
      data[i * cols + j] = codes ? Math.floor(next() * 5) + (isMarked ? 5 : 0) : next() + (isMarked ? 0.7 : 0);
    }
  }
  return { X: new Matrix(data, count, cols), targets };
}

const epochsOf = (rows: number, count: number): Epoch[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    order: Uint32Array.from({ length: rows }, (_, i) => (i * 7 + index) % rows),
    learningRate: 0.02,
    dropoutKeys: new Uint32Array(9).fill(1234567 + index),
    onBatches() {},
  }));

function setupOf({ network, weights }: BroughtNetwork, rows: Pick<TrainingSetup, "X" | "targets">): TrainingSetup {
  const common = { loss: "categoricalCrossentropy", optimizer: adam(), batchSize: 8, rowWeights: null } as const;
  return { ...common, ...rows, network, weights };
}

async function trained(brought: BroughtNetwork, rows: Pick<TrainingSetup, "X" | "targets">, epochs = 8) {
  const training = await tfjsBackend(tf).train(setupOf(brought, rows), ctx);
  const results = [];
  for (const epoch of epochsOf(rows.X.rows, epochs)) results.push(await training.epoch(epoch));
  const weights = await training.weights();
  training.end();
  return { results, weights };
}

const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });

/** Architectures that our layers lack. */
const MODELS: Readonly<Record<string, readonly [inputShape: number[], codes: boolean, factory: LayersModelFactory]>> = {
  "depthwise and separable convolutions": [
    [5, 5, 2],
    false,
    (inputShape, units, seed) => {
      const same = { padding: "same", activation: "relu" } as const;
      const depthwise = { depthwiseInitializer: glorot(seed), kernelSize: 3, depthMultiplier: 2 } as const;
      return tf.sequential({
        layers: [
          tf.layers.depthwiseConv2d({ ...depthwise, ...same, inputShape }),
          tf.layers.separableConv2d({
            ...same,
            filters: 6,
            kernelSize: 3,
            depthwiseInitializer: glorot(seed + 1),
            pointwiseInitializer: glorot(seed + 2),
          }),
          tf.layers.batchNormalization({ momentum: 0.5 }),
          tf.layers.globalAveragePooling2d({}),
          tf.layers.dense({ units, activation: "softmax", kernelInitializer: glorot(seed + 3) }),
        ],
      });
    },
  ],
  "an embedding": [
    [12],
    true,
    (inputShape, units, seed) =>
      tf.sequential({
        layers: [
          tf.layers.embedding({
            inputDim: 10,
            outputDim: 4,
            inputShape,
            embeddingsInitializer: tf.initializers.randomUniform({ minval: -0.1, maxval: 0.1, seed }),
          }),
          tf.layers.spatialDropout1d({ rate: 0.2 } as never),
          tf.layers.flatten(),
          tf.layers.dense({ units, activation: "softmax", kernelInitializer: glorot(seed + 1) }),
        ],
      }),
  ],
  "a bidirectional LSTM": [
    [4, 3],
    false,
    (inputShape, units, seed) => {
      const cell = { kernelInitializer: glorot(seed), recurrentInitializer: glorot(seed + 1) };
      const layer = tf.layers.lstm({ units: 4, ...cell }) as tf.RNN;
      return tf.sequential({
        layers: [
          tf.layers.bidirectional({ layer, mergeMode: "concat", inputShape }),
          tf.sequential({
            layers: [
              tf.layers.dense({ units, inputShape: [8], kernelInitializer: glorot(seed + 2), activation: "softmax" }),
            ],
          }),
        ],
      });
    },
  ],
  "an LSTM, put together as a graph": [
    [4, 3],
    false,
    (inputShape, units, seed) => {
      const input = tf.input({ shape: inputShape });
      const cell = { kernelInitializer: glorot(seed), recurrentInitializer: glorot(seed + 1) };
      const both = tf.layers
        .concatenate()
        .apply([
          tf.layers.lstm({ units: 5, ...cell }).apply(input) as tf.SymbolicTensor,
          tf.layers.flatten().apply(input) as tf.SymbolicTensor,
        ]);
      const dropped = tf.layers.dropout({ rate: 0.1 }).apply(both);
      const last = tf.layers.dense({ units, kernelInitializer: glorot(seed + 2) }).apply(dropped);
      return tf.model({
        inputs: input,
        outputs: tf.layers.softmax().apply(last) as tf.SymbolicTensor,
      });
    },
  ],
};

describe.each(["cpu", "wasm"])("On the backend %s", (name) => {
  beforeAll(async () => {
    await tf.setBackend(name);
  });

  it.each(Object.entries(MODELS))("a model with %s learns, the same again for the same seed.", async (_, given) => {
    const [inputShape, codes, model] = given;
    const before = tf.memory().numTensors;
    const rows = rowsOf(
      48,
      inputShape.reduce((a, b) => a * b),
      codes,
    );
    const backend = tfjsBackend(tf, { model });
    const brought = await backend.network!(inputShape, CLASSES, 7);
    expect(lossMisfit("categoricalCrossentropy", brought.network, CLASSES)).toBe(null);
    expect(await backend.network!(inputShape, CLASSES, 7)).toEqual(brought);
    expect((await backend.network!(inputShape, CLASSES, 8)).weights).not.toEqual(brought.weights);
    expect(tf.memory().numTensors).toBe(before);

    const first = await trained(brought, rows);
    const again = await trained(brought, rows);
    expect(again).toEqual(first);
    const [begun, ended] = [first.results[0]!, first.results.at(-1)!];
    expect(ended.loss).toBeLessThan(begun.loss * 0.7);
    expect(ended.right).toBeGreaterThan(38);

    const answers = await tfjsBackend(tf).predict(brought.network, first.weights, rows.X, ctx);
    const best = Array.from(rows.targets, (_, i) => {
      const row = answers.subarray(i * CLASSES, (i + 1) * CLASSES);
      return row.indexOf(Math.max(...row));
    });
    expect(best.filter((code, i) => code === rows.targets[i]).length).toBeGreaterThan(38);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("a model of layers that we have learns what they learn.", async () => {
    const inputShape = [6, 6, 1];
    const layers = [
      conv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 6, activation: "tanh" }),
      dense({ activation: "softmax" }),
    ];
    const network = networkOf(layers, inputShape, CLASSES, "the test");
    const backend = tfjsBackend(tf, {
      model: (shape, units) =>
        tf.sequential({
          layers: [
            tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: shape }),
            tf.layers.maxPooling2d({}),
            tf.layers.flatten(),
            tf.layers.dense({ units: 6, activation: "tanh" }),
            tf.layers.dense({ units, activation: "softmax" }),
          ],
        }),
    });
    const brought = await backend.network!(inputShape, CLASSES, 1);
    expect(weightsOf(brought.network).map(({ shape, trainable }) => ({ shape, trainable }))).toEqual(
      weightsOf(network).map(({ shape, trainable }) => ({ shape, trainable })),
    );
    const rows = rowsOf(48, 36, false);
    const ours = await trained({ network, weights: brought.weights }, rows, 3);
    const theirs = await trained(brought, rows, 3);
    for (const [i, { loss }] of theirs.results.entries()) expect(loss).toBeCloseTo(ours.results[i]!.loss, 3);
    for (const [i, array] of theirs.weights.entries()) expectArrayNear(array, ours.weights[i]!, 1e-4, "weights");
  });

  it("its dropout layers drop what the keys say, each its own.", async () => {
    const inputShape = [4];
    const model: LayersModelFactory = (shape, units) =>
      tf.sequential({
        layers: [
          tf.layers.dropout({ rate: 0.5, inputShape: shape }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.dense({ units, activation: "softmax", kernelInitializer: "ones" }),
        ],
      });
    const brought = await tfjsBackend(tf, { model }).network!(inputShape, CLASSES, 1);
    const rows = rowsOf(32, 4, false);
    const training = await tfjsBackend(tf).train(setupOf(brought, rows), ctx);
    const [epoch] = epochsOf(32, 1) as [Epoch];
    await training.epoch(epoch);
    const [kernel] = await training.weights();
    training.end();
    const other = await tfjsBackend(tf).train(setupOf(brought, rows), ctx);
    await other.epoch({ ...epoch, dropoutKeys: Uint32Array.of(99) });
    expect((await other.weights())[0]).not.toEqual(kernel);
    other.end();
    // Of no layer all values are dropped, or the same ones twice: then three quarters would be left out or a half.
    const plain = networkOf([dropout(0.5), dense({ activation: "softmax" })], inputShape, CLASSES, "the test");
    const once = await trained({ network: plain, weights: brought.weights }, rows, 1);
    expect(once.weights[0]).not.toEqual(kernel);
  });
});

describe("What a model must be", () => {
  const sequential = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });
  const input = tf.layers.inputLayer({ inputShape: [4] });
  const last = (units: number) => tf.layers.dense({ units });

  it.each<[string, LayersModelFactory, RegExp]>([
    ["a LayersModel", () => ({}) as never, /model of tfjsBackend must return a tf\.LayersModel.*; got an object/],
    [
      "of the rows' shape",
      () => sequential(tf.layers.dense({ units: 3, inputShape: [5] })),
      /must take rows of the shape \[4\]; it takes \[5\]/,
    ],
    ["of the outputs' number", () => sequential(input, last(2)), /must answer 3 numbers a row.*; its output is \[2\]/],
    [
      "free of noise",
      () => sequential(input, tf.layers.gaussianNoise({ stddev: 1 }), last(3)),
      /has the layer \S+ \(GaussianNoise\), which draws from a generator of tfjs/,
    ],
    [
      "free of recurrent dropout",
      () => sequential(input, tf.layers.reshape({ targetShape: [2, 2] }), tf.layers.gru({ units: 3, dropout: 0.5 })),
      /has the layer \S+ \(GRU\) with dropout, which draws/,
    ],
    [
      "free of wrapped dropout",
      () =>
        sequential(
          input,
          tf.layers.reshape({ targetShape: [2, 2] }),
          tf.layers.timeDistributed({ layer: tf.layers.dropout({ rate: 0.5 }) }),
          tf.layers.flatten(),
          last(3),
        ),
      /has the layer \S+ \(Dropout\) within another one/,
    ],
    [
      "of one input",
      () => {
        const inputs = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
        const outputs = last(3).apply(tf.layers.add().apply(inputs)) as tf.SymbolicTensor;
        return tf.model({ inputs, outputs });
      },
      /must have one input and one output; it has 2 and 1/,
    ],
  ])("is %s.", async (_, model, message) => {
    await tf.setBackend("cpu");
    const error = await tfjsBackend(tf, { model }).network!([4], 3, 1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "InvalidParameterError", parameter: "model" });
    expect((error as Error).message).toMatch(message);
  });
});
