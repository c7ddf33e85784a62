// Our side of the neural benchmarks.
import { cnn, fcnn } from "../harness/nets.mjs";
import { tfjsOnWasm } from "../harness/tfjs.mjs";
import { answerAsTrellis } from "../harness/trellis.mjs";

let backend;
/** Our training on TensorFlow.js, which is loaded for the row that asks for it. */
async function tfjs() {
  const { tfjsBackend } = await import("trellis-learn/tfjs");
  backend ??= tfjsBackend(await tfjsOnWasm());
  return backend;
}

await answerAsTrellis({
  fcnn,
  cnn,
  cnnOnTfjs: async (params) => cnn({ ...params, backend: await tfjs() }),
});
