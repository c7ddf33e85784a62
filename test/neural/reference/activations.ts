import type { Activation } from "../../../src/neural/layers.js";

/** Klambauer et al., "Self-normalizing neural networks" (2017), appendix A1: mean 0 and variance 1 are a fixed point. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

export function sigmoid(x: number): number {
  // Each form where its exponential cannot overflow.
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** ln(1 + e^x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

type Scalar = (x: number) => number;

/** Functions and their derivatives; where there is none (at 0), the one from below, as in TensorFlow. */
const SCALARS: { readonly [A in Exclude<Activation, "softmax">]: { readonly value: Scalar; readonly slope: Scalar } } =
  {
    linear: { value: (x) => x, slope: () => 1 },
    relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
    elu: { value: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x) => (x > 0 ? 1 : Math.exp(x)) },
    selu: {
      value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
      slope: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
    },
    tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
    sigmoid: { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
    softplus: { value: softplus, slope: sigmoid },
  };

/** The activation of each value; softmax over each group of `channels` neighbours (the last axis). */
export function activate(activation: Activation, values: Float64Array, channels: number): Float64Array {
  return activation === "softmax" ? softmax(values, channels) : values.map(SCALARS[activation].value);
}

/** The gradient with respect to an activation's outputs, taken back to its inputs `values`. */
export function activationGradient(
  activation: Activation,
  values: Float64Array,
  channels: number,
  gradient: Float64Array,
): Float64Array {
  if (activation === "softmax") return softmaxGradient(softmax(values, channels), channels, gradient);
  return values.map((x, i) => gradient[i]! * SCALARS[activation].slope(x));
}

function softmax(values: Float64Array, channels: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let first = 0; first < values.length; first += channels) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < channels; k++) most = Math.max(most, values[first + k]!);
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += Math.exp(values[first + k]! - most);
    for (let k = 0; k < channels; k++) out[first + k] = Math.exp(values[first + k]! - most) / sum;
  }
  return out;
}

/** d p_k / d z_j = p_k ([j = k] - p_j), summed over the outputs k. */
function softmaxGradient(p: Float64Array, channels: number, gradient: Float64Array): Float64Array {
  const out = new Float64Array(p.length);
  for (let first = 0; first < p.length; first += channels) {
    for (let j = first; j < first + channels; j++) {
      for (let k = first; k < first + channels; k++) out[j]! += gradient[k]! * p[k]! * ((j === k ? 1 : 0) - p[j]!);
    }
  }
  return out;
}
