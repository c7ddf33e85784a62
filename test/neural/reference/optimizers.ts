import type { Adam, AdamW, Optimizer, RmsProp, Sgd } from "../../../src/neural/optimizers.js";

/** What an optimizer remembers of one array of weights, zeros to begin with. */
export interface Moments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export const momentsOf = (weights: Float64Array): Moments => ({
  first: new Float64Array(weights.length),
  second: new Float64Array(weights.length),
});

/** One array of weights, its gradient and its moments; all but the gradient are changed. */
interface Step {
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  readonly moments: Moments;
  readonly learningRate: number;
  /** Number of the step, from 1. */
  readonly t: number;
}

/** @see https://github.com/keras-team/keras/tree/master/keras/src/optimizers - update_step of sgd.py, adam.py, adamw.py, rmsprop.py */
export function updateWeights(optimizer: Optimizer, step: Step): void {
  if (optimizer.name === "sgd") sgd(optimizer, step);
  else if (optimizer.name === "rmsprop") rmsprop(optimizer, step);
  else adam(optimizer, step);
}

function sgd({ momentum, nesterov }: Sgd, { weights, gradient, moments, learningRate }: Step): void {
  const v = moments.first;
  for (let i = 0; i < weights.length; i++) {
    v[i] = momentum * v[i]! - learningRate * gradient[i]!;
    weights[i]! += nesterov ? momentum * v[i]! - learningRate * gradient[i]! : v[i]!;
  }
}

function adam(optimizer: Adam | AdamW, { weights, gradient, moments, learningRate, t }: Step): void {
  const { beta1, beta2, epsilon } = optimizer;
  const decay = optimizer.name === "adamw" ? optimizer.weightDecay : 0;
  const alpha = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
  const { first: m, second: v } = moments;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    weights[i]! -= learningRate * decay * weights[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * g;
    v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
    weights[i]! -= (alpha * m[i]!) / (Math.sqrt(v[i]!) + epsilon);
  }
}

function rmsprop({ rho, momentum, epsilon }: RmsProp, { weights, gradient, moments, learningRate }: Step): void {
  const { first: increments, second: v } = moments;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    v[i] = rho * v[i]! + (1 - rho) * g * g;
    increments[i] = momentum * increments[i]! + (learningRate * g) / Math.sqrt(v[i]! + epsilon);
    weights[i]! -= increments[i]!;
  }
}
