import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ACTIVATIONS,
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
  type Padding,
  type Pair,
  reshape,
} from "../../src/neural/layers.js";
import { isRight, type Loss, lossOf } from "../../src/neural/losses.js";
import { networkOf, type Shape, sizeOf, weightsOf } from "../../src/neural/network.js";
import { gradientsOf, type LabelledBatch, lossOfBatch, outputsOf } from "./reference/network.js";
import { firstWeights, stream } from "./suite/problem.js";

/** Step of the differences: their own error is about STEP^2, that of rounding about 1e-16 / STEP. */
const STEP = 1e-5;
/** Of the greatest gradient of an array. */
const RELATIVE_ERROR = 1e-6;
/** Differences are taken of so many values of an array, drawn at random where it has more. */
const MOST = 16;

interface Example {
  readonly layers: readonly Layer[];
  readonly inputShape: Shape;
  readonly outputs?: number;
  readonly loss?: Loss;
  readonly rows?: number;
  readonly seed?: number;
  readonly weighted?: boolean;
  /** Of the inputs and of the weights; the default has no two values alike. */
  readonly values?: (at: number, next: () => number) => number;
  readonly weights?: (name: string, next: () => number) => number;
}

/** Compares all gradients of a network with central differences of its loss. */
function check(example: Example): void {
  const { layers, inputShape, outputs = 3, loss = "categoricalCrossentropy", rows = 4, seed = 1 } = example;
  const next = stream(seed);
  const network = networkOf(layers, inputShape, outputs, "the test");
  const specs = weightsOf(network);
  const weights = firstWeights(network, next).map((array, at) => {
    const value = example.weights;
    return Float64Array.from(array, (drawn) => (value === undefined ? drawn : value(specs[at]!.name, next)));
  });
  const drawn = example.values ?? (() => next() * 2 - 1);
  const isClass = loss === "categoricalCrossentropy" || loss === "binaryCrossentropy";
  const classes = loss === "binaryCrossentropy" ? 2 : outputs;
  const batch: LabelledBatch = {
    rows,
    values: Float64Array.from({ length: rows * sizeOf(inputShape) }, (_, at) => drawn(at, next)),
    targets: Array.from({ length: rows }, (_, i) => (isClass ? i % classes : next() * 5 - 2.5)),
    rowWeights: Array.from({ length: rows }, () => (example.weighted ? next() * 3 : 1)),
  };
  const training = { dropoutKeys: layers.map(() => next() * 2 ** 32), rowsBefore: 5 };
  const found = gradientsOf(network, weights, loss, batch, training);
  expect(found.loss).toBe(lossOfBatch(network, weights, loss, batch, training));
  const arrays = [...weights, batch.values];
  const names = [...specs.map(({ name }) => name), "inputs"];
  for (const [at, gradient] of [...found.gradients, found.inputs].entries()) {
    expect(gradient === null).toBe(specs[at]?.trainable === false);
    if (gradient === null) continue;
    const array = arrays[at]!;
    const difference = (i: number) => {
      const value = array[i]!;
      array[i] = value + STEP;
      const above = lossOfBatch(network, weights, loss, batch, training);
      array[i] = value - STEP;
      const below = lossOfBatch(network, weights, loss, batch, training);
      array[i] = value;
      return (above - below) / (2 * STEP);
    };
    const scale = Math.max(1e-3, ...gradient.map(Math.abs));
    for (const i of indices(array.length, next)) {
      const expected = difference(i);
      const off = Math.abs(gradient[i]! - expected) / scale;
      const what = `${names[at]}[${i}] has the gradient ${gradient[i]}, and the difference is ${expected}`;
      expect(off, what).toBeLessThanOrEqual(RELATIVE_ERROR);
    }
  }
}

function indices(length: number, next: () => number): number[] {
  const all = Array.from({ length }, (_, i) => i);
  return length <= MOST ? all : Array.from({ length: MOST }, () => Math.floor(next() * length));
}

const toClasses = dense({ activation: "softmax" });
/** No sum of inputs and weights in eighths is nearer to 0 than 1/128, if its bias is an odd number of 128ths. */
const apartFromZero = {
  values: (_: number, next: () => number) => Math.round(next() * 16 - 8) / 8,
  weights: (name: string, next: () => number) =>
    name.endsWith("bias") ? (2 * Math.round(next() * 8 - 4) + 1) / 128 : Math.round(next() * 8 - 4) / 8,
};

const size = (max: number, min = 1) => fc.integer({ min, max });
const pair = (max: number): fc.Arbitrary<Pair> => fc.tuple(size(max), size(max));
const paddings = fc.constantFrom<Padding>("valid", "same");
const seeds = fc.nat(1e6);

/** Images and windows that fit into them. */
const windows = fc
  .record({ window: pair(5), strides: pair(3), padding: paddings, image: pair(7) })
  .map(({ window, strides, padding, image }) => {
    const least = padding === "same" ? [1, 1] : window;
    return { window, strides, padding, image: image.map((n, axis) => Math.max(n, least[axis]!)) };
  });

describe("Gradients of the reference are the central differences of its loss, to a relative error of 1e-6:", () => {
  it("of dense layers of any size", () => {
    const cases = fc.record({ rows: size(6), features: size(9), units: size(9), outputs: size(5, 2), seed: seeds });
    fc.assert(
      fc.property(cases, fc.boolean(), ({ features, units, ...others }, useBias) => {
        check({
          layers: [dense({ units, activation: "tanh", useBias }), toClasses],
          inputShape: [features],
          ...others,
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each(ACTIVATIONS)("of %s, inside and as a layer, apart from 0", (name) => {
    for (const seed of [1, 2, 3]) {
      check({ layers: [dense({ units: 6, activation: name }), toClasses], inputShape: [5], seed, ...apartFromZero });
      const layers = [conv2d({ filters: 3, kernelSize: 2 }), activation(name), flatten(), toClasses];
      check({ layers, inputShape: [3, 4, 2], seed, ...apartFromZero });
    }
  });

  it("of a softmax in the middle, over rows and over the channels of images", () => {
    const softmax = conv2d({ filters: 3, kernelSize: 2, activation: "softmax" });
    check({ layers: [dense({ units: 5, activation: "softmax" }), activation("softmax"), toClasses], inputShape: [4] });
    check({ layers: [softmax, conv2d({ filters: 2, kernelSize: 2 }), flatten(), toClasses], inputShape: [4, 4, 1] });
  });

  it.each(["meanSquaredError", "meanAbsoluteError", "huber"] as const)(
    "of the loss %s, with and without row weights",
    (loss) => {
      for (const end of ["linear", "sigmoid", "softplus"] as const) {
        const layers = [dense({ units: 5, activation: "tanh" }), dense({ activation: end })];
        for (const weighted of [false, true]) {
          check({ layers, inputShape: [4], outputs: 1, loss, rows: 9, weighted });
        }
      }
    },
  );

  it("of both crossentropies, however the network comes to its last activation", () => {
    const ends = [
      [toClasses],
      [dense(), activation("softmax")],
      [toClasses, reshape([1, 1, 4]), flatten()],
      [reshape([1, 1, -1]), conv2d({ filters: 4, kernelSize: 1, activation: "softmax" }), flatten()],
    ];
    for (const layers of ends) check({ layers, inputShape: [6], outputs: 4, rows: 5, weighted: true });
    for (const layers of [[dense({ activation: "sigmoid" })], [dense(), activation("sigmoid"), flatten()]]) {
      check({ layers, inputShape: [6], outputs: 1, loss: "binaryCrossentropy", rows: 5, weighted: true });
    }
  });

  it("of convolutions of any kernel, strides, padding and channels", () => {
    const cases = fc.record({
      channels: size(5),
      filters: size(5),
      activation: fc.constantFrom("tanh", "elu"),
      seed: seeds,
    });
    fc.assert(
      fc.property(windows, cases, ({ window, strides, padding, image }, { channels, filters, activation, seed }) => {
        const options = { filters, kernelSize: window, strides, padding } as const;
        const layers = [conv2d({ ...options, activation: activation as "tanh" | "elu" }), flatten(), toClasses];
        check({ layers, inputShape: [...image, channels], rows: 2, seed });
      }),
      { numRuns: 40 },
    );
  });

  it("of relu behind convolutions, apart from 0", () => {
    fc.assert(
      fc.property(windows, seeds, ({ window, strides, padding, image }, seed) => {
        const conv = conv2d({ filters: 3, kernelSize: window, strides, padding, activation: "relu" });
        check({ layers: [conv, flatten(), toClasses], inputShape: [...image, 2], rows: 2, seed, ...apartFromZero });
      }),
      { numRuns: 30 },
    );
  });

  it("of averages over any windows, and over whole images", () => {
    const before = conv2d({ filters: 3, kernelSize: 1, activation: "tanh" });
    check({ layers: [before, globalAveragePooling2d(), toClasses], inputShape: [5, 7, 2] });
    check({ layers: [before, globalAveragePooling2d(), toClasses], inputShape: [1, 1, 3], weighted: true });
    fc.assert(
      fc.property(windows, seeds, ({ window, strides, padding, image }, seed) => {
        const pooling = averagePooling2d({ poolSize: window, strides, padding });
        check({ layers: [before, pooling, flatten(), toClasses], inputShape: [...image, 2], rows: 2, seed });
      }),
      { numRuns: 30 },
    );
  });

  it("of the largest values of any windows, where no two are alike", () => {
    fc.assert(
      fc.property(windows, size(3), seeds, ({ window, strides, padding, image }, channels, seed) => {
        const pooling = maxPooling2d({ poolSize: window, strides, padding });
        const count = 2 * sizeOf(image) * channels;
        // A permutation: 7919 is a prime that divides no count of these.
        const values = (at: number) => (((at + seed) * 7919) % count) / count;
        check({ layers: [pooling, flatten(), toClasses], inputShape: [...image, channels], rows: 2, seed, values });
      }),
      { numRuns: 40 },
    );
  });

  it("of batchNormalization of rows and of images", () => {
    fc.assert(
      fc.property(pair(5), size(5), size(6, 3), seeds, ([height, width], channels, rows, seed) => {
        const normalization = batchNormalization({ epsilon: 0.1 });
        const conv = conv2d({ filters: 3, kernelSize: 1 });
        check({ layers: [normalization, activation("tanh"), toClasses], inputShape: [channels], rows, seed });
        const layers = [conv, normalization, activation("tanh"), flatten(), toClasses];
        check({ layers, inputShape: [height, width, channels], rows, seed });
      }),
      { numRuns: 30 },
    );
  });

  it("of dropped values, with masks that stay", () => {
    const layers = [conv2d({ filters: 5, kernelSize: 2, activation: "tanh" }), dropout(0.4), flatten(), dropout(0.2)];
    check({ layers: [...layers, toClasses], inputShape: [4, 4, 1] });
    check({ layers: [dropout(0.5), dense({ units: 6, activation: "tanh" }), dropout(0), toClasses], inputShape: [9] });
  });

  it("of convolutions before pooling and normalization, and of overlapping windows", () => {
    const conv = conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "tanh" });
    const overlapping = maxPooling2d({ poolSize: 3, strides: 2, padding: "same" });
    const last = [flatten(), toClasses];
    for (const seed of [1, 2, 3]) {
      check({ layers: [conv, overlapping, ...last], inputShape: [5, 7, 3], seed });
      check({ layers: [conv, batchNormalization(), overlapping, ...last], inputShape: [5, 7, 1], seed });
      check({
        layers: [conv, maxPooling2d(), conv, averagePooling2d(), ...last],
        inputShape: [7, 9, 1],
        seed,
        weighted: true,
      });
      check({
        layers: [reshape([4, 5, -1]), conv, batchNormalization(), activation("elu"), ...last],
        inputShape: [60],
        seed,
      });
    }
  });
});

describe("Losses of scores", () => {
  it("are those of the probabilities that a network answers, and tell the same classes", () => {
    const ends = [
      ["categoricalCrossentropy", [toClasses], 4],
      ["binaryCrossentropy", [dense({ activation: "sigmoid" })], 1],
      ["huber", [dense()], 1],
      ["meanSquaredError", [dense()], 1],
      ["meanAbsoluteError", [dense()], 1],
    ] as const;
    for (const [loss, layers, outputs] of ends) {
      const network = networkOf(layers, [3], outputs, "the test");
      const next = stream(3);
      const weights = firstWeights(network, next).map((array) => Float64Array.from(array, (value) => 3 * value));
      const rows = 50;
      const values = Float64Array.from({ length: rows * 3 }, () => next() * 4 - 2);
      const targets = Array.from({ length: rows }, (_, i) => i % Math.max(2, outputs));
      const batch = { rows, values, targets, rowWeights: targets.map(() => 1) };
      const { rowLosses } = gradientsOf(network, weights, loss, batch, { dropoutKeys: [0], rowsBefore: 0 });
      const answers = outputsOf(network, weights, batch);
      for (const [i, row] of rowLosses.entries()) {
        expect(row.loss).toBeCloseTo(lossOf(loss, answers, i * outputs, targets[i]!), 10);
        const isClass = loss.endsWith("Crossentropy");
        expect(row.right).toBe(isClass && isRight(loss, answers, i * outputs, outputs, targets[i]!));
      }
      expect(new Set(rowLosses.map((row) => row.right)).size).toBe(loss.endsWith("Crossentropy") ? 2 : 1);
    }
  });
});
