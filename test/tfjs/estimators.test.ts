import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { InvalidParameterError } from "../../src/core/errors.js";
import { KerasStyleClassifier } from "../../src/neural/keras-style-classifier.js";
import { conv2d, dense, dropout, flatten } from "../../src/neural/layers.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";

const rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 9 }, (_, j) => ((i * 7 + j * 3) % 11) / 11 + (j % 3 === i % 3 ? 1 : 0)),
);
const y = rows.map((_, i) => ["a", "b", "c"][i % 3]!);

/** A network that is not of our layers. */
const brought = () =>
  tfjsBackend(tf, {
    model: (inputShape, outputs, seed) => {
      const kernelInitializer = tf.initializers.glorotUniform({ seed });
      return tf.sequential({
        layers: [
          tf.layers.reshape({ targetShape: [9, 1], inputShape: [...inputShape] }),
          tf.layers.conv1d({ filters: 4, kernelSize: 3, activation: "relu", kernelInitializer }),
          tf.layers.flatten(),
          tf.layers.dense({ units: outputs, activation: "softmax", kernelInitializer }),
        ],
      });
    },
  });

describe("An estimator on tfjs", () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend("cpu");
  });

  it("learns what it learns on our kernels, and its file runs on them", async () => {
    const layers = [
      conv2d({ filters: 3, kernelSize: 2, activation: "relu" }),
      flatten(),
      dropout(0.2),
      dense({ activation: "softmax" }),
    ];
    const params = { layers, inputShape: [3, 3, 1], epochs: 3, randomState: 3 };
    const before = tf.memory().numTensors;
    const onTfjs = await new KerasStyleClassifier({ ...params, backend: tfjsBackend(tf) }).fit(rows, y);
    const ours = await new KerasStyleClassifier(params).fit(rows, y);
    for (const [i, array] of onTfjs.getWeights().entries()) {
      for (const [j, value] of array.entries()) expect(value).toBeCloseTo(ours.getWeights()[i]![j]!, 4);
    }
    const loaded = await fromBytes(await toBytes(onTfjs), KerasStyleClassifier);
    expect(loaded.params.backend).toBeNull();
    const [a, b] = [await onTfjs.predictProba(rows), await loaded.predictProba(rows)];
    for (const [i, value] of a.data.entries()) expect(b.data[i]).toBeCloseTo(value, 5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("trains a network that its backend brings, the same again from the same seed", async () => {
    const make = () => new KerasStyleClassifier({ epochs: 20, learningRate: 0.02, randomState: 5, backend: brought() });
    const before = tf.memory().numTensors;
    const [one, other] = [await make().fit(rows, y), await make().fit(rows, y)];
    expect(await one.score(rows, y)).toBeGreaterThan(0.9);
    expect(await toBytes(other)).toEqual(await toBytes(one));
    expect(one.getWeights().map(({ length }) => length)).toEqual([12, 4, 84, 3]);
    expect(one.summary()).toContain("103 weights are learnt");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says that only the backend that brought a network can run it", async () => {
    const fitted = await new KerasStyleClassifier({ epochs: 1, randomState: 5, backend: brought() }).fit(rows, y);
    const loaded = await fromBytes(await toBytes(fitted), KerasStyleClassifier);
    await expect(loaded.predict(rows)).rejects.toThrow(/brought by the backend/);
    expect(await toBytes(loaded)).toEqual(await toBytes(fitted));
  });

  it("refuses layers beside a backend that brings the network", async () => {
    const made = new KerasStyleClassifier({ layers: [dense({ activation: "softmax" })], backend: brought() });
    await expect(made.fit(rows, y)).rejects.toThrow(InvalidParameterError);
    await expect(made.fit(rows, y)).rejects.toThrow(
      "layers of KerasStyleClassifier must be null where the backend brings",
    );
  });
});
