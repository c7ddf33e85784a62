import type { BatchNormalization } from "../../../src/neural/layers.js";
import type { LayerInput, LayerPass } from "./layer-pass.js";

/**
 * Each channel (the last axis) to mean 0 and variance 1, over rows and places.
 *
 * Ioffe and Szegedy, "Batch normalization" (2015), algorithm 1 (its variance divides by the number of values) and the
 * gradients below it. The moving values follow Keras: momentum * moving + (1 - momentum) * the batch's, with that same variance.
 * @see https://keras.io/api/layers/normalization_layers/batch_normalization/
 */
export function batchNormalization(input: LayerInput<BatchNormalization>): LayerPass {
  const { layer, spec, weights, values, training } = input;
  const channels = layer.inputShape.at(-1)!;
  const [gamma, beta, movingMean, movingVariance] = weights as [Float64Array, Float64Array, Float64Array, Float64Array];
  const meanOf = (of: (i: number) => number) => {
    const sums = new Float64Array(channels);
    for (let i = 0; i < values.length; i++) sums[i % channels]! += of(i);
    return sums.map((sum) => sum / (values.length / channels));
  };
  const mean = training === null ? movingMean : meanOf((i) => values[i]!);
  const variance = training === null ? movingVariance : meanOf((i) => (values[i]! - mean[i % channels]!) ** 2);
  const deviation = variance.map((each) => Math.sqrt(each + spec.epsilon));
  const standard = values.map((x, i) => (x - mean[i % channels]!) / deviation[i % channels]!);
  const outputs = standard.map((x, i) => gamma[i % channels]! * x + beta[i % channels]!);

  const moved = (moving: Float64Array, batch: Float64Array) =>
    moving.map((value, c) => spec.momentum * value + (1 - spec.momentum) * batch[c]!);
  const backward = (gradient: Float64Array) => {
    if (training === null) throw new Error("gradients are of a batch that is learnt from");
    const count = values.length / channels;
    const meanGradient = meanOf((i) => gradient[i]!);
    const meanProduct = meanOf((i) => gradient[i]! * standard[i]!);
    const inputs = values.map((_, i) => {
      const c = i % channels;
      const centred = gradient[i]! - meanGradient[c]! - standard[i]! * meanProduct[c]!;
      return (gamma[c]! / deviation[c]!) * centred;
    });
    const sums = (means: Float64Array) => means.map((each) => each * count);
    return { inputs, weights: [sums(meanProduct), sums(meanGradient)] };
  };
  return {
    outputs,
    moved: training === null ? [] : [moved(movingMean, mean), moved(movingVariance, variance)],
    backward,
  };
}
