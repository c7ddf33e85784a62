/** Networks of all kinds of layers, with odd sizes. */
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  type Layer,
  maxPooling2d,
  type Pair,
} from "../../../src/neural/layers.js";
import { type Shape, windowsOf } from "../../../src/neural/network.js";
import { sgd } from "../../../src/neural/optimizers.js";
import { type Problem, problemOf, stream } from "../../neural/suite/problem.js";
import type { Recipe } from "../../neural/suite/recipe.js";

const ACTIVATIONS = ["linear", "relu", "elu", "selu", "tanh", "sigmoid", "softplus", "softmax"] as const;
const WIDTHS = [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 20, 40];
/** Of convolutions that are done in tiles, where windows and strides are right for it. */
const TILED_WIDTHS = [12, 16, 20, 40];
const WINDOWS: readonly Pair[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [3, 3],
  [3, 3],
  [5, 5],
  [2, 3],
  [4, 1],
];
const STRIDES: readonly Pair[] = [
  [1, 1],
  [1, 1],
  [1, 1],
  [2, 2],
  [1, 3],
];

type Pick = <T>(from: readonly T[]) => T;

/** A training of one step of rate 1, which takes the gradients off the weights. */
export function randomProblem(seed: number): Problem {
  const next = stream(seed);
  const pick: Pick = (from) => from[Math.floor(next() * from.length)]!;
  const loss = pick(["categoricalCrossentropy", "binaryCrossentropy", "meanSquaredError", "huber"] as const);
  const outputs = loss === "categoricalCrossentropy" ? pick([2, 3, 5]) : 1;
  const end = { categoricalCrossentropy: "softmax", binaryCrossentropy: "sigmoid" } as const;
  const last = dense({ activation: loss in end ? end[loss as keyof typeof end] : "linear", useBias: next() < 0.8 });
  const rows = pick([1, 2, 3, 5]);
  const isImage = next() < 0.8;
  const isTiled = next() < 0.35;
  const widths = isTiled ? TILED_WIDTHS : WIDTHS;
  const inputShape = isImage ? [pick([1, 3, 4, 6, 7]), pick([1, 2, 5, 6, 9]), pick(widths)] : [pick([1, 3, 4, 7, 70])];
  const recipe: Recipe = {
    layers: [...(isImage ? imageLayers(inputShape, isTiled, pick, next) : []), ...rowLayers(pick, next), last],
    ...{ inputShape, outputs, loss, rows, batchSize: rows, steps: 1, weighted: next() < 0.5, view: next() < 0.3 },
    container: pick(["f32", "f64", "bytes", "scaled bytes"]),
    optimizer: sgd({ learningRate: 1 }),
  };
  return problemOf(recipe);
}

function imageLayers(inputShape: Shape, isTiled: boolean, pick: Pick, next: () => number): Layer[] {
  const layers: Layer[] = [];
  let [height, width] = inputShape as [number, number, number];
  const windows = (poolSize: Pair, strides: Pair) => {
    const padding = height < poolSize[0] || width < poolSize[1] ? "same" : pick(["valid", "valid", "same"] as const);
    height = windowsOf(height, poolSize[0], strides[0], padding).count;
    width = windowsOf(width, poolSize[1], strides[1], padding).count;
    return padding;
  };
  for (let n = pick([1, 1, 2]); n > 0; n--) {
    const [kernelSize, strides] = isTiled
      ? ([
          [3, 3],
          [1, 1],
        ] as const)
      : [pick(WINDOWS), pick(STRIDES)];
    const padding = windows(kernelSize, strides);
    const useBias = next() < 0.8;
    layers.push(
      conv2d({
        filters: pick(isTiled ? TILED_WIDTHS : WIDTHS),
        kernelSize,
        strides,
        padding,
        useBias,
        activation: pick(ACTIVATIONS),
      }),
    );
    if (next() < 0.2) layers.push(batchNormalization());
    if (next() < 0.85) {
      const poolSize = pick([...WINDOWS.slice(1, 3), [2, 1], [1, 3]] as readonly Pair[]);
      const strides = next() < 0.7 ? poolSize : pick(STRIDES);
      const options = { poolSize, strides, padding: windows(poolSize, strides) };
      layers.push(next() < 0.7 ? maxPooling2d(options) : averagePooling2d(options));
    }
    if (next() < 0.2) layers.push(dropout(0.3));
  }
  return [...layers, next() < 0.2 ? globalAveragePooling2d() : flatten()];
}

function rowLayers(pick: Pick, next: () => number): Layer[] {
  return [
    ...(next() < 0.6
      ? [dense({ units: pick([1, 6, 13, 50]), activation: pick(ACTIVATIONS), useBias: next() < 0.8 })]
      : []),
    ...(next() < 0.2 ? [batchNormalization({ momentum: 0.7 })] : []),
    ...(next() < 0.3 ? [activation(pick(ACTIVATIONS))] : []),
    ...(next() < 0.3 ? [dropout(0.4)] : []),
  ];
}
