import { InvalidParameterError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { describe } from "../core/to-matrix.js";
import type { NeuralBackend, Training, TrainingSetup, Weights } from "../neural/backend.js";
import type { Loss } from "../neural/losses.js";
import type { Network } from "../neural/network.js";
import { type Graph, graphOf } from "./graph.js";
import { broughtNetwork, type LayersModelFactory, layersModelGraph } from "./layers-model.js";
import { asOurs, checkNamespace, readyBackend, type Tf } from "./namespace.js";
import { predictRows } from "./predict-rows.js";
import { TfjsTraining } from "./training.js";
import { registerTrainingKernels } from "./wasm/register-training-kernels.js";

/** Of `tfjsBackend`. */
export interface TfjsBackendOptions {
  /** Makes the model to train in place of an estimator's layers: anything that tfjs has layers for. Default none. */
  readonly model?: LayersModelFactory | undefined;
}

/**
 * Trains and runs networks on TensorFlow.js, on whatever backend of it is set: cpu, wasm, webgl, webgpu or node. Everything random
 * is decided by the estimator, so the same seed learns the same, up to what the backend's arithmetic rounds. On the wasm backend it
 * calls `registerTrainingKernels`.
 *
 * With `model` it trains a model of tfjs instead. Its Dropout and SpatialDropout1D layers drop what the estimator's seed says;
 * layers that draw from tfjs's own generators (GaussianNoise, an LSTM's own dropout, ...) are refused. First weights are those that
 * the model has: give its initializers the seed. Penalties of regularizers are lowered with the loss, and not reported in it; the
 * optimizer and the loss are the estimator's.
 *
 * @param tf the namespace: `import * as tf from "@tensorflow/tfjs"`
 * @throws InvalidParameterError if tf is something else; training and predicting throw it if tf has no backend that is up, or if its
 * backend lacks a kernel, and KernelError if tfjs fails otherwise
 */
export function tfjsBackend(tf: Tf, options: TfjsBackendOptions = {}): NeuralBackend {
  checkNamespace(tf);
  const { model } = options;
  checkFactory(tf, model);
  const graph = (network: Network, weights: Weights, loss: Loss | null): Graph | Promise<Graph> =>
    network.topology === undefined ? graphOf(tf, network, weights, loss) : layersModelGraph(tf, network, weights);
  const backend: NeuralBackend = {
    name: "tfjs",
    async train(setup: TrainingSetup, ctx: RunContext): Promise<Training> {
      ctx.signal.throwIfAborted();
      const name = await readyBackend(tf);
      if (name === "wasm") await registerTrainingKernels(tf);
      let made: Graph | undefined;
      try {
        made = await graph(setup.network, setup.weights, setup.loss);
        ctx.signal.throwIfAborted();
        return new TfjsTraining(tf, name, made, setup, ctx);
      } catch (error) {
        made?.dispose();
        if (ctx.signal.aborted) throw ctx.signal.reason;
        throw asOurs(error, name);
      }
    },
    async predict(network: Network, weights: Weights, X: Matrix, ctx: RunContext): Promise<Float32Array> {
      ctx.signal.throwIfAborted();
      const name = await readyBackend(tf);
      let made: Graph | undefined;
      try {
        made = await graph(network, weights, null);
        return await predictRows(tf, made, network, X, ctx.signal);
      } catch (error) {
        if (ctx.signal.aborted) throw ctx.signal.reason;
        throw asOurs(error, name);
      } finally {
        made?.dispose();
      }
    },
  };
  if (model === undefined) return backend;
  return {
    ...backend,
    async network(inputShape, outputs, seed) {
      await readyBackend(tf);
      return broughtNetwork(tf, model, inputShape, outputs, seed);
    },
  };
}

function checkFactory(tf: Tf, model: unknown): void {
  if (model === undefined) return;
  if (typeof model !== "function") {
    throw new InvalidParameterError(
      "model of tfjsBackend must be a function that makes a tf.LayersModel, as in " +
        `(inputShape, outputs, seed) => tf.sequential(...); got ${describe(model)}`,
      "model",
    );
  }
  if (typeof tf.LayersModel !== "function") {
    throw new InvalidParameterError("tf must be the namespace of @tensorflow/tfjs, with its layers, for a model", "tf");
  }
}
