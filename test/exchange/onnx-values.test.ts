import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { InvalidModelError, InvalidParameterError, NotFittedError } from "../../src/core/errors.js";
import { type AnyEstimator, Estimator } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { loadDigits, loadIris } from "../../src/datasets.js";
import { toOnnx } from "../../src/exchange.js";
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  DummyClassifier,
  dense,
  dropout,
  flatten,
  GradientBoostingClassifier,
  GradientBoostingRegressor,
  GridSearchCV,
  globalAveragePooling2d,
  KerasStyleClassifier,
  type Layer,
  LogisticRegression,
  MinMaxScaler,
  maxPooling2d,
  OneHotEncoder,
  OrdinalEncoder,
  Pipeline,
  RandomForestClassifier,
  reshape,
  StandardScaler,
  SVC,
  SVR,
  VotingClassifier,
} from "../../src/index.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { Table } from "../ensemble/toys.js";
import { single, stored } from "./onnx-problems.js";
import { inOnnx } from "./onnx-session.js";
import { fieldsOf, textOf } from "./protobuf-fields.js";

const options = { pool: inlinePool() };
const iris = loadIris();

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(b).reduce((worst, value, i) => Math.max(worst, Math.abs(a[i]! - value)), 0);

describe("Rows on a threshold", () => {
  const f32 = fc.float({ noNaN: true, noDefaultInfinity: true });

  it("go the same way in ONNX, whatever two neighbours in f32 the threshold lies between.", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(f32, { minLength: 2, maxLength: 100, comparator: (a, b) => a === b }),
        async (ends) => {
          const values = [...new Set(ends.flatMap((value) => [value, next(value)]))];
          const X = single(values, values.length, 1);
          const order = [...values].sort((a, b) => a - b);
          const y = values.map((value) => order.indexOf(value) % 2);
          const tree = await new DecisionTreeClassifier().fit(X, y, options);
          const [got] = await inOnnx(tree, X);
          expect(got!.label).toEqual(await tree.predict(X, options));
        },
      ),
      { numRuns: 10 },
    );
  });

  it("go left where they are equal to it, and right in boosting.", async () => {
    const X = single([1, 1, 3, 3], 4, 1);
    const around = single([2, 2 - 2 ** -23, 2 + 2 ** -22], 3, 1);
    const models = [
      new DecisionTreeRegressor(),
      new GradientBoostingRegressor({ nEstimators: 1, minChildWeight: 0, regLambda: 0 }),
    ];
    for (const model of models) {
      await model.fit(X, [0, 0, 5, 5], options);
      const [got] = await inOnnx(model, around);
      expect(Array.from(got!.prediction!)).toEqual(Array.from(await model.predict(around, options)));
    }
  });

  /** The next f32 above. */
  function next(value: number): number {
    const bits = new Int32Array(Float32Array.of(value).buffer);
    bits[0] = value === 0 ? 1 : bits[0]! + (value > 0 ? 1 : -1);
    const above = new Float32Array(bits.buffer)[0]!;
    return Number.isFinite(above) ? above : value;
  }
});

describe("Missing values", () => {
  const { X, rows, cols, number, classes, binary } = stored("missing") as ReturnType<typeof stored> & {
    readonly number: number[];
    readonly classes: number[];
    readonly binary: number[];
  };
  const table = single(
    X.map((value: number | null) => value ?? Number.NaN),
    rows,
    cols,
  );

  it("take the default way in boosting.", async () => {
    for (const y of [classes, binary]) {
      const classifier = await new GradientBoostingClassifier({ nEstimators: 5 }).fit(table, y, options);
      const [got] = await inOnnx(classifier, table);
      expect(got!.label).toEqual(await classifier.predict(table, options));
      expect(largestGap(got!.probabilities!, (await classifier.predictProba(table, options)).data)).toBeLessThan(1e-6);
    }
    const regressor = await new GradientBoostingRegressor({ nEstimators: 5 }).fit(table, number, options);
    const [got] = await inOnnx(regressor, table);
    expect(largestGap(got!.prediction!, await regressor.predict(table, options))).toBeLessThan(1e-5);
  });

  it("stay missing in scalers.", async () => {
    for (const scaler of [new StandardScaler(), new MinMaxScaler({ clip: true })]) {
      const expected = await scaler.fit(table, null, options).then(() => scaler.transform(table, options));
      const [got] = await inOnnx(scaler, table);
      expect(got!.transformed).toEqual(expected.data);
    }
  });
});

describe("Layers", () => {
  const { X, y } = loadDigits();
  const rows = Array.from({ length: 60 }, (_, row) => row);
  const images = single(X.take(rows).data, 60, 64);
  const NETWORKS: Readonly<Record<string, readonly Layer[]>> = {
    "convolutions and poolings, padded": [
      conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: "same", activation: "elu" }),
      batchNormalization({ epsilon: 0.01 }),
      maxPooling2d({ poolSize: [2, 3], strides: 1, padding: "same" }),
      conv2d({ filters: 3, kernelSize: 2, useBias: false, activation: "softmax" }),
      averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      flatten(),
      dense({ activation: "softmax" }),
    ],
    "poolings without padding and the means of channels": [
      conv2d({ filters: 5, kernelSize: 3, strides: [1, 2], activation: "tanh" }),
      maxPooling2d({ poolSize: [2, 1] }),
      averagePooling2d({ poolSize: [1, 2], strides: 1 }),
      dropout(0.3),
      activation("sigmoid"),
      globalAveragePooling2d(),
      dense({ activation: "softmax" }),
    ],
    "other shapes and the other activations": [
      conv2d({ filters: 2, kernelSize: 1, activation: "relu" }),
      reshape([4, 8, -1]),
      activation("softmax"),
      flatten(),
      batchNormalization(),
      dense({ units: 9, activation: "selu", useBias: false }),
      activation("softplus"),
      dense({ activation: "softmax" }),
    ],
  };
  for (const [what, layers] of Object.entries(NETWORKS)) {
    it(`of ${what} answer the same.`, async () => {
      const network = new KerasStyleClassifier({ layers, inputShape: [8, 8, 1], epochs: 1, randomState: 0 });
      await network.fit(images, y.slice(0, 60), options);
      const [got] = await inOnnx(network, images);
      expect(largestGap(got!.probabilities!, (await network.predictProba(images, options)).data)).toBeLessThan(1e-6);
    });
  }

  it("that end in one sigmoid give the probabilities of both classes.", async () => {
    const network = new KerasStyleClassifier({ layers: [dense({ activation: "sigmoid" })], epochs: 1, randomState: 0 });
    await network.fit(
      images,
      Array.from(y.slice(0, 60), (digit) => digit > 4),
      options,
    );
    const [got] = await inOnnx(network, images);
    expect(largestGap(got!.probabilities!, (await network.predictProba(images, options)).data)).toBeLessThan(1e-6);
    expect(got!.label).toEqual((await network.predict(images, options)).map(Number));
  });
});

it("A category that an encoder does not know makes its columns 0.", async () => {
  const encoder = await new OneHotEncoder().fit([[1, 5], [2, 5], [2, 7]], null, options); // biome-ignore format: a table
  const [got] = await inOnnx(encoder, single([2, 7, 3, 5], 2, 2));
  expect(Array.from(got!.transformed!)).toEqual([0, 1, 0, 1, 0, 0, 1, 0]);
});

it("Bytes with a scale go into ONNX scaled.", async () => {
  const { X, y } = loadDigits();
  const codes = Uint8Array.from(X.data.subarray(0, 100 * 64));
  const pixels = new Matrix(codes, 100, 64, { scale: 1 / 255 });
  const forest = new RandomForestClassifier({ nEstimators: 5, randomState: 0 });
  for (const classifier of [forest, new SVC({ probability: true, randomState: 0 })]) {
    await classifier.fit(pixels, y.slice(0, 100), options);
    const [got] = await inOnnx(classifier, pixels);
    expect(got!.label).toEqual(await classifier.predict(pixels, options));
    expect(largestGap(got!.probabilities!, (await classifier.predictProba(pixels, options)).data)).toBeLessThan(1e-6);
  }
});

it("The file says who wrote it, what it is and which classes it knows.", async () => {
  const tree = await new DecisionTreeClassifier().fit(iris.X, iris.y, options);
  const model = fieldsOf(await toOnnx(tree, { documentation: "Which iris is it?" }));
  expect(model.get(1)).toEqual([8n]);
  expect([2, 3, 6].map((field) => textOf(model.get(field)![0]))).toEqual([
    "trellis-learn",
    version,
    "Which iris is it?",
  ]);
  const pairs = (field: number) =>
    model.get(field)!.map((entry) => [...fieldsOf(entry as Uint8Array).values()].map(([value]) => value!));
  expect(pairs(8).map(([domain, opset]) => [textOf(domain), opset])).toEqual([
    ["", 15n],
    ["ai.onnx.ml", 3n],
  ]);
  expect(Object.fromEntries(pairs(14).map((pair) => pair.map(textOf)))).toEqual({
    producer: "trellis-learn",
    version,
    estimator: "DecisionTreeClassifier",
    classes: "[0,1,2]",
  });
});

describe("What cannot be written is refused by name:", () => {
  const { X, y } = iris;
  const learnt = (estimator: AnyEstimator, table: Parameters<AnyEstimator["fit"]>[0] = X, labels: unknown = y) =>
    estimator.fit(table, labels as never, options);
  const linear = (A: Matrix, B: Matrix) => A.toArrays().map((a) => B.toArrays().map((b) => a[0]! * b[0]!));
  const gram = linear(X.take([0, 60, 120]), X.take([0, 60, 120]));
  const ofTfjs = async () => {
    const network = new KerasStyleClassifier({ epochs: 1, randomState: 0 });
    const { model, ...state } = (await network.fit(X, y, options)).state;
    Estimator.restore(network, { ...state, model: { ...model, brought: { ...network.network, topology: "{}" } } });
    return network;
  };
  const table = Array.from({ length: 150 }, () => [1, 0, 0]);
  const REFUSED: Readonly<Record<string, () => Promise<AnyEstimator>>> = {
    "SVC cannot be written to ONNX: its kernel is a function": () => learnt(new SVC({ kernel: linear })),
    "SVC cannot be written to ONNX: its kernel is precomputed": () =>
      learnt(new SVC({ kernel: "precomputed" }), gram, [0, 1, 2]),
    "SVR cannot be written to ONNX: its kernel is a function": () => learnt(new SVR({ kernel: linear })),
    'DummyClassifier cannot be written to ONNX: its strategy "stratified" draws at random': () =>
      learnt(new DummyClassifier({ strategy: "stratified" })),
    "OneHotEncoder cannot be written to ONNX: column 0 has categories that are the same in f32": () =>
      learnt(new OneHotEncoder(), [[1], [1 + 1e-12]], null),
    "OrdinalEncoder cannot be written to ONNX: column 1 has categories that are the same in f32": () =>
      learnt(new OrdinalEncoder(), [[3, 1], [3, 1 + 1e-12]], null), // biome-ignore format: a table
    "LogisticRegression cannot be written to ONNX: the label 1e+30 is no safe integer": () =>
      learnt(new LogisticRegression({ tol: 1 }), [[0], [1]], [0, 1e30]),
    "GridSearchCV cannot be written to ONNX: it has refit: false": () =>
      learnt(new GridSearchCV({ estimator: new DummyClassifier(), paramGrid: {}, cv: 2, refit: false })),
    "KerasStyleClassifier cannot be written to ONNX: its network is made of layers of tfjs": ofTfjs,
    "Table cannot be written to ONNX: it is not a class of this library's": () => learnt(new Table({ table })),
    "SVC cannot be written to ONNX: its kernel is a function: in a vote": () =>
      learnt(new VotingClassifier({ estimators: [["svc", new SVC({ kernel: linear })]] })),
    'DummyClassifier cannot be written to ONNX: its strategy "uniform" draws at random: in a pipeline': () =>
      learnt(
        new Pipeline({
          steps: [
            ["s", new StandardScaler()],
            ["d", new DummyClassifier({ strategy: "uniform" })],
          ],
        }),
      ),
  };
  for (const [what, make] of Object.entries(REFUSED)) {
    it(`${what}.`, async () => {
      const error = await toOnnx(await make()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(InvalidModelError);
      expect((error as Error).message).toContain(what.replace(/: in a \w+$/, ""));
    });
  }

  it("an estimator that is not fitted, and what is none.", async () => {
    await expect(toOnnx(new SVC())).rejects.toThrow(NotFittedError);
    await expect(toOnnx({} as never)).rejects.toThrow(InvalidParameterError);
  });
});
