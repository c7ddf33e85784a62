// The two nets of the benchmarks, in our layers; they are those of the peers (peers/torch_net.py, peers/keras_net.py).
import { conv2d, dense, dropout, flatten, KerasStyleClassifier, maxPooling2d } from "trellis-learn";

const hidden = (units) => dense({ units, activation: "relu" });
const probabilities = dense({ activation: "softmax" });

const fcnnLayers = [hidden(128), dropout(0.1), hidden(128), dropout(0.25), probabilities];
const convolution = (filters) => [
  conv2d({ filters, kernelSize: 3, activation: "relu" }),
  maxPooling2d(),
  dropout(0.25),
];
const cnnLayers = [...convolution(32), ...convolution(64), flatten(), hidden(64), dropout(0.5), probabilities];

/** @param {object} params batchSize, epochs, optimizer, randomState, backend */
export const fcnn = (params) => new KerasStyleClassifier({ layers: fcnnLayers, optimizer: "adam", ...params });

/** @param {object} params as of fcnn */
export const cnn = (params) =>
  new KerasStyleClassifier({ layers: cnnLayers, inputShape: [28, 28, 1], optimizer: "adam", ...params });
