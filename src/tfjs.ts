/**
 * Neural networks on TensorFlow.js: `tfjsBackend(tf)` for the neural estimators, and the kernels that its wasm backend lacks for
 * training. tfjs is an optional peer that you import and hand over. Works in Node and in browsers.
 *
 * @module trellis-learn/tfjs
 */
export type { LayersModelFactory } from "./tfjs/layers-model.js";
export { type TfjsBackendOptions, tfjsBackend } from "./tfjs/tfjs-backend.js";
export { registerTrainingKernels } from "./tfjs/wasm/register-training-kernels.js";
