import { dropoutMask } from "../../../src/neural/dropout-mask.js";
import type { Dropout } from "../../../src/neural/layers.js";
import { sizeOf } from "../../../src/neural/network.js";
import type { LayerInput, LayerPass } from "./layer-pass.js";

/** Values times their masks; values count on from batch to batch of an epoch. */
export function dropout({ layer, spec, at, values, training }: LayerInput<Dropout>): LayerPass {
  if (training === null) return { outputs: values, moved: [], backward: (inputs) => ({ inputs, weights: [] }) };
  const first = training.rowsBefore * sizeOf(layer.inputShape);
  const mask = dropoutMask(training.dropoutKeys[at]!, first, values.length, spec.rate);
  const masked = (of: Float64Array) => of.map((value, i) => value * mask[i]!);
  return { outputs: masked(values), moved: [], backward: (gradient) => ({ inputs: masked(gradient), weights: [] }) };
}
