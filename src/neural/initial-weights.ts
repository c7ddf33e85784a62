import type { Rng } from "../core/random.js";
import type { Weights } from "./backend.js";
import type { Initializer } from "./layers.js";
import { type Network, type NetworkLayer, type Shape, sizeOf, type WeightSpec } from "./network.js";

/** Variance times fan, and whether weights are drawn from a normal distribution, cut off at two standard deviations. */
const SCALINGS: Readonly<
  Record<Exclude<Initializer, "zeros">, readonly [scale: number, fan: "in" | "mean", isNormal: boolean]>
> = {
  glorotUniform: [1, "mean", false],
  glorotNormal: [1, "mean", true],
  heUniform: [2, "in", false],
  heNormal: [2, "in", true],
  lecunNormal: [1, "in", true],
};

/** Standard deviation of a standard normal that is cut off at -2 and 2. */
const CUT_DEVIATION = 0.87962566103423978;

/**
 * The weights that a training begins with: kernels as their layers say, biases 0, normalizations that change nothing.
 * @see https://keras.io/api/layers/initializers/ (VarianceScaling)
 */
export function initialWeights(network: Network, rng: Rng): Weights {
  return network.layers.flatMap((layer) =>
    layer.weights.map((weight) => initialArray(layer, weight, rng.stream("weights", weight.name))),
  );
}

function initialArray({ spec }: NetworkLayer, { name, shape }: WeightSpec, rng: Rng): Float32Array {
  const array = new Float32Array(sizeOf(shape));
  const part = name.slice(name.indexOf("/") + 1);
  if (part === "gamma" || part === "movingVariance") return array.fill(1);
  if (part !== "kernel" || !("kernelInitializer" in spec) || spec.kernelInitializer === "zeros") return array;
  const [scale, fan, isNormal] = SCALINGS[spec.kernelInitializer];
  const fans = fansOf(shape);
  const variance = scale / Math.max(1, fan === "in" ? fans.in : (fans.in + fans.out) / 2);
  if (!isNormal) {
    const limit = Math.sqrt(3 * variance);
    return array.map(() => limit * (2 * rng.next() - 1));
  }
  const deviation = Math.sqrt(variance) / CUT_DEVIATION;
  return array.map(() => deviation * cutNormal(rng));
}

/** Inputs of a unit and units of an input; of convolutions, by the places of their windows. */
function fansOf(shape: Shape): { readonly in: number; readonly out: number } {
  const places = sizeOf(shape.slice(0, -2));
  return { in: places * shape.at(-2)!, out: places * shape.at(-1)! };
}

function cutNormal(rng: Rng): number {
  for (;;) {
    const value = rng.normal();
    if (Math.abs(value) < 2) return value;
  }
}
