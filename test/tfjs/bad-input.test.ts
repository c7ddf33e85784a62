import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { Workspace } from "../../src/core/workspace.js";
import { dense } from "../../src/neural/layers.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";
import { problemOf } from "../neural/suite/problem.js";

const ctx: RunContext = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };
const problem = () =>
  problemOf({ layers: [dense({ units: 4, activation: "elu" }), dense({ activation: "softmax" })], inputShape: [3] });
const failure = (promise: Promise<unknown>) => promise.then(() => null).catch((error: unknown) => error as Error);

describe("tfjsBackend", () => {
  it.each([
    [undefined, /got undefined/],
    [{}, /something without tensor\(\)/],
    ["tf", /got a string|got "tf"/],
    [{ ...tf, ready: 1 }, /something without ready\(\)/],
  ])("refuses what is no namespace of tfjs: %#.", (given, message) => {
    expect(() => tfjsBackend(given as never)).toThrow(/^tf must be the namespace of @tensorflow\/tfjs/);
    expect(() => tfjsBackend(given as never)).toThrow(message);
  });

  it("refuses a model that is no function, and one where tfjs has no layers.", () => {
    expect(() => tfjsBackend(tf, { model: {} as never })).toThrow(/^model of tfjsBackend must be a function/);
    const core = { ...tf, LayersModel: undefined } as never;
    expect(() => tfjsBackend(core, { model: () => tf.sequential() })).toThrow(/with its layers/);
  });

  it("says what to do where no backend is up.", async () => {
    const { setup } = problem();
    const broken = { ...tf, ready: () => Promise.reject(new Error("no WebGL here")) } as never;
    const error = await failure(tfjsBackend(broken).train(setup, ctx));
    expect(error).toMatchObject({ name: "InvalidParameterError", parameter: "tf" });
    expect(error!.message).toMatch(/no backend that is up \(no WebGL here\); import .* and await tf\.setBackend/);
    const none = { ...tf, getBackend: () => undefined } as never;
    const { network, weights, X } = setup;
    const asked = await failure(tfjsBackend(none).predict(network, weights, X, ctx));
    expect(asked!.message).toMatch(/^tf has no backend that is up; import/);
  });
});

describe("A kernel that fails", () => {
  const { kernelFunc, ...rest } = tf.getKernel("Elu", "cpu")!;
  beforeEach(async () => {
    await tf.setBackend("cpu");
    tf.unregisterKernel("Elu", "cpu");
  });
  afterEach(() => {
    if (tf.getKernel("Elu", "cpu") != null) tf.unregisterKernel("Elu", "cpu");
    tf.registerKernel({ ...rest, kernelFunc });
  });

  it.each([
    ["is named where the backend lacks it", false, "InvalidParameterError", /tfjs's backend "cpu" has no kernel Elu/],
    ["is told of where it throws", true, "KernelError", /tfjs's backend "cpu" failed: out of luck/],
  ])("%s, and leaves no tensor behind.", async (_, isThere, name, message) => {
    const kernelThrows = () => {
      throw new Error("out of luck");
    };
    if (isThere) tf.registerKernel({ kernelName: "Elu", backendName: "cpu", kernelFunc: kernelThrows });
    const { setup, epochs } = problem();
    const before = tf.memory().numTensors;
    const training = await tfjsBackend(tf).train(setup, ctx);
    const learnt = await failure(training.epoch({ ...epochs[0]!, onBatches() {} }));
    training.end();
    const asked = await failure(tfjsBackend(tf).predict(setup.network, setup.weights, setup.X, ctx));
    expect(tf.memory().numTensors).toBe(before);
    for (const error of [learnt, asked]) {
      expect(error!.name).toBe(name);
      expect(error!.message).toMatch(message);
    }
  });
});
