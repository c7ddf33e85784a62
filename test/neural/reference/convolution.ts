import type { Conv2d } from "../../../src/neural/layers.js";
import { sizeOf } from "../../../src/neural/network.js";
import type { LayerInput, LayerPass } from "./layer-pass.js";
import { windowsOfImage } from "./windows.js";

/** Cross-correlation, before the activation: every window times every filter, channel by channel; padding counts as 0. */
export function conv2d({ layer, spec, weights, rows, values }: LayerInput<Conv2d>): LayerPass {
  const { filters } = spec;
  const channels = layer.inputShape[2]!;
  const imageSize = sizeOf(layer.inputShape);
  const windows = windowsOfImage(layer.inputShape, spec.kernelSize, spec.strides, spec.padding);
  const kernel = weights[0]!;
  /** Calls for all products input * kernel[k + filter] that are summed into output + filter. */
  const forProducts = (visit: (output: number, input: number, k: number) => void) => {
    for (let i = 0; i < rows; i++) {
      for (const [at, window] of windows.entries()) {
        for (const { inWindow, inImage } of window) {
          for (let c = 0; c < channels; c++) {
            const input = i * imageSize + inImage * channels + c;
            visit((i * windows.length + at) * filters, input, (inWindow * channels + c) * filters);
          }
        }
      }
    }
  };

  const outputs = new Float64Array(rows * windows.length * filters);
  if (spec.useBias) for (let o = 0; o < outputs.length; o++) outputs[o] = weights[1]![o % filters]!;
  forProducts((output, input, k) => {
    const x = values[input]!;
    for (let f = 0; f < filters; f++) outputs[output + f]! += x * kernel[k + f]!;
  });

  const backward = (gradient: Float64Array) => {
    const ofInputs = new Float64Array(values.length);
    const ofKernel = new Float64Array(kernel.length);
    const ofBias = new Float64Array(filters);
    for (let o = 0; o < gradient.length; o++) ofBias[o % filters]! += gradient[o]!;
    forProducts((output, input, k) => {
      const x = values[input]!;
      let sum = 0;
      for (let f = 0; f < filters; f++) {
        const g = gradient[output + f]!;
        sum += g * kernel[k + f]!;
        ofKernel[k + f]! += g * x;
      }
      ofInputs[input]! += sum;
    });
    return { inputs: ofInputs, weights: spec.useBias ? [ofKernel, ofBias] : [ofKernel] };
  };
  return { outputs, moved: [], backward };
}
