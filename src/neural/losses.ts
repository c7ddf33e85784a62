import type { Network } from "./network.js";
import { lastActivation, showShape } from "./network.js";

/**
 * What training lowers. "categoricalCrossentropy": -ln of the softmax probability of the row's class; "binaryCrossentropy": the same
 * of two classes by one sigmoid; the others are of numbers, huber with a slope of 1 beyond errors of 1.
 */
export type Loss =
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "huber";

/** Probabilities are kept from 0 and 1 by this, as Keras does. */
const CLIP = 1e-7;

/** The loss of one row's outputs. */
export function lossOf(loss: Loss, outputs: ArrayLike<number>, first: number, target: number): number {
  if (loss === "categoricalCrossentropy") return -Math.log(Math.max(outputs[first + target]!, CLIP));
  const output = outputs[first]!;
  if (loss === "binaryCrossentropy") return -Math.log(Math.max(target === 1 ? output : 1 - output, CLIP));
  const error = Math.abs(output - target);
  if (loss === "meanAbsoluteError") return error;
  if (loss === "meanSquaredError") return error * error;
  return error <= 1 ? (error * error) / 2 : error - 0.5;
}

/** Whether the outputs' class is the row's. */
export function isRight(loss: Loss, outputs: ArrayLike<number>, first: number, count: number, target: number): boolean {
  if (loss === "binaryCrossentropy") return (outputs[first]! > 0.5 ? 1 : 0) === target;
  let best = 0;
  for (let k = 1; k < count; k++) if (outputs[first + k]! > outputs[first + best]!) best = k;
  return best === target;
}

/** What the end of the network does not give the loss, or null. */
export function lossMisfit(loss: Loss, network: Network, outputs: number): string | null {
  const activation = lastActivation(network);
  if (network.outputs !== outputs) {
    return `the last layer gives ${network.outputs} ${network.outputs === 1 ? "number" : "numbers"} a row, and y needs ${outputs}; end with dense({ activation: ... })`;
  }
  if (loss === "categoricalCrossentropy" && activation !== "softmax") {
    return `the last activation must be "softmax" for the loss "categoricalCrossentropy"; got "${activation}"`;
  }
  const places = network.layers.findLast(({ spec }) => "activation" in spec)?.outputShape ?? [];
  if (loss === "categoricalCrossentropy" && places.at(-1) !== outputs) {
    return `the softmax must be over the ${outputs} classes of a row; it is over ${places.at(-1)} channels of each place of ${showShape(places)}`;
  }
  if (loss === "binaryCrossentropy" && activation !== "sigmoid") {
    return `the last activation must be "sigmoid" for the loss "binaryCrossentropy"; got "${activation}"`;
  }
  return null;
}
