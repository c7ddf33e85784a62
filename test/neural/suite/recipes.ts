import {
  ACTIVATIONS,
  activation,
  averagePooling2d,
  batchNormalization,
  type Conv2dOptions,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  type Layer,
  maxPooling2d,
  type PoolingOptions,
  reshape,
} from "../../../src/neural/layers.js";
import type { Loss } from "../../../src/neural/losses.js";
import type { Shape } from "../../../src/neural/network.js";
import { adam, adamw, type Optimizer, rmsprop, sgd } from "../../../src/neural/optimizers.js";
import type { Container, Recipe } from "./problem.js";

const toClasses = dense({ activation: "softmax" });
const ADAM = adam({ learningRate: 0.005 });
const RMSPROP = rmsprop({ learningRate: 0.002, momentum: 0.5 });

/** By what they are about: trainings that every backend does as the reference does. */
export function recipes(): ReadonlyMap<string, Recipe> {
  return new Map([
    ...activations(),
    ...losses(),
    ...optimizers(),
    ...sizes(),
    ...convolutions(),
    ...poolings(),
    ...normalizations(),
    ...dropouts(),
    ...shapes(),
    ...containers(),
    ...wholes(),
  ]);
}

type Named = [name: string, recipe: Recipe];

function activations(): Named[] {
  return ACTIVATIONS.flatMap((name, i): Named[] => {
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

function losses(): Named[] {
  const numbers: readonly Loss[] = ["meanSquaredError", "meanAbsoluteError", "huber"];
  const hidden = dense({ units: 8, activation: "tanh" });
  const one: Recipe = { layers: [hidden, dense()], inputShape: [5], outputs: 1, weighted: true };
  const sigmoid = dense({ activation: "sigmoid" });
  const seven: Recipe = { layers: [], inputShape: [5], outputs: 7, weighted: true };
  const binary = { ...one, loss: "binaryCrossentropy" } as const;
  return [
    ...numbers.map((loss): Named => [`the loss ${loss}`, { ...one, loss }]),
    ...numbers.map(
      (loss): Named => [`${loss} without row weights`, { ...one, loss, weighted: false, optimizer: ADAM }],
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

function optimizers(): Named[] {
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

function sizes(): Named[] {
  const sizes = [1, 3, 5, 8, 12, 32];
  const dimensions = sizes.map((units, i): Named => {
    const layers = [dense({ units, activation: "tanh" }), dense({ units: sizes.at(-1 - i)! }), toClasses];
    return [
      `${units} units between ${37 - 7 * i} features and ${sizes.at(-1 - i)} units`,
      { layers, inputShape: [37 - 7 * i] },
    ];
  });
  const onImages = [conv2d({ filters: 5, kernelSize: 3, activation: "tanh" }), flatten(), toClasses];
  const batches = [1, 7, 32, 100].map((batchSize): Named => {
    const rows = batchSize === 1 ? 10 : batchSize === 32 ? 75 : 31;
    const layers = [dense({ units: 8, activation: "tanh" }), toClasses];
    return [`batches of ${batchSize} of ${rows} rows`, { layers, inputShape: [6], batchSize, rows, weighted: true }];
  });
  const imageBatches = [1, 32].map((batchSize): Named => {
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

/** The layer before them shows the gradients that convolutions hand on. */
function convolutions(): Named[] {
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

function poolings(): Named[] {
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
    each.map(([image, options], i): Named => {
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

function normalizations(): Named[] {
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

function dropouts(): Named[] {
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

function shapes(): Named[] {
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

function containers(): Named[] {
  const ofImages = [conv2d({ filters: 5, kernelSize: 3, activation: "tanh" }), flatten(), toClasses];
  const ofRows = [dense({ units: 8, activation: "tanh" }), toClasses];
  const kinds: readonly Container[] = ["f32", "f64", "bytes", "scaled bytes"];
  return kinds.flatMap((container) =>
    [false, true].flatMap((view): Named[] => {
      const name = `${view ? "a view of " : ""}${container}`;
      return [
        [`rows of ${name}`, { layers: ofRows, inputShape: [13], container, view }],
        [`images of ${name}`, { layers: ofImages, inputShape: [5, 7, 1], container, view, weighted: true }],
      ];
    }),
  );
}

function wholes(): Named[] {
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
