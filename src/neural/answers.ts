import { InvalidDataError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import type { NeuralBackend } from "./backend.js";
import { type NeuralModel, networkOfModel } from "./neural-model.js";
import { wasmBackend } from "./wasm-backend.js";

/**
 * What a fitted network answers, f32[rows][outputs].
 * @throws InvalidDataError with the row whose numbers f32 cannot hold
 */
export async function answersOf(
  model: NeuralModel,
  backend: NeuralBackend | null,
  X: Matrix,
  owner: string,
  ctx: RunContext,
): Promise<Float32Array> {
  const network = networkOfModel(model, owner);
  const outputs = await (backend ?? wasmBackend).predict(network, model.weights, X, ctx);
  const at = outputs.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return outputs;
  const row = Math.floor(at / network.outputs);
  throw new InvalidDataError(
    `row ${row} of X is too large for ${owner}, which works in f32; scale the features to about 1`,
    row,
  );
}
