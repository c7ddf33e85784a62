import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import type { Layer } from "../../src/neural/layers.js";
import type { Loss } from "../../src/neural/losses.js";
import { networkOf, type Shape, weightsOf } from "../../src/neural/network.js";
import type { Optimizer } from "../../src/neural/optimizers.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { referenceBackend } from "./reference/backend.js";
import { outputsOf } from "./reference/network.js";

/** A network in Keras (float64): what it answers, and what three batches make of it. */
interface KerasCase {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly inputShape: Shape;
  readonly outputs: number;
  readonly loss: Loss;
  readonly batchSize: number;
  readonly X: readonly number[];
  readonly targets: readonly number[];
  readonly rowWeights: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly predict: readonly number[];
  readonly trainings: readonly {
    readonly optimizer: Optimizer;
    /** Of each batch, before its step. */
    readonly losses: readonly number[];
    readonly weights: readonly (readonly number[])[];
  }[];
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/neural.json", import.meta.url), "utf8")) as {
  readonly cases: readonly KerasCase[];
};
/** Both compute in f64; the golden has 11 digits and more. */
const TOLERANCE = 1e-10;

function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const off = expected.map((value, i) => Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value)));
  expect(Math.max(...off), what).toBeLessThanOrEqual(TOLERANCE);
}

describe("The reference does what Keras does:", () => {
  it.each(cases)("$name", async (each) => {
    const { layers, inputShape, outputs, loss, batchSize } = each;
    const network = networkOf(layers, inputShape, outputs, "the test");
    const rows = each.targets.length;
    const values = Float64Array.from(each.X, Math.fround);
    const weights = each.weights.map((array) => Float32Array.from(array));
    const answers = outputsOf(
      network,
      weights.map((array) => Float64Array.from(array)),
      { rows, values },
    );
    expectNear(answers, each.predict, "predict");

    const X = new Matrix(values, rows, values.length / rows);
    const [targets, rowWeights] = [Float32Array.from(each.targets), Float32Array.from(each.rowWeights)];
    const ctx = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };
    for (const { optimizer, losses, weights: trained } of each.trainings) {
      const setup = { network, weights, loss, optimizer, batchSize, X, targets, rowWeights };
      const training = await referenceBackend.train(setup, ctx);
      const sums: number[] = [];
      for (let at = 0; at < rows; at += batchSize) {
        const order = Uint32Array.from({ length: Math.min(batchSize, rows - at) }, (_, i) => at + i);
        const { learningRate } = optimizer;
        const epoch = { index: 0, order, learningRate, dropoutKeys: new Uint32Array(layers.length), onBatches() {} };
        sums.push((await training.epoch(epoch)).loss / order.length);
      }
      const what = JSON.stringify(optimizer);
      expectNear(sums, losses, `losses with ${what}`);
      for (const [at, { name }] of weightsOf(network).entries()) {
        expectNear(training.exact[at]!, trained[at]!, `${name} with ${what}`);
      }
    }
    await ctx.pool.close();
  });

  it("with every layer, activation, loss and optimizer", () => {
    const all = cases.flatMap(({ layers }) => layers);
    const distinct = (names: readonly (string | undefined)[]) =>
      new Set(names.filter((name) => name !== undefined)).size;
    // dropout draws its own masks in Keras.
    expect(distinct(all.map(({ type }) => type))).toBe(9);
    expect(distinct(all.map((layer) => ("activation" in layer ? layer.activation : undefined)))).toBe(8);
    expect(distinct(cases.map(({ loss }) => loss))).toBe(5);
    expect(distinct(cases.flatMap(({ trainings }) => trainings.map(({ optimizer }) => optimizer.name)))).toBe(4);
  });
});
