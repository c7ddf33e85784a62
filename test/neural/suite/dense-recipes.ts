import {
  ACTIVATIONS,
  activation,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  type Layer,
  reshape,
} from "../../../src/neural/layers.js";
import type { Loss } from "../../../src/neural/losses.js";
import { adam, adamw, type Optimizer, rmsprop, sgd } from "../../../src/neural/optimizers.js";
import { ADAM, type NamedRecipe, type Recipe, toClasses } from "./recipe.js";

/** What networks of rows are made of: activations, losses, optimizers, sizes. */
export function denseRecipes(): NamedRecipe[] {
  return [...activations(), ...losses(), ...optimizers(), ...sizes()];
}

const RMSPROP = rmsprop({ learningRate: 0.002, momentum: 0.5 });

function activations(): NamedRecipe[] {
  return ACTIVATIONS.flatMap((name, i): NamedRecipe[] => {
    const optimizer = [sgd({ learningRate: 0.03 }), ADAM, RMSPROP][i % 3]!;
    const inside = [dense({ units: 8, activation: name }), dense({ units: 6, activation: "tanh" }), toClasses];
    const onImages = [
      conv2d({ filters: 5, kernelSize: 3, activation: name }),
      activation(name),
      flatten(),
      dense({ units: 4 }),
      activation("tanh"),
      toClasses,
    ];
    return [
      [`dense layers of ${name}`, { layers: inside, inputShape: [12], optimizer }],
      [`${name} on images and as a layer of its own`, { layers: onImages, inputShape: [5, 7, 1], weighted: true }],
    ];
  });
}

function losses(): NamedRecipe[] {
  const numbers: readonly Loss[] = ["meanSquaredError", "meanAbsoluteError", "huber"];
  const hidden = dense({ units: 8, activation: "tanh" });
  const one: Recipe = { layers: [hidden, dense()], inputShape: [5], outputs: 1, weighted: true };
  const sigmoid = dense({ activation: "sigmoid" });
  const seven: Recipe = { layers: [], inputShape: [5], outputs: 7, weighted: true };
  const binary = { ...one, loss: "binaryCrossentropy" } as const;
  return [
    ...numbers.map((loss): NamedRecipe => [`the loss ${loss}`, { ...one, loss }]),
    ...numbers.map(
      (loss): NamedRecipe => [`${loss} without row weights`, { ...one, loss, weighted: false, optimizer: ADAM }],
    ),
    ["the loss meanSquaredError of a sigmoid", { ...one, layers: [hidden, sigmoid], loss: "meanSquaredError" }],
    ["the loss huber of a softplus", { ...one, layers: [dense({ activation: "softplus" })], loss: "huber" }],
    ["the loss binaryCrossentropy", { ...binary, layers: [hidden, sigmoid] }],
    ["binaryCrossentropy of a layer of sigmoid", { ...binary, layers: [hidden, dense(), activation("sigmoid")] }],
    ["the loss categoricalCrossentropy of seven classes", { ...seven, layers: [hidden, toClasses] }],
    ["categoricalCrossentropy of a layer of softmax", { ...seven, layers: [hidden, dense(), activation("softmax")] }],
    [
      "categoricalCrossentropy of an image of one place",
      {
        ...seven,
        layers: [reshape([1, 1, 5]), conv2d({ filters: 7, kernelSize: 1, activation: "softmax" }), flatten()],
      },
    ],
    [
      "categoricalCrossentropy behind a softmax in the middle",
      {
        ...seven,
        layers: [dense({ units: 6, activation: "softmax" }), toClasses],
        optimizer: sgd({ learningRate: 0.3 }),
      },
    ],
  ];
}

function optimizers(): NamedRecipe[] {
  const of: Readonly<Record<string, Optimizer>> = {
    "sgd without momentum": sgd({ learningRate: 0.05 }),
    "sgd with momentum": sgd({ learningRate: 0.03, momentum: 0.9 }),
    "sgd with Nesterov's momentum": sgd({ learningRate: 0.03, momentum: 0.9, nesterov: true }),
    "adam with Keras's settings": adam(),
    "adam with settings of its own": adam({ learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    adamw: adamw({ learningRate: 0.005 }),
    "adamw that decays fast": adamw({ learningRate: 0.01, weightDecay: 1, beta1: 0.7, beta2: 0.9 }),
    "rmsprop with Keras's settings": rmsprop(),
    "rmsprop with momentum": rmsprop({ learningRate: 0.002, momentum: 0.8, rho: 0.7, epsilon: 1e-4 }),
  };
  const layers = [dense({ units: 12, activation: "tanh" }), batchNormalization(), toClasses];
  return Object.entries(of).map(([name, optimizer]) => [name, { layers, inputShape: [8], optimizer, weighted: true }]);
}

function sizes(): NamedRecipe[] {
  const sizes = [1, 3, 5, 8, 12, 32];
  const dimensions = sizes.map((units, i): NamedRecipe => {
    const layers = [dense({ units, activation: "tanh" }), dense({ units: sizes.at(-1 - i)! }), toClasses];
    return [
      `${units} units between ${37 - 7 * i} features and ${sizes.at(-1 - i)} units`,
      { layers, inputShape: [37 - 7 * i] },
    ];
  });
  const onImages = [conv2d({ filters: 5, kernelSize: 3, activation: "tanh" }), flatten(), toClasses];
  const batches = [1, 7, 32, 100].map((batchSize): NamedRecipe => {
    const rows = batchSize === 1 ? 10 : batchSize === 32 ? 75 : 31;
    const layers = [dense({ units: 8, activation: "tanh" }), toClasses];
    return [`batches of ${batchSize} of ${rows} rows`, { layers, inputShape: [6], batchSize, rows, weighted: true }];
  });
  const imageBatches = [1, 32].map((batchSize): NamedRecipe => {
    return [
      `batches of ${batchSize} images`,
      { layers: onImages, inputShape: [5, 7, 3], batchSize, rows: 2 * batchSize + 3 },
    ];
  });
  return [
    ...dimensions,
    ...batches,
    ...imageBatches,
    [
      "thirty-two classes",
      { layers: [dense({ units: 5, activation: "elu" }), toClasses], inputShape: [9], outputs: 32 },
    ],
    ["a single layer", { layers: [toClasses], inputShape: [10], outputs: 10 }],
    ["layers without biases", { layers: withoutBiases, inputShape: [5, 7, 3], optimizer: ADAM }],
  ];
}

const withoutBiases: readonly Layer[] = [
  conv2d({ filters: 5, kernelSize: 3, activation: "tanh", useBias: false }),
  flatten(),
  dense({ units: 8, activation: "tanh", useBias: false }),
  dense({ activation: "softmax", useBias: false }),
];
