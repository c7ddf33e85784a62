/**
 * Neural networks on TensorFlow.js: `tfjsBackend(tf)` for the neural estimators. tfjs is an optional peer that you import and hand
 * over. Works in Node and in browsers.
 *
 * @module
 */
export { tfjsBackend } from "./tfjs/tfjs-backend.js";
export { registerTrainingKernels } from "./tfjs/wasm/register-training-kernels.js";
