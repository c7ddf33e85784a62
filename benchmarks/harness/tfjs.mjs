// TensorFlow.js with its WebAssembly backend, from the peers' packages.
import { createRequire } from "node:module";
import { dirname } from "node:path";

const require = createRequire(new URL("../peers/package.json", import.meta.url));

/** @returns {Promise<object>} its core, on one thread */
export async function tfjsOnWasm() {
  const tf = require("@tensorflow/tfjs-core");
  require("@tensorflow/tfjs-layers"); // It registers the gradients of the core's operations.
  const wasm = require("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend of TensorFlow.js does not start");
  return tf;
}

/** @returns {object} its layers, which have models such as Keras's */
export const tfjsLayers = () => require("@tensorflow/tfjs-layers");
