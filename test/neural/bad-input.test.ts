import { describe, expect, it } from "vitest";
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  DivergenceError,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  InvalidDataError,
  InvalidParameterError,
  KerasStyleClassifier,
  type KerasStyleClassifierParams,
  KerasStyleRegressor,
  type Layer,
  maxPooling2d,
  reshape,
  sgd,
} from "../../src/index.js";
import type { NeuralBackend, Training } from "../../src/neural/backend.js";
import { wasmBackend } from "../../src/neural/wasm-backend.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { counting, X, y, z } from "./toys.js";

const end = dense({ activation: "softmax" });
const net = (params: Partial<KerasStyleClassifierParams> = {}) =>
  new KerasStyleClassifier({ epochs: 2, randomState: 1, ...params });
const fitted = (layers: readonly Layer[], inputShape: readonly number[] | null = null) =>
  net({ layers, inputShape }).fit(X, y);

describe("Layers that cannot be used are refused by place and setting:", () => {
  it.each<[string, readonly unknown[], string]>([
    [
      "units 0",
      [dense({ units: 0 }), end],
      "units of layers[0] (dense) of KerasStyleClassifier must be an integer >= 1; got 0",
    ],
    [
      "units 1.5",
      [dense({ units: 1.5 }), end],
      "units of layers[0] (dense) of KerasStyleClassifier must be an integer >= 1; got 1.5",
    ],
    ["units in a string", [dense({ units: "10" as never }), end], 'an integer >= 1; got "10"'],
    [
      "too many units",
      [dense({ units: 2 ** 30 }), end],
      "layers[0] (dense) of KerasStyleClassifier would need [1073741824] numbers at once",
    ],
    ["an activation misspelt", [dense({ activation: "rleu" as never }), end], '(did you mean "relu"?); got "rleu"'],
    [
      "an initializer misspelt",
      [dense({ kernelInitializer: "heUnifrom" as never }), end],
      '(did you mean "heUniform"?); got "heUnifrom"',
    ],
    ["a type misspelt", [{ type: "danse" }, end], '(did you mean dense?); got the type "danse"'],
    ["a type of Object's", [{ type: "constructor" }, end], 'got the type "constructor"'],
    ["null", [null, end], "layers[0] of KerasStyleClassifier must be one of dense, conv2d"],
    [
      "dropping all",
      [dropout(1), end],
      "rate of layers[0] (dropout) of KerasStyleClassifier must be a number >= 0 and < 1; got 1",
    ],
    ["a negative momentum", [batchNormalization({ momentum: -1 }), end], "momentum of layers[0] (batchNormalization)"],
    [
      "an activation layer misspelt",
      [end, activation("sofmax" as never)],
      "activation of layers[1] (activation) of KerasStyleClassifier must be one of",
    ],
    [
      "rows for a convolution",
      [conv2d({ filters: 1, kernelSize: 2 }), end],
      "layers[0] (conv2d) of KerasStyleClassifier needs images, [height, width, channels], but gets [3]; set inputShape, or put reshape(...) before it",
    ],
    ["rows for a pooling", [maxPooling2d(), end], "layers[0] (maxPooling2d) of KerasStyleClassifier needs images"],
    [
      "rows for a global pooling",
      [globalAveragePooling2d(), end],
      "layers[0] (globalAveragePooling2d) of KerasStyleClassifier needs images",
    ],
    [
      "a reshape that does not fit",
      [reshape([2, 2, 1]), end],
      "layers[0] (reshape) of KerasStyleClassifier needs as many values as its targetShape [2, 2, 1] holds, but gets [3]",
    ],
    ["a reshape with two holes", [reshape([-1, -1, 1]), end], "targetShape of layers[0] (reshape)"],
  ])("%s", async (_, layers, sentence) => {
    await expect((async () => fitted(layers as readonly Layer[]))()).rejects.toThrow(sentence);
  });

  it("of images", async () => {
    const images = (layers: readonly Layer[]) => fitted([...layers, flatten(), end], [1, 3, 1]);
    await expect(images([conv2d({ filters: 1, kernelSize: 2 })])).rejects.toThrow(
      'layers[0] (conv2d) of KerasStyleClassifier needs images of at least its kernelSize, 2 x 2, but gets [1, 3, 1]; make that smaller, or set padding: "same"',
    );
    await expect(images([averagePooling2d({ poolSize: 0 })])).rejects.toThrow(
      "poolSize of layers[0] (averagePooling2d) of KerasStyleClassifier must be an integer >= 1 or two of them",
    );
    await expect(images([conv2d({ filters: 1 } as never)])).rejects.toThrow("kernelSize of layers[0] (conv2d)");
    await expect(fitted([end], [1, 3, 1])).rejects.toThrow(
      "layers[0] (dense) of KerasStyleClassifier needs one row of numbers, [features], but gets [1, 3, 1]; put flatten() before it",
    );
    await expect(fitted([end], [2, 2, 1])).rejects.toThrow(
      "inputShape of KerasStyleClassifier must hold as many values as X has features; got [2, 2, 1], 4 values, for 3 features",
    );
  });

  it("where they are made", () => {
    expect(() => dense({ unit: 3 } as never)).toThrow("dense has no parameter 'unit'; did you mean units?");
    expect(() => dense(10 as never)).toThrow("dense takes a record of units");
    expect(() => reshape(undefined as never)).toThrow("reshape takes a record of targetShape; got undefined");
    expect(() => conv2d(null as never)).toThrow("conv2d takes a record of filters, kernelSize");
    expect(() => maxPooling2d({ pool: 2 } as never)).toThrow("maxPooling2d has no parameter 'pool'");
  });

  it("where they end in what y does not need", async () => {
    await expect(fitted([dense({ units: 3, activation: "softmax" })])).rejects.toThrow(
      "gives 3 numbers a row, and y needs 2",
    );
    await expect(fitted([dense()])).rejects.toThrow(
      'must be "softmax" for the loss "categoricalCrossentropy"; got "linear"',
    );
    const wide = new KerasStyleRegressor({ layers: [dense({ units: 2 })] });
    await expect(wide.fit(X, z)).rejects.toThrow("gives 2 numbers a row, and y needs 1");
    const three = y.map((label, i) => (i % 5 === 0 ? "maybe" : label));
    await expect(net({ loss: "binaryCrossentropy" }).fit(X, three)).rejects.toThrow(
      'loss of KerasStyleClassifier must be "categoricalCrossentropy" for 3 classes; got "binaryCrossentropy"',
    );
  });
});

describe("Parameters that do not go together are refused:", () => {
  it.each<[string, object, string]>([
    [
      "layers beside a model",
      { layers: [end], model: () => [end] },
      "layers of KerasStyleClassifier must be null where model makes the layers",
    ],
    ["a setting without a model", { model__units: 3 }, "model__units of KerasStyleClassifier needs a model function"],
    ["an unknown optimizer", { optimizer: "adagrad" }, 'must be one of "sgd", "adam", "adamw", "rmsprop"'],
    [
      "an optimizer's wrong setting",
      { optimizer: sgd({ momentum: 1 }) },
      "momentum of sgd must be a number >= 0 and < 1; got 1",
    ],
    ["an optimizer's unknown setting", { optimizer: sgd({ momentun: 1 } as never) }, "sgd has no setting 'momentun'"],
    [
      "a monitor of nothing",
      { earlyStopping: { monitor: "valLoss" } },
      'must be one of loss, accuracy; got "valLoss"; set validationSplit, or give fit an evalSet',
    ],
    ["a monitor of Object's", { earlyStopping: { monitor: "constructor" } }, "must be one of loss, accuracy"],
    ["what is no backend", { backend: { name: "mine" } }, "backend of KerasStyleClassifier must be null or a backend"],
    [
      "rates of NaN",
      { learningRateSchedule: () => Number.NaN },
      "learningRateSchedule of KerasStyleClassifier must give a finite number >= 0; got NaN for epoch 1",
    ],
    [
      "rates that grow beyond all numbers",
      { epochs: 3, learningRate: 1e-307, learningRateSchedule: { type: "exponentialDecay", factor: 1e300 } },
      "got Infinity for epoch 3",
    ],
    [
      "too small a validationSplit",
      { validationSplit: 0.01 },
      "validationSplit of KerasStyleClassifier must hold out and leave a row of each of the 2 classes; got 0.01, which holds out 1 of 48 rows",
    ],
  ])("%s", async (_, params, sentence) => {
    const refused = expect(net({ layers: null, learningRate: 1e-30, ...params }).fit(X, y)).rejects;
    await refused.toThrow(sentence);
    await expect(net({ learningRate: 1e-30, ...params }).fit(X, y)).rejects.toThrow(InvalidParameterError);
  });

  it("data that validationSplit cannot divide", async () => {
    const model = net({ validationSplit: 0.25 });
    await expect(
      model.fit(
        X,
        y.map((_, i) => (i === 3 ? "rare" : "often")),
      ),
    ).rejects.toThrow(
      'validationSplit of KerasStyleClassifier needs at least 2 rows of every class; class "rare" has 1',
    );
    const sampleWeight = X.map((_, i) => Number(i === 0));
    await expect(model.fit(X, y, { sampleWeight })).rejects.toThrow(/must not be 0 for all (12|36) rows/);
    await expect(model.fit(X, y, { evalSet: [X, y] })).rejects.toThrow("give it another name");
    await expect(net().fit(X, y, { evalSet: { val: [X, y], validation: [X, y] } })).rejects.toThrow("another name");
  });

  it("one class", async () => {
    await expect(
      net().fit(
        X,
        y.map(() => "a"),
      ),
    ).rejects.toThrow("needs at least 2 classes");
  });
});

describe("A training that diverges", () => {
  it("says in which epoch and batch", async () => {
    const rows = X.map((row, i) => (i === 25 ? [1e300, 0, 0] : row));
    const error = await net({ shuffle: false, batchSize: 10, layers: [end] })
      .fit(rows, y)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DivergenceError);
    expect(error).toMatchObject({
      epoch: 0,
      batch: 2,
      message: expect.stringContaining("in epoch 1, batch 3; lower the"),
    });
  });

  it("by its very last step is told too, before weights of NaN are a state", async () => {
    const backend = counting();
    const model = new KerasStyleRegressor({
      ...{ backend, layers: [dense()], epochs: 1, batchSize: 100, randomState: 1 },
      optimizer: sgd({ learningRate: 3e38 }),
    });
    await expect(
      model.fit(
        X.map((row) => row.map((value) => 100 * value)),
        z,
      ),
    ).rejects.toThrow("the weights of KerasStyleRegressor became NaN or infinite in epoch 1, batch 1");
    expect(model.isFitted).toBe(false);
    expect(backend.rates.length).toBe(1);
  });

  it("on rows that are only watched names them", async () => {
    await expect(
      net().fit(X, y, {
        evalSet: {
          far: [
            [
              [3e38, 3e38, -3e38],
              [1e300, 0, 0],
            ],
            ["no", "yes"],
          ],
        },
      }),
    ).rejects.toThrow("the farLoss of KerasStyleClassifier became NaN or infinite");
  });

  it("on new rows beyond f32 names the row", async () => {
    const model = await net().fit(X, y);
    const error = await model.predict([X[0]!, [1e300, 0, 0]]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error).toMatchObject({ row: 1, message: expect.stringContaining("row 1 of X is too large") });
  });
});

describe("A backend that fails leaves the old state and gives everything back:", () => {
  const changed = (change: Partial<Training>): NeuralBackend => ({
    ...wasmBackend,
    train: async (setup, ctx) => {
      const training = await wasmBackend.train(setup, ctx);
      return {
        epoch: (epoch) => training.epoch(epoch),
        weights: () => training.weights(),
        end: () => training.end(),
        ...change,
      };
    },
  });
  const error = new Error("the backend's own");
  const fails = async (): Promise<never> => {
    throw error;
  };

  it.each<[string, NeuralBackend, string]>([
    ["train", { ...wasmBackend, train: fails }, error.message],
    ["an epoch", changed({ epoch: fails }), error.message],
    ["weights", changed({ weights: fails }), error.message],
    ["too few arrays", changed({ weights: async () => [] }), "there are 0 arrays of weights instead of 4"],
    ["no arrays", changed({ weights: async () => undefined as never }), "the weights are undefined instead of a list"],
    [
      "a short array",
      changed({ weights: async () => Array.from({ length: 4 }, () => new Float32Array(1)) }),
      "dense_1/kernel has 1 values instead of 300, [3, 100]",
    ],
    [
      "a loss of NaN",
      changed({ epoch: async () => ({ loss: Number.NaN, right: 0, failedBatch: null }) }),
      "the loss of KerasStyleClassifier became NaN or infinite in epoch 1, batch 2",
    ],
    [
      "answers of another length",
      { ...wasmBackend, predict: async () => new Float32Array(5) },
      'must answer 96 numbers in a Float32Array, 2 for each of 48 rows; got 5 from "wasm"',
    ],
    ["no answers", { ...wasmBackend, predict: async () => undefined as never }, "got undefined"],
    [
      "answers of NaN",
      { ...wasmBackend, predict: async () => new Float32Array(96).fill(Number.NaN) },
      "the valLoss of KerasStyleClassifier became NaN",
    ],
  ])("%s", async (_, backend, sentence) => {
    const pool = inlinePool();
    const model = net();
    await model.fit(X, y, { pool });
    const before = model.state;
    const used = pool.memory.used;
    const broken = net({ backend });
    await expect(broken.fit(X, y, { pool, evalSet: [X, y] })).rejects.toThrow(sentence);
    expect(broken.isFitted).toBe(false);
    expect(pool.memory.used).toBe(used);
    expect(model.state).toBe(before);
    await pool.close();
  });

  it("its wrong answers are refused in predict", async () => {
    const model = await net({ backend: { ...wasmBackend, predict: async () => new Float32Array(5) } }).fit(X, y);
    await expect(model.predict(X)).rejects.toThrow("must answer 96 numbers");
  });
});

it("A fit that is aborted in the middle leaves the old state, and gives its memory back", async () => {
  const pool = inlinePool();
  const model = await net({ epochs: 6 }).fit(X, y, { pool });
  const [before, used] = [model.state, pool.memory.used];
  const abort = new AbortController();
  let steps = 0;
  const onProgress = () => {
    if (++steps === 3) abort.abort(new Error("enough"));
  };
  await expect(model.fit(X, y, { pool, signal: abort.signal, onProgress })).rejects.toThrow("enough");
  expect(model.state).toBe(before);
  expect(pool.memory.used).toBe(used);
  await pool.close();
});

it("A backend that does not listen to the signal is stopped after its epoch", async () => {
  const abort = new AbortController();
  const backend = counting();
  const deaf: NeuralBackend = {
    ...backend,
    train: async (setup, ctx) => {
      const training = await backend.train(setup, { ...ctx, signal: new AbortController().signal });
      const epoch: Training["epoch"] = (rows) => {
        abort.abort(new Error("enough"));
        return training.epoch(rows);
      };
      return { ...training, epoch };
    },
  };
  await expect(net({ backend: deaf, epochs: 50 }).fit(X, y, { signal: abort.signal })).rejects.toThrow("enough");
  expect(backend.rates.length).toBe(1);
});
