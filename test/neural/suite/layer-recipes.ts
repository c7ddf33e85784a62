import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  reshape,
} from "../../../src/neural/layers.js";
import { adam } from "../../../src/neural/optimizers.js";
import { ADAM, type Container, type NamedRecipe, type Recipe, toClasses } from "./recipe.js";

/** All other layers, what X is kept in, and a few whole networks. */
export function layerRecipes(): NamedRecipe[] {
  return [...normalizations(), ...dropouts(), ...shapes(), ...containers(), ...wholes()];
}

function normalizations(): NamedRecipe[] {
  const dense8 = dense({ units: 8, useBias: false });
  const conv5 = conv2d({ filters: 5, kernelSize: 3, useBias: false });
  const quick = batchNormalization({ momentum: 0.7, epsilon: 0.01 });
  const then = [activation("tanh"), flatten(), toClasses];
  const images: Recipe = { layers: [], inputShape: [5, 7, 1] };
  return [
    // The last batch has one row: its variance is 0.
    [
      "batchNormalization of rows",
      { layers: [dense8, batchNormalization(), ...then], inputShape: [12], rows: 29, optimizer: ADAM },
    ],
    [
      "batchNormalization with settings of its own",
      { layers: [dense8, quick, ...then], inputShape: [12], weighted: true },
    ],
    ["batchNormalization of images", { ...images, layers: [conv5, batchNormalization(), ...then], optimizer: ADAM }],
    ["batchNormalization of images one by one", { ...images, layers: [conv5, quick, ...then], batchSize: 1, rows: 10 }],
    ["batchNormalization of the inputs", { ...images, inputShape: [5, 7, 3], layers: [quick, conv5, ...then] }],
    ["batchNormalization of one channel", { ...images, layers: [quick, maxPooling2d(), ...then] }],
    [
      "batchNormalization behind relu and before pooling",
      {
        ...images,
        layers: [conv2d({ filters: 8, kernelSize: 3, activation: "relu" }), quick, maxPooling2d(), ...then],
      },
    ],
    [
      "moving means that follow at once, and not at all",
      {
        ...images,
        layers: [
          conv5,
          batchNormalization({ momentum: 0 }),
          ...then.slice(0, 2),
          dense8,
          batchNormalization({ momentum: 1 }),
          ...then,
        ],
      },
    ],
  ];
}

function dropouts(): NamedRecipe[] {
  const dense12 = dense({ units: 12, activation: "tanh" });
  const conv5 = conv2d({ filters: 5, kernelSize: 3, activation: "tanh" });
  return [
    ["dropout of rows", { layers: [dense12, dropout(0.5), toClasses], inputShape: [9] }],
    ["dropout of the inputs", { layers: [dropout(0.2), dense12, toClasses], inputShape: [9], weighted: true }],
    [
      "two dropouts, each with its key",
      { layers: [dense12, dropout(0.3), dense12, dropout(0.3), toClasses], inputShape: [9], optimizer: ADAM },
    ],
    [
      "dropout of images",
      { layers: [conv5, dropout(0.25), flatten(), dropout(0.1), toClasses], inputShape: [5, 7, 3] },
    ],
    [
      "dropout at the rates 0 and nearly 1",
      { layers: [dense12, dropout(0), dense12, dropout(0.95), toClasses], inputShape: [9] },
    ],
    [
      "dropout before batchNormalization",
      { layers: [dropout(0.4), batchNormalization({ momentum: 0.8 }), dense12, toClasses], inputShape: [9] },
    ],
  ];
}

function shapes(): NamedRecipe[] {
  const conv4 = conv2d({ filters: 4, kernelSize: 2, activation: "tanh" });
  const last = [flatten(), toClasses];
  return [
    ["rows reshaped to images", { layers: [reshape([3, -1, 2]), conv4, ...last], inputShape: [30] }],
    [
      "images reshaped to others and back to rows",
      { layers: [conv4, reshape([-1, 6, 2]), conv4, reshape([-1]), toClasses], inputShape: [4, 5, 3] },
    ],
    ["flatten of rows", { layers: [flatten(), ...last], inputShape: [7] }],
    ["flatten and reshape behind the softmax", { layers: [toClasses, reshape([1, 1, 3]), flatten()], inputShape: [7] }],
  ];
}

function containers(): NamedRecipe[] {
  const ofImages = [conv2d({ filters: 5, kernelSize: 3, activation: "tanh" }), flatten(), toClasses];
  const ofRows = [dense({ units: 8, activation: "tanh" }), toClasses];
  const kinds: readonly Container[] = ["f32", "f64", "bytes", "scaled bytes"];
  return kinds.flatMap((container) =>
    [false, true].flatMap((view): NamedRecipe[] => {
      const name = `${view ? "a view of " : ""}${container}`;
      return [
        [`rows of ${name}`, { layers: ofRows, inputShape: [13], container, view }],
        [`images of ${name}`, { layers: ofImages, inputShape: [5, 7, 1], container, view, weighted: true }],
      ];
    }),
  );
}

function wholes(): NamedRecipe[] {
  const lenet = [
    conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
    maxPooling2d(),
    conv2d({ filters: 12, kernelSize: 3, padding: "same", useBias: false }),
    batchNormalization(),
    activation("relu"),
    maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    flatten(),
    dropout(0.3),
    dense({ units: 32, activation: "relu" }),
    toClasses,
  ];
  const digits = [
    conv2d({ filters: 4, kernelSize: 5, strides: 2, padding: "same", activation: "relu" }),
    averagePooling2d(),
    conv2d({ filters: 12, kernelSize: 3, activation: "elu" }),
    globalAveragePooling2d(),
    toClasses,
  ];
  return [
    [
      "a small network of the kind of LeNet",
      {
        layers: lenet,
        inputShape: [12, 12, 1],
        outputs: 10,
        batchSize: 32,
        rows: 70,
        steps: 12,
        container: "scaled bytes",
        optimizer: adam(),
        weighted: true,
      },
    ],
    [
      "images of the size of MNIST's",
      {
        layers: digits,
        inputShape: [28, 28, 1],
        outputs: 10,
        batchSize: 32,
        rows: 40,
        container: "scaled bytes",
        view: true,
        steps: 6,
        optimizer: adam(),
      },
    ],
  ];
}
