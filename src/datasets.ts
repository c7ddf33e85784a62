/**
 * Datasets: small ones that are part of the package, readers for the MNIST family, and generators. Every one gives
 * `{ X, y }`, ready for `fit`. Works in Node and in browsers; nothing is downloaded.
 *
 * @module trellis-learn/datasets
 */
export type { Dataset, ImageDataset } from "./datasets/dataset.js";
export { loadDigits } from "./datasets/digits.js";
export type { Generated } from "./datasets/generated.js";
export { type IdxArray, type IdxData, type ReadIdxOptions, readIdx } from "./datasets/idx.js";
export { loadIris } from "./datasets/iris.js";
export { type Blobs, type MakeBlobsOptions, makeBlobs } from "./datasets/make-blobs.js";
export { type MakeClassificationOptions, makeClassification } from "./datasets/make-classification.js";
export { type MakeMoonsOptions, makeMoons } from "./datasets/make-moons.js";
export { type LoadMnistOptions, loadMnist, type ReadFile } from "./datasets/mnist.js";
