// The side of TensorFlow.js on its WebAssembly backend. It trains no convolutions: their derivatives by the filters are missing there.
import { readFileSync } from "node:fs";
import { answerWith, median, timesOf } from "../harness/answer.mjs";
import { tfjsLayers, tfjsOnWasm } from "../harness/tfjs.mjs";
import { versionsOf } from "./side.mjs";

const tf = await tfjsOnWasm();
const { layers, sequential } = tfjsLayers();

function fcnn() {
  const relu = (units, more) => layers.dense({ units, activation: "relu", ...more });
  const model = sequential({
    layers: [
      relu(128, { inputShape: [784] }),
      layers.dropout({ rate: 0.1 }),
      relu(128),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model;
}

/** Fits on tensors, which are made from arrays inside the clock. */
async function fitted({ X, y, rows, cols }, { batchSize, epochs }) {
  const model = fcnn();
  const [features, labels] = [tf.tensor2d(X, [rows, cols]), tf.tensor1d(y)];
  await model.fit(features, labels, { batchSize, epochs, verbose: 0, yieldEvery: "never" });
  tf.dispose([features, labels]);
  return model;
}

const tables = new Map();
let model;

await answerWith({
  hello: () => ({ versions: versionsOf(["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"]) }),
  load({ name, X, y, rows, cols, divisor = 1 }) {
    const pixels = Float32Array.from(readFileSync(X), (byte) => byte / divisor);
    tables.set(name, { X: pixels, y: Float32Array.from(readFileSync(y)), rows, cols });
    return {};
  },
  async fit({ data, params, repeat = 1, per = 1 }) {
    const seconds = await timesOf(repeat, async () => {
      model?.dispose();
      model = await fitted(tables.get(data), params);
    });
    return { seconds: median(seconds) / per };
  },
  accuracy({ data }) {
    const { X, y, rows, cols } = tables.get(data);
    const predicted = tf.tidy(() => Array.from(tf.argMax(model.predict(tf.tensor2d(X, [rows, cols])), 1).dataSync()));
    return { accuracy: predicted.filter((label, i) => label === y[i]).length / rows };
  },
});
