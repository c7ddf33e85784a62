import type { GlobalAveragePooling2d, Pooling2d } from "../../../src/neural/layers.js";
import { sizeOf } from "../../../src/neural/network.js";
import type { LayerInput, LayerPass } from "./layer-pass.js";
import { windowsOfImage } from "./windows.js";

/** The largest value of each window; its first place (row-major) gets the gradient. Padding is never the largest. */
export function maxPooling2d(input: LayerInput<Pooling2d>): LayerPass {
  const { values } = input;
  return pooled(input, windowsOfLayer(input), (places) => {
    let best = places[0]!;
    for (const place of places) if (values[place]! > values[best]!) best = place;
    return places.map((place) => (place === best ? 1 : 0));
  });
}

/** The mean of each window's places inside the image. */
export function averagePooling2d(input: LayerInput<Pooling2d>): LayerPass {
  return pooled(input, windowsOfLayer(input), (places) => places.map(() => 1 / places.length));
}

/** The mean of all places. */
export function globalAveragePooling2d(input: LayerInput<GlobalAveragePooling2d>): LayerPass {
  const [height, width] = input.layer.inputShape as [number, number, number];
  const all = Array.from({ length: height * width }, (_, place) => place);
  return pooled(input, [all], (places) => places.map(() => 1 / places.length));
}

const windowsOfLayer = ({ layer, spec }: LayerInput<Pooling2d>): number[][] =>
  windowsOfImage(layer.inputShape, spec.poolSize, spec.strides, spec.padding).map((window) =>
    window.map(({ inImage }) => inImage),
  );

/** Sums of the windows' values, each by its share, channel by channel. */
function pooled(
  { layer, rows, values }: LayerInput,
  windows: readonly (readonly number[])[],
  sharesOf: (places: readonly number[]) => readonly number[],
): LayerPass {
  const channels = layer.inputShape[2]!;
  const imageSize = sizeOf(layer.inputShape);
  const outputs = new Float64Array(rows * windows.length * channels);
  const terms: { readonly output: number; readonly input: number; readonly share: number }[] = [];
  for (let i = 0; i < rows; i++) {
    for (const [at, window] of windows.entries()) {
      for (let c = 0; c < channels; c++) {
        const places = window.map((place) => i * imageSize + place * channels + c);
        const shares = sharesOf(places);
        const output = (i * windows.length + at) * channels + c;
        for (const [n, input] of places.entries()) {
          if (shares[n] !== 0) terms.push({ output, input, share: shares[n]! });
        }
      }
    }
  }
  for (const { output, input, share } of terms) outputs[output]! += share * values[input]!;
  const backward = (gradient: Float64Array) => {
    const inputs = new Float64Array(values.length);
    for (const { output, input, share } of terms) inputs[input]! += share * gradient[output]!;
    return { inputs, weights: [] };
  };
  return { outputs, moved: [], backward };
}
