import { describe, expect, it } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { Workspace } from "../../src/core/workspace.js";
import type { Weights } from "../../src/neural/backend.js";
import { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d } from "../../src/neural/layers.js";
import { adam } from "../../src/neural/optimizers.js";
import { wasmBackend } from "../../src/neural/wasm-backend.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import type { Pool } from "../../src/parallel/pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { type Problem, problemOf } from "./suite/problem.js";
import { outcomeOf } from "./suite/subject.js";

/** Calls that cost enough to be sent to workers: a convolution done in tiles among everything else. */
const PROBLEM = problemOf({
  layers: [
    conv2d({ filters: 12, kernelSize: 3, padding: "same", activation: "relu" }),
    maxPooling2d(),
    batchNormalization(),
    conv2d({ filters: 16, kernelSize: 3, activation: "tanh" }),
    flatten(),
    dropout(0.3),
    dense({ activation: "softmax" }),
  ],
  ...{ inputShape: [20, 18, 5], rows: 90, batchSize: 16, steps: 12, optimizer: adam() },
});
const OTHER = problemOf({
  layers: [dense({ units: 33, activation: "elu" }), dense({ activation: "softmax" })],
  inputShape: [7],
});

const bitsOf = (arrays: Weights) => arrays.map((array) => Buffer.from(array.slice().buffer).toString("base64"));

const contextOf = (pool: Pool): RunContext => ({
  ...{ pool, workspace: new Workspace(), signal: new AbortController().signal },
});

/** Bits of a training from its first weights to its answers. */
async function bits({ setup, epochs }: Problem, ctx: RunContext) {
  const training = await wasmBackend.train(setup, ctx);
  try {
    const { results, weights } = await outcomeOf(training, { setup, epochs });
    return { results, bits: bitsOf([...weights, await wasmBackend.predict(setup.network, weights, setup.X, ctx)]) };
  } finally {
    training.end();
  }
}

async function within<T>(pool: Pool, body: (ctx: RunContext) => Promise<T>): Promise<T> {
  const ctx = contextOf(pool);
  const result = await body(ctx);
  ctx.workspace.close();
  expect(pool.memory.used).toBe(0);
  await pool.close();
  return result;
}

describe("The wasm backend gives the same bits", () => {
  it("on the calling thread and on 1, 2 and 3 workers, with and without shared memory, alone or among others", async () => {
    for (const kernels of ["fast", "portable"] as const) {
      const expected = await within(inlinePool({ kernels }), (ctx) => bits(PROBLEM, ctx));
      const other = await within(inlinePool({ kernels }), (ctx) => bits(OTHER, ctx));
      for (const [workers, sharedMemory] of [
        [1, "auto"],
        [2, false],
        [3, "auto"],
      ] as const) {
        await within(threadPool({ workers, sharedMemory, kernels }), async (ctx) => {
          const all = await Promise.all([PROBLEM, OTHER, PROBLEM].map((problem) => bits(problem, ctx)));
          expect(all).toEqual([expected, other, expected]);
        });
      }
    }
  });

  it("in a memory where others were trained before", async () => {
    const expected = await within(inlinePool(), (ctx) => bits(PROBLEM, ctx));
    await within(inlinePool(), async (ctx) => {
      await bits(OTHER, ctx);
      for (let i = 0; i < 2; i++) expect(await bits(PROBLEM, ctx)).toEqual(expected);
    });
  });

  it("to a row alone, among others and in tasks of few rows", async () => {
    const { network, weights, X } = PROBLEM.setup;
    const many = X.take(Array.from({ length: 700 }, (_, i) => (7 * i) % X.rows));
    const all = await within(inlinePool(), (ctx) => wasmBackend.predict(network, weights, many, ctx));
    await within(threadPool({ workers: 2 }), async (ctx) => {
      expect(bitsOf([await wasmBackend.predict(network, weights, many, ctx)])).toEqual(bitsOf([all]));
      for (const row of [0, 31, 32, 699]) {
        const one = await wasmBackend.predict(network, weights, many.take([row]), ctx);
        expect(bitsOf([one])).toEqual(bitsOf([all.slice(row * network.outputs, (row + 1) * network.outputs)]));
      }
    });
  });
});
