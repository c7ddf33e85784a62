import type { Dense } from "../../../src/neural/layers.js";
import type { LayerInput, LayerPass } from "./layer-pass.js";

/** y = x W + b, before the activation. */
export function dense({ layer, spec, weights, rows, values }: LayerInput<Dense>): LayerPass {
  const features = layer.inputShape[0]!;
  const units = layer.outputShape[0]!;
  const kernel = weights[0]!;
  const outputs = new Float64Array(rows * units);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < units; k++) {
      let sum = spec.useBias ? weights[1]![k]! : 0;
      for (let j = 0; j < features; j++) sum += values[i * features + j]! * kernel[j * units + k]!;
      outputs[i * units + k] = sum;
    }
  }
  const backward = (gradient: Float64Array) => {
    const ofInputs = new Float64Array(values.length);
    const ofKernel = new Float64Array(kernel.length);
    const ofBias = new Float64Array(units);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < units; k++) {
        const g = gradient[i * units + k]!;
        ofBias[k]! += g;
        for (let j = 0; j < features; j++) {
          ofInputs[i * features + j]! += g * kernel[j * units + k]!;
          ofKernel[j * units + k]! += g * values[i * features + j]!;
        }
      }
    }
    return { inputs: ofInputs, weights: spec.useBias ? [ofKernel, ofBias] : [ofKernel] };
  };
  return { outputs, moved: [], backward };
}
