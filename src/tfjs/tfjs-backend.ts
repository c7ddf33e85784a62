import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import type { NeuralBackend, Training, TrainingSetup, Weights } from "../neural/backend.js";
import type { Network } from "../neural/network.js";
import { graphOf } from "./graph.js";
import { asOurs, checkNamespace, readyBackend, type Tf } from "./namespace.js";
import { predictRows } from "./predict-rows.js";
import { TfjsTraining } from "./training.js";
import { registerTrainingKernels } from "./wasm/register-training-kernels.js";

/**
 * Trains and runs networks on TensorFlow.js, on whatever backend of it is set: cpu, wasm, webgl, webgpu or node.
 *
 * @param tf the namespace: `import * as tf from "@tensorflow/tfjs"`
 * @throws InvalidParameterError if tf is something else; training and predicting throw it if tf has no backend that is up, or if its
 * backend lacks a kernel, and KernelError if tfjs fails otherwise
 */
export function tfjsBackend(tf: Tf): NeuralBackend {
  checkNamespace(tf);
  return {
    name: "tfjs",
    async train(setup: TrainingSetup, ctx: RunContext): Promise<Training> {
      ctx.signal.throwIfAborted();
      const backend = await readyBackend(tf);
      if (backend === "wasm") registerTrainingKernels(tf);
      const graph = graphOf(tf, setup.network, setup.weights, setup.loss);
      try {
        return new TfjsTraining(tf, backend, graph, setup, ctx);
      } catch (error) {
        graph.dispose();
        throw asOurs(error, backend);
      }
    },
    async predict(network: Network, weights: Weights, X: Matrix, ctx: RunContext): Promise<Float32Array> {
      ctx.signal.throwIfAborted();
      const backend = await readyBackend(tf);
      const graph = graphOf(tf, network, weights, null);
      try {
        return await predictRows(tf, graph, network, X, ctx.signal);
      } catch (error) {
        if (ctx.signal.aborted) throw ctx.signal.reason;
        throw asOurs(error, backend);
      } finally {
        graph.dispose();
      }
    },
  };
}
