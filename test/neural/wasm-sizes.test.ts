import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../src/core/errors.js";
import type { RunContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import {
  activation,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  type Layer,
  maxPooling2d,
} from "../../src/neural/layers.js";
import { networkOf, sizeOf } from "../../src/neural/network.js";
import { sgd } from "../../src/neural/optimizers.js";
import { compile } from "../../src/neural/program.js";
import { wasmBackend } from "../../src/neural/wasm-backend.js";
import { WeightLayout } from "../../src/neural/weight-layout.js";
import { InlinePool, inlinePool } from "../../src/parallel/inline-pool.js";
import { Linker } from "../../src/parallel/linker.js";
import { Memory } from "../../src/parallel/memory.js";
import type { Pool } from "../../src/parallel/pool.js";
import { referenceBackend } from "./reference/backend.js";
import { firstWeights, type Problem, problemOf, stream } from "./suite/problem.js";
import type { Recipe } from "./suite/recipe.js";

async function within<T>(pool: Pool, body: (ctx: RunContext) => Promise<T>): Promise<T> {
  const workspace = new Workspace();
  const before = pool.memory.used;
  const result = await body({ pool, workspace, signal: new AbortController().signal });
  workspace.close();
  expect(pool.memory.used).toBe(before);
  return result;
}

/** Trains and answers as the reference does. */
function agree({ setup, epochs }: Problem): Promise<void> {
  const { network, X } = setup;
  const near = (actual: Float32Array, expected: Float32Array) => {
    expect(actual.length).toBe(expected.length);
    expected.forEach((value, i) => {
      if (!(Math.abs(actual[i]! - value) <= 1e-4 * Math.max(1, Math.abs(value)))) expect(actual[i]).toBe(value);
    });
  };
  return within(inlinePool(), async (ctx) => {
    const [training, truth] = [await wasmBackend.train(setup, ctx), await referenceBackend.train(setup, ctx)];
    for (const epoch of epochs) {
      const actual = await training.epoch({ ...epoch, onBatches() {} });
      const expected = await truth.epoch({ ...epoch, onBatches() {} });
      near(Float32Array.of(actual.loss), Float32Array.of(expected.loss));
    }
    const [weights, expected] = [await training.weights(), await truth.weights()];
    for (const [i, array] of weights.entries()) near(array, expected[i]!);
    training.end();
    near(
      await wasmBackend.predict(network, expected, X, ctx),
      await referenceBackend.predict(network, expected, X, ctx),
    );
  });
}

const softmax = dense({ activation: "softmax" });
const agreeOn = (recipe: Recipe) => agree(problemOf({ steps: 3, ...recipe }));

describe("The wasm backend agrees with the reference", () => {
  it("in batches of one row, in images of one pixel and in numbers of features that fill no vector", async () => {
    const conv = conv2d({ filters: 13, kernelSize: 3, padding: "same", activation: "elu" });
    await agreeOn({
      layers: [conv, maxPooling2d({ padding: "same" }), flatten(), softmax],
      inputShape: [1, 1, 1],
      batchSize: 1,
      rows: 3,
    });
    await agreeOn({
      layers: [conv2d({ filters: 12, kernelSize: 3, padding: "same" }), flatten(), softmax],
      inputShape: [1, 1, 12],
      rows: 9,
    });
    for (const features of [1, 2, 3, 5, 1281]) {
      await agreeOn({
        layers: [dense({ units: 5, activation: "tanh" }), softmax],
        inputShape: [features],
        batchSize: 1,
        rows: 5,
      });
    }
    await agreeOn({
      layers: [dense({ units: 1, activation: "sigmoid" }), dense({ units: 5200, activation: "relu" }), softmax],
      inputShape: [3],
    });
  });

  it("in networks that learn nothing, whose loss has a gradient all the same", async () => {
    const networks: readonly (readonly Layer[])[] = [
      [activation("softmax")],
      [dropout(0.4), activation("elu"), activation("softmax")],
    ];
    const nowhere = { weights: 0, gradients: 0, scratch: 0 };
    for (const layers of networks) {
      const { network } = problemOf({ layers, inputShape: [3] }).setup;
      expect(compile(network, new WeightLayout(network), 4, true, nowhere).outputGradient).toBeGreaterThan(0);
      await agreeOn({ layers, inputShape: [3] });
    }
    await agreeOn({ layers: [globalAveragePooling2d()], inputShape: [2, 3, 1], outputs: 1, loss: "meanSquaredError" });
  });

  it("in poolings of more places than a byte counts, and than two bytes count", async () => {
    const numbers = { outputs: 1, loss: "meanSquaredError", rows: 1, batchSize: 1, steps: 1 } as const;
    const sizes = [
      [16, 17, 1],
      [16, 17, 4],
      [256, 257, 1],
    ] as const;
    for (const [height, width, filters] of sizes) {
      const [conv, pooling] = [conv2d({ filters, kernelSize: 1 }), maxPooling2d({ poolSize: [height, width] })];
      for (const between of [[], [activation("tanh")]]) {
        const layers = [conv, ...between, pooling, flatten(), dense()];
        const optimizer = sgd({ learningRate: 0.1 });
        const problem = problemOf({ layers, inputShape: [height, width, 1], ...numbers, optimizer });
        const cells = Float32Array.from({ length: height * width }, (_, i) => (i % 7) / 8);
        // The largest and the smallest values are the last but one and the last.
        cells.set([1, -1], cells.length - 2);
        await agree({ ...problem, setup: { ...problem.setup, X: new Matrix(cells, 1, height * width) } });
      }
    }
  });

  it("in an epoch of 60,000 rows", async () => {
    await agreeOn({ layers: [softmax], inputShape: [3], rows: 60_000, batchSize: 4096, steps: 15 });
  });
});

describe("A network that does not fit", () => {
  it("is an OutOfMemoryError, after which nothing is kept", async () => {
    const layers = [conv2d({ filters: 64, kernelSize: 3 }), flatten(), softmax];
    const { setup } = problemOf({ layers, inputShape: [40, 40, 1], rows: 64, batchSize: 64 });
    const memory = new Memory(false, 128);
    const small = new InlinePool(memory, new Linker(memory, "fast"));
    await within(small, async (ctx) => {
      await expect(wasmBackend.train(setup, ctx)).rejects.toThrow(OutOfMemoryError);
      await expect(wasmBackend.predict(setup.network, setup.weights, setup.X, ctx)).rejects.toThrow(OutOfMemoryError);
    });
  });

  it("is one too where its bytes are more than an address can hold", async () => {
    const rows = 60_000;
    const network = networkOf([dense({ units: 20_000 }), softmax], [1], 2, "the test");
    const weights = firstWeights(network, stream(1));
    const X = new Matrix(new Float32Array(rows), rows, sizeOf(network.inputShape));
    const setup = { ...problemOf({ layers: [softmax], inputShape: [1] }).setup, network, weights, X, batchSize: rows };
    await within(inlinePool(), async (ctx) => {
      const training = wasmBackend.train({ ...setup, targets: new Float32Array(rows) }, ctx);
      await expect(training).rejects.toThrow(OutOfMemoryError);
    });
  });
});
