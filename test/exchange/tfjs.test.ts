import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { InvalidModelError } from "../../src/core/errors.js";
import type { RunContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import { fromTfjsLayersModel, toTfjsLayersModel, toTfjsLayersModelFiles } from "../../src/exchange/tfjs.js";
import type { TfjsModelArtifacts } from "../../src/exchange/tfjs-model.js";
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
  reshape,
} from "../../src/neural/layers.js";
import { networkOf, type Shape, sizeOf, weightsOf } from "../../src/neural/network.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";
import { referenceBackend } from "../neural/reference/backend.js";
import { expectArrayNear } from "../neural/suite/comparisons.js";
import { stream } from "../neural/suite/problem.js";

const ctx: RunContext = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };

/** Every type of layer, with settings of all kinds. */
const NETWORKS: Readonly<Record<string, readonly [inputShape: Shape, layers: readonly Layer[]]>> = {
  "dense layers": [
    [5],
    [
      dense({ units: 4, activation: "elu", kernelInitializer: "heNormal" }),
      dropout(0.5),
      batchNormalization({ momentum: 0.9, epsilon: 0.01 }),
      dense({ units: 6, activation: "selu", useBias: false, kernelInitializer: "zeros" }),
      activation("softplus"),
      dense({ activation: "softmax" }),
    ],
  ],
  images: [
    [11, 9, 2],
    [
      conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: "same", activation: "relu" }),
      batchNormalization(),
      maxPooling2d({ poolSize: [2, 3], strides: 1, padding: "same" }),
      conv2d({ filters: 3, kernelSize: 2, useBias: false, activation: "tanh" }),
      averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      flatten(),
      dense({ activation: "sigmoid" }),
    ],
  ],
  "a reshape and a global mean": [
    [12],
    [reshape([2, 3, 2]), conv2d({ filters: 3, kernelSize: 1 }), globalAveragePooling2d(), activation("softmax")],
  ],
};

function randomly(size: number, seed: number, from = -0.8): Float32Array {
  const next = stream(seed);
  return Float32Array.from({ length: size }, () => from + 1.6 * next());
}

function networkAndWeights([inputShape, layers]: readonly [Shape, readonly Layer[]]) {
  const network = networkOf(layers, inputShape, 3, "the test");
  // Variances are not negative.
  const weights = weightsOf(network).map(({ shape, name }, i) =>
    randomly(sizeOf(shape), i + 1, /Variance/.test(name) ? 0.1 : -0.8),
  );
  return { network, weights, X: new Matrix(randomly(7 * sizeOf(inputShape), 99), 7, sizeOf(inputShape)) };
}

/** What tfjs's own prediction says. */
function predicted(model: tf.LayersModel, X: Matrix, inputShape: Shape): Float32Array {
  return tf.tidy(() => {
    const x = tf.tensor(Float32Array.from(X.data), [X.rows, ...inputShape]);
    return (model.predict(x) as tf.Tensor).dataSync() as Float32Array;
  });
}

/** What tfjs would save. */
async function saved(model: tf.LayersModel): Promise<TfjsModelArtifacts> {
  let artifacts: unknown;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  return artifacts as TfjsModelArtifacts;
}

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe.each(Object.entries(NETWORKS))("A network of %s", (_, made) => {
  it("is loaded by tfjs, which predicts the same.", async () => {
    const { network, weights, X } = networkAndWeights(made);
    const before = tf.memory().numTensors;
    const artifacts = toTfjsLayersModel(network, weights);
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts as never));
    const expected = await referenceBackend.predict(network, weights, X, ctx);
    expectArrayNear(predicted(model, X, network.inputShape), expected, 1e-6, "tfjs");
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("comes back from tfjs, in memory and as files.", async () => {
    const { network, weights, X } = networkAndWeights(made);
    const model = await tf.loadLayersModel(tf.io.fromMemory(toTfjsLayersModel(network, weights) as never));
    const back = fromTfjsLayersModel(await saved(model));
    model.dispose();
    expect(back.weights).toEqual(weights);
    expect(back.inputShape).toEqual(network.inputShape);
    const answers = await referenceBackend.predict(back.network, back.weights, X, ctx);
    expectArrayNear(answers, await referenceBackend.predict(network, weights, X, ctx), 0, "predict");
    expect(fromTfjsLayersModel(toTfjsLayersModelFiles(network, weights)).weights).toEqual(weights);
  });
});

describe("A model that tfjs made", () => {
  const sequential = () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 3, kernelSize: 3, kernelRegularizer: "l1l2" }),
        tf.layers.reLU(),
        tf.layers.batchNormalization({ scale: false }),
        tf.layers.averagePooling2d({ poolSize: 2, strides: [1, 2] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4 }),
        tf.layers.softmax(),
      ],
    });
  const chain = () => {
    const input = tf.input({ shape: [6] });
    const hidden = tf.layers.dense({ units: 5, activation: "tanh" }).apply(input);
    const outputs = tf.layers.dense({ units: 2 }).apply(tf.layers.dropout({ rate: 0.3 }).apply(hidden));
    return tf.model({ inputs: input, outputs: outputs as tf.SymbolicTensor });
  };

  it.each([
    ["Sequential", sequential, [8, 8, 1]],
    ["a functional chain", chain, [6]],
  ] as const)("is read: %s.", async (_, make, inputShape) => {
    const model = make();
    const { network, weights } = fromTfjsLayersModel(await saved(model));
    const X = new Matrix(randomly(9 * sizeOf(inputShape), 3), 9, sizeOf(inputShape));
    const expected = predicted(model, X, inputShape);
    expectArrayNear(await referenceBackend.predict(network, weights, X, ctx), expected, 1e-6, "ours");
    expectArrayNear(await tfjsBackend(tf).predict(network, weights, X, ctx), expected, 1e-6, "ours on tfjs");
    model.dispose();
  });

  it.each([
    [
      "an LSTM",
      () => tf.layers.lstm({ units: 2, inputShape: [3, 2] }),
      /layers\[0\]\.config is a "LSTM"; supported are Dense/,
    ],
    [
      "a dilated convolution",
      () => tf.layers.conv2d({ filters: 1, kernelSize: 2, dilationRate: 2, inputShape: [5, 5, 1] }),
      /dilation_rate is \[2,2\]; supported is 1/,
    ],
    [
      "channels first",
      () => tf.layers.maxPooling2d({ dataFormat: "channelsFirst", inputShape: [2, 5, 5] }),
      /data_format is "channels_first"; supported is channels_last/,
    ],
    [
      "another activation",
      () => tf.layers.dense({ units: 1, activation: "hardSigmoid", inputShape: [2] }),
      /activation is "hard_sigmoid"; supported are linear/,
    ],
    [
      "normalization of another axis",
      () => tf.layers.batchNormalization({ axis: 1, inputShape: [3, 3, 2] }),
      /config\.axis is 1; the last axis is supported/,
    ],
  ])("is refused by the name of what we lack: %s.", async (_, layer, message) => {
    const model = tf.sequential({ layers: [layer()] });
    const artifacts = await saved(model);
    model.dispose();
    expect(() => fromTfjsLayersModel(artifacts)).toThrow(InvalidModelError);
    expect(() => fromTfjsLayersModel(artifacts)).toThrow(message);
  });

  it("that branches is refused.", async () => {
    const input = tf.input({ shape: [3] });
    const [a, b] = [tf.layers.dense({ units: 3 }), tf.layers.dense({ units: 3 })];
    const sum = tf.layers.add().apply([a.apply(input), b.apply(input)] as tf.SymbolicTensor[]);
    const model = tf.model({ inputs: input, outputs: sum as tf.SymbolicTensor });
    const artifacts = await saved(model);
    expect(() => fromTfjsLayersModel(artifacts)).toThrow(/branches or has several inputs|used twice/);
  });
});

describe("A model that Keras 3 made", () => {
  const policy = { module: "keras", class_name: "DTypePolicy", config: { name: "float32" }, registered_name: null };
  const tensor = (name: string) => ({
    args: [
      { class_name: "__keras_tensor__", config: { shape: [null, 2], dtype: "float32", keras_history: [name, 0, 0] } },
    ],
    kwargs: {},
  });
  const layer = (class_name: string, config: object, inbound_nodes?: object[]) => ({
    module: "keras.layers",
    class_name,
    config: { trainable: true, dtype: policy, ...config },
    registered_name: null,
    name: (config as { name: string }).name,
    ...(inbound_nodes && { inbound_nodes }),
  });
  const input = { batch_shape: [null, 2], name: "input_layer", sparse: false };
  const units = { name: "dense", units: 1, activation: "relu", use_bias: true };
  const weightsManifest = (prefix: string) => [
    {
      paths: ["group1-shard1of2.bin", "group1-shard2of2.bin"],
      weights: [
        { name: `${prefix}dense/kernel`, shape: [2, 1], dtype: "float32" },
        { name: `${prefix}dense/bias`, shape: [1], dtype: "float32" },
      ],
    },
  ];
  const shards = {
    "group1-shard1of2.bin": new Uint8Array(Float32Array.of(2, -3).buffer),
    "group1-shard2of2.bin": new Uint8Array(Float32Array.of(5).buffer),
  };

  it.each([
    ["Sequential", { name: "sequential", layers: [layer("InputLayer", input), layer("Dense", units)] }, "sequential/"],
    [
      "Functional",
      {
        name: "functional",
        layers: [layer("Dense", units, [tensor("input_layer")]), layer("InputLayer", input, [])],
        input_layers: [["input_layer", 0, 0]],
        output_layers: [["dense", 0, 0]],
      },
      "",
    ],
  ])("is read: %s, with batch_shape, policies, prefixes and shards.", (class_name, config, prefix) => {
    const modelTopology = { keras_version: "3.9.0", backend: "tensorflow", model_config: { class_name, config } };
    const text = JSON.stringify({ modelTopology, weightsManifest: weightsManifest(prefix) });
    const { inputShape, network, weights } = fromTfjsLayersModel({ "model.json": text, ...shards });
    expect([inputShape, network.layers.map(({ spec }) => spec.type)]).toEqual([[2], ["dense"]]);
    expect(weights.map((array) => [...array])).toEqual([[2, -3], [5]]);
  });

  it("whose layers go round in a circle is refused.", () => {
    const layers = [layer("InputLayer", input, []), layer("Dense", units, [tensor("dense")])];
    const modelTopology = { class_name: "Functional", config: { name: "functional", layers } };
    const text = JSON.stringify({ modelTopology, weightsManifest: weightsManifest("") });
    expect(() => fromTfjsLayersModel({ "model.json": text, ...shards })).toThrow(/no chain from one input/);
  });
});

describe("Files from anywhere", () => {
  const { network, weights } = networkAndWeights(NETWORKS.images!);
  const files = toTfjsLayersModelFiles(network, weights);
  type Tree = { [key: string]: unknown };

  /** All places of a tree, as the record and the key there. */
  function* places(value: unknown): Generator<readonly [Tree, string]> {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      yield [value as Tree, key];
      yield* places((value as Tree)[key]);
    }
  }

  it("are read, or refused as damaged, whatever one place holds.", () => {
    const strange = [undefined, null, -1, 0, 1.5, 1e300, "x", [], {}, [null], true, [[1e9, 1e9]], 2 ** 27];
    let refused = 0;
    const count = [...places(JSON.parse(files["model.json"]))].length;
    for (let at = 0; at < count; at++) {
      for (const value of strange) {
        const tree = JSON.parse(files["model.json"]) as Tree;
        const [record, key] = [...places(tree)][at]!;
        record[key] = value;
        try {
          fromTfjsLayersModel({ ...files, "model.json": JSON.stringify(tree) });
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidModelError);
          expect((error as Error).message.length).toBeLessThan(400);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(count);
  });

  it.each<[string, object, RegExp]>([
    ["no JSON", { ...files, "model.json": "{" }, /is no JSON, or is cut short/],
    ["too few bytes", { ...files, "weights.bin": new Uint8Array(8) }, /lists weights of \d+ bytes, and has 8/],
    ["no bytes", { "model.json": files["model.json"] }, /names the file "weights\.bin", which was not given/],
    [
      "NaN",
      { ...files, "weights.bin": files["weights.bin"].map(() => 255) },
      /holds NaN at 0; expected finite numbers/,
    ],
  ])("are refused: %s.", (_, source, message) => {
    expect(() => fromTfjsLayersModel(source as never)).toThrow(InvalidModelError);
    expect(() => fromTfjsLayersModel(source as never)).toThrow(message);
  });

  it("must be files or artifacts, and weights must fit.", () => {
    for (const source of [null, "model.json", {}, []]) {
      expect(() => fromTfjsLayersModel(source as never)).toThrow(/source of fromTfjsLayersModel must be/);
    }
    expect(() => toTfjsLayersModel(network, weights.slice(1))).toThrow(
      /weights of toTfjsLayersModel must be conv2d_1\/kernel/,
    );
  });
});
