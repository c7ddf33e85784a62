import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { Workspace } from "../../src/core/workspace.js";
import { neural } from "../../src/kernels/generated/neural.js";
import { neuralRelaxed } from "../../src/kernels/generated/neural-relaxed.js";
import type { KernelCode } from "../../src/kernels/kernel.js";
import type { Weights } from "../../src/neural/backend.js";
import { conv2d, dense, dropout, flatten, maxPooling2d } from "../../src/neural/layers.js";
import { sizeOf, weightsOf } from "../../src/neural/network.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { referenceBackendOf } from "../neural/reference/backend.js";
import { PASSES } from "../neural/reference/network.js";
import { windowsOfImage } from "../neural/reference/windows.js";
import { type Problem, problemOf } from "../neural/suite/problem.js";
import { bytesOf, KernelMemory } from "./reference/kernel-memory.js";
import { runIn, type Trained, trainIn } from "./reference/placed-network.js";
import { randomProblem } from "./reference/random-network.js";

/** 8 MiB each. */
const PAGES = 128;
const memoriesOf = (code: KernelCode) => [new KernelMemory(false, code, PAGES), new KernelMemory(true, code, PAGES)];
const builds = [neural, neuralRelaxed].filter((code) => WebAssembly.validate(bytesOf(code, false))).map(memoriesOf);

/** Of arrays, relative to the largest of their numbers above 1: what rounding to f32 makes of a few layers. */
const BOUND = 2e-5;
/** Between the two largest values of a pooling's window; with less, rounding may choose another one. */
const LEAD = 1e-5;
/** The same cases at all times: where a value is a rounding error away from a kink, a gradient may differ by any amount. */
const SEED = 20261128;

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length).toBe(expected.length);
  let most = 1;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    if (!(off <= BOUND * most)) expect.fail(`${what}[${i}] is ${actual[i]}, and must be ${expected[i]}`);
  }
}

/** The reference, and how near the largest values of its max poolings were to others: by a rounding error another could win. */
function observedReference() {
  let lead = Number.POSITIVE_INFINITY;
  const maxPooling2d: typeof PASSES.maxPooling2d = (input) => {
    const { layer, spec, rows, values } = input;
    const channels = layer.inputShape[2]!;
    for (const window of windowsOfImage(layer.inputShape, spec.poolSize, spec.strides, spec.padding)) {
      for (let image = 0; image < rows; image++) {
        for (let c = 0; c < channels; c++) {
          const first = image * sizeOf(layer.inputShape) + c;
          const own = window.map(({ inImage }) => values[first + inImage * channels]!).sort((a, b) => b - a);
          const other = own.find((value) => value !== own[0]);
          if (other !== undefined) lead = Math.min(lead, own[0]! - other);
        }
      }
    }
    return PASSES.maxPooling2d(input);
  };
  return { backend: referenceBackendOf({ passes: { ...PASSES, maxPooling2d } }), lead: () => lead };
}

const bitsOf = (arrays: Weights) => arrays.map((array) => Buffer.from(array.slice().buffer).toString("hex"));

async function checkStep({ setup, epochs }: Problem, ctx: RunContext): Promise<void> {
  const { backend, lead } = observedReference();
  const truth = await backend.train(setup, ctx);
  const answers = await backend.predict(setup.network, setup.weights, setup.X, ctx);
  const expected = await truth.epoch({ ...epochs[0]!, onBatches() {} });
  fc.pre(lead() > LEAD);
  const specs = weightsOf(setup.network);
  for (const memories of builds) {
    const all = memories.map((at): [Trained, Float32Array] => [
      trainIn(at, setup, epochs[0]!),
      runIn(at, setup, Math.min(2, setup.X.rows)),
    ]);
    const [[trained, answered], [shared, answeredShared]] = all as [(typeof all)[0], (typeof all)[0]];
    expect(bitsOf([...shared.weights, answeredShared])).toEqual(bitsOf([...trained.weights, answered]));
    expect(shared.loss).toBe(trained.loss);
    expect(trained.failed).toBe(false);
    expectNear(answered, answers, "answers");
    expectNear([trained.loss], [expected.loss], "loss");
    for (const [i, { name, trainable }] of specs.entries()) {
      expectNear(trained.weights[i]!, truth.exact[i]!, name);
      const gradient = truth.exact[i]!.map((weight, k) => setup.weights[i]![k]! - weight);
      if (trainable) expectNear(trained.gradients[i]!, gradient, `gradient of ${name}`);
    }
  }
}

const CUT: Problem = problemOf({
  layers: [
    conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "softplus" }),
    maxPooling2d(),
    conv2d({ filters: 12, kernelSize: 3, padding: "same", activation: "sigmoid" }),
    flatten(),
    dropout(0.3),
    dense({ activation: "softmax" }),
  ],
  ...{ inputShape: [7, 5, 3], rows: 23, batchSize: 4, steps: 6 },
});

describe("trainNetwork and runNetwork", () => {
  it("are within 2e-5 of the f64 reference in answers, loss, weights and gradients, and write nothing but these", async () => {
    const pool = inlinePool();
    const ctx: RunContext = { pool, workspace: new Workspace(), signal: new AbortController().signal };
    const check = (seed: number) => checkStep(randomProblem(seed), ctx);
    await fc.assert(fc.asyncProperty(fc.nat(), check), { numRuns: 100, seed: SEED });
    await pool.close();
  });

  it("give the same bits however an epoch is cut into calls", () => {
    for (const [at] of builds) {
      const { weights, loss } = trainIn(at!, CUT.setup, CUT.epochs[0]!);
      const cutAnywhere = (cuts: readonly number[]) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), 6];
        const other = trainIn(at!, CUT.setup, CUT.epochs[0]!, places);
        expect(other.loss).toBe(loss);
        expect(bitsOf(other.weights)).toEqual(bitsOf(weights));
      };
      fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 5 })), cutAnywhere), { numRuns: 15 });
    }
  });

  it("answer a row with the same bits whatever the batches and the calls", () => {
    for (const [at] of builds) {
      const expected = runIn(at!, CUT.setup, 23);
      const answerInParts = (batch: number, cut: number) => {
        expect(bitsOf([runIn(at!, CUT.setup, batch, [0, cut, 23])])).toEqual(bitsOf([expected]));
      };
      const [batches, cuts] = [fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 22 })];
      fc.assert(fc.property(batches, cuts, answerInParts), { numRuns: 15 });
    }
  });

  it("have both builds in less than 32 kB each", () => {
    for (const code of [neural, neuralRelaxed]) expect(bytesOf(code, false).length).toBeLessThan(32768);
  });
});
