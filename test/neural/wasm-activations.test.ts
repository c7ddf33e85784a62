import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import { type Activation, activation, dense } from "../../src/neural/layers.js";
import { networkOf } from "../../src/neural/network.js";
import { wasmBackend } from "../../src/neural/wasm-backend.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { activate } from "./reference/activations.js";
import { problemOf } from "./suite/problem.js";

const BUILDS = ["portable", "fast"] as const;
type Build = (typeof BUILDS)[number];
const NAMES = ["relu", "elu", "selu", "tanh", "sigmoid", "softplus", "softmax"] as const;

/** Relative, of everything but softmax's smallest: a few units in the last place of an f32 (6e-8). */
const BOUND = 5e-7;

async function activated(name: Activation, values: Float32Array, kernels: Build = "portable"): Promise<Float32Array> {
  const pool = inlinePool({ kernels });
  const ctx = { pool, workspace: new Workspace(), signal: new AbortController().signal };
  const network = networkOf([activation(name)], [values.length], values.length, "the test");
  const answers = await wasmBackend.predict(network, [], new Matrix(values, 1, values.length), ctx);
  await pool.close();
  return answers;
}

/** What is off by more than the bound of the true value, where that is not too small for a float. */
async function offOf(name: Activation, values: Float32Array, build: Build): Promise<number[][]> {
  const actual = await activated(name, values, build);
  const expected = activate(name, Float64Array.from(values), values.length);
  const isOff = (i: number) =>
    !(Math.abs(actual[i]! - expected[i]!) <= BOUND * Math.max(1e-37, Math.abs(expected[i]!)));
  return Array.from(values.keys())
    .filter(isOff)
    .map((i) => [values[i]!, actual[i]!, expected[i]!]);
}

/** From one number to another in equal steps. */
const range = (from: number, to: number, n = 20_001) =>
  Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
/** Of both signs, from almost 0 to 1. */
const small = Float32Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 2 ** (-i / 6));

describe("Activations of the kernels", () => {
  for (const build of BUILDS) {
    it(`are within 5e-7 of the true values, relatively, from almost 0 to where they end: ${build}`, async () => {
      for (const name of ["relu", "elu", "selu", "tanh", "sigmoid", "softplus"] as const) {
        const most = name === "sigmoid" || name === "softplus" ? 85 : 200;
        for (const values of [range(-most, most), range(-1, 1), small]) {
          expect([name, await offOf(name, values, build)]).toEqual([name, []]);
        }
      }
    });
  }

  it("give e^x as the quotient of two softmax probabilities, within 5e-7", async () => {
    for (const x of range(-87, 0, 60)) {
      const [one, other] = await activated("softmax", Float32Array.of(0, x));
      expect(Math.abs(other! / one! / Math.exp(Math.fround(x)) - 1)).toBeLessThan(BOUND);
    }
  });

  it("stay finite, and in their bounds, however large the values", async () => {
    const values = Float32Array.of(-3.4e38, -1e10, -200, -100, -88.4, 88.4, 100, 200, 1e10, 3.4e38);
    for (const name of ["elu", "tanh", "sigmoid", "softplus"] as const) {
      const actual = await activated(name, values);
      activate(name, Float64Array.from(values), 1).forEach((value, i) => {
        expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(BOUND * Math.abs(value) + 1e-37);
      });
    }
    const selu = await activated("selu", values);
    expect(selu[0]).toBeCloseTo(-1.7580993408, 6);
    expect((await activated("tanh", values)).every((value) => Math.abs(value) <= 1)).toBe(true);
    expect((await activated("sigmoid", values)).every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("give softmax probabilities that add up to 1, also of values 200 and more apart", async () => {
    for (const values of [
      [0, 200, -200],
      [3.4e38, -3.4e38, 0],
      [-1e30, -1e30, -1e30],
    ]) {
      const p = await activated("softmax", Float32Array.from(values));
      const expected = activate("softmax", Float64Array.from(values), 3);
      for (const [i, value] of expected.entries()) expect(Math.abs(p[i]! - value)).toBeLessThanOrEqual(1e-7);
    }
  });

  it("answer NaN where they are given NaN, and nowhere else", async () => {
    for (const name of NAMES) {
      const answers = await activated(name, Float32Array.of(1, 2, Number.NaN, -3, 4, 5, 6, 7, Number.NaN));
      const areNaN = Array.from(answers, (value) => Number.isNaN(value));
      expect([name, areNaN]).toEqual([name, areNaN.map((_, i) => name === "softmax" || i === 2 || i === 8)]);
    }
  });

  it("fail the batch of a row that has a NaN", async () => {
    for (const name of NAMES) {
      const layers = [dense({ units: 5, activation: name }), dense({ activation: "softmax" })];
      const { setup, epochs } = problemOf({ layers, inputShape: [3] });
      const cells = Float32Array.from(setup.X.toFloat64());
      cells[3 * epochs[0]!.order[setup.batchSize + 2]! + 1] = Number.NaN;
      const pool = inlinePool();
      const ctx = { pool, workspace: new Workspace(), signal: new AbortController().signal };
      const training = await wasmBackend.train({ ...setup, X: new Matrix(cells, setup.X.rows, 3) }, ctx);
      const { failedBatch, loss } = await training.epoch({ ...epochs[0]!, onBatches() {} });
      expect([name, failedBatch, loss]).toEqual([name, 1, Number.NaN]);
      training.end();
      await pool.close();
    }
  });
});
