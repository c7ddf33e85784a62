import type { Weights } from "../neural/backend.js";
import type { Loss } from "../neural/losses.js";
import { type Network, sizeOf, weightsOf } from "../neural/network.js";
import { lastActivationAt, type Pass, runLayers } from "./layer-ops.js";
import type { Tensor, Tf, Variable } from "./namespace.js";

/** A network as tfjs runs it, with weights of its own. */
export interface Graph {
  /** In the order of `weightsOf(network)`. */
  readonly variables: readonly Variable[];
  /** Those among them that are learnt by gradients. */
  readonly trainable: readonly Variable[];
  /** Most values that a row has anywhere in it. */
  readonly largestRow: number;
  /** Whether `run` leaves out the last activation, which the loss then takes on. */
  readonly logits: boolean;
  /** Outputs of rows, rows x whatever; call it within tf.tidy. */
  run(x: Tensor, pass: Pass): Tensor;
  /** What is lowered besides the loss. */
  penalties(): readonly Tensor[];
  dispose(): void;
}

/**
 * A network of our layers as tfjs operations.
 *
 * @param loss what it is trained for, so that a crossentropy takes on the last activation; null to predict
 */
export function graphOf(tf: Tf, network: Network, weights: Weights, loss: Loss | null): Graph {
  const specs = weightsOf(network);
  const variables = specs.map(({ shape, trainable }, i) =>
    tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(weights[i]!), [...shape]), trainable)),
  );
  const isCrossentropy = loss === "categoricalCrossentropy" || loss === "binaryCrossentropy";
  const raw = isCrossentropy ? lastActivationAt(network.layers) : -1;
  return {
    variables,
    trainable: variables.filter((_, i) => specs[i]!.trainable),
    largestRow: Math.max(sizeOf(network.inputShape), ...network.layers.map(({ outputShape }) => sizeOf(outputShape))),
    logits: raw >= 0,
    run(x, pass) {
      const move = (at: number, mean: Tensor, variance: Tensor) => {
        variables[at]!.assign(mean);
        variables[at + 1]!.assign(variance);
      };
      return runLayers(tf, network.layers, variables, x, { ...pass, move }, raw);
    },
    penalties: () => [],
    dispose: () => tf.dispose(variables as Variable[]),
  };
}
