import {
  averagePooling2d,
  type Conv2dOptions,
  conv2d,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  type PoolingOptions,
} from "../../../src/neural/layers.js";
import type { Shape } from "../../../src/neural/network.js";
import { type NamedRecipe, toClasses } from "./recipe.js";

/** Windows of all kinds. */
export function windowRecipes(): NamedRecipe[] {
  return [...convolutions(), ...poolings()];
}

/** The layer before them shows the gradients that convolutions hand on. */
function convolutions(): NamedRecipe[] {
  const each: readonly (readonly [channels: number, image: Shape, options: Conv2dOptions])[] = [
    [3, [5, 7], { filters: 5, kernelSize: 1 }],
    [8, [5, 7], { filters: 12, kernelSize: 1, strides: 2 }],
    [1, [5, 7], { filters: 5, kernelSize: 3, padding: "same" }],
    [3, [6, 5], { filters: 8, kernelSize: 3 }],
    [5, [7, 7], { filters: 3, kernelSize: 3, strides: 2 }],
    [8, [5, 7], { filters: 5, kernelSize: 3, strides: 2, padding: "same" }],
    [1, [7, 7], { filters: 12, kernelSize: 5, padding: "same" }],
    [3, [9, 8], { filters: 32, kernelSize: 5, strides: 2 }],
    [3, [3, 4], { filters: 5, kernelSize: 5, padding: "same" }],
    [3, [5, 7], { filters: 5, kernelSize: [2, 3], strides: [2, 1], padding: "same" }],
    [5, [7, 8], { filters: 1, kernelSize: [3, 1], strides: [1, 3] }],
    [3, [7, 8], { filters: 3, kernelSize: 4, strides: 3, padding: "same" }],
    [12, [8, 7], { filters: 8, kernelSize: 2, strides: 3 }],
    [32, [4, 4], { filters: 12, kernelSize: 3, padding: "same" }],
    [4, [1, 9], { filters: 4, kernelSize: [1, 3] }],
  ];
  return each.map(([channels, image, options], i) => {
    const { filters, kernelSize, strides = 1, padding = "valid" } = options;
    const name = `a convolution of ${image.join(" x ")} x ${channels} with ${filters} kernels of ${[kernelSize].flat().join(" x ")}, strides ${[strides].flat().join(" x ")}, ${padding}`;
    const activation = (["tanh", "elu", "relu", "softplus"] as const)[i % 4]!;
    const layers = [
      conv2d({ filters: channels, kernelSize: 1, activation: "tanh" }),
      conv2d({ ...options, activation }),
      flatten(),
      toClasses,
    ];
    return [name, { layers, inputShape: [...image, 1 + (i % 3)], rows: 18, weighted: i % 2 === 1 }];
  });
}

function poolings(): NamedRecipe[] {
  const each: readonly (readonly [image: Shape, options: PoolingOptions])[] = [
    [[6, 6], {}],
    [[5, 7], {}],
    [[5, 7], { padding: "same" }],
    [[7, 5], { poolSize: 3, strides: 2, padding: "same" }],
    [[7, 6], { poolSize: 3, strides: 1 }],
    [[7, 8], { poolSize: [2, 3], strides: [1, 2], padding: "same" }],
    [[8, 7], { poolSize: 2, strides: 3 }],
    [[3, 4], { poolSize: 5, strides: 1, padding: "same" }],
  ];
  const pooled = [maxPooling2d, averagePooling2d].flatMap((pooling) =>
    each.map(([image, options], i): NamedRecipe => {
      const layer = pooling(options);
      const name = `${layer.type} of ${image.join(" x ")} by ${layer.poolSize.join(" x ")}, strides ${layer.strides.join(" x ")}, ${layer.padding}`;
      const filters = [1, 3, 5, 8][i % 4]!;
      const layers = [
        conv2d({ filters, kernelSize: 3, padding: "same", activation: "tanh" }),
        layer,
        flatten(),
        toClasses,
      ];
      return [name, { layers, inputShape: [...image, 1], rows: 18 }];
    }),
  );
  const before = conv2d({ filters: 6, kernelSize: 3, activation: "relu" });
  return [
    ...pooled,
    [
      "globalAveragePooling2d",
      { layers: [before, globalAveragePooling2d(), toClasses], inputShape: [6, 7, 3], weighted: true },
    ],
    ["pooling of the inputs themselves", { layers: [maxPooling2d(), flatten(), toClasses], inputShape: [6, 5, 3] }],
  ];
}
