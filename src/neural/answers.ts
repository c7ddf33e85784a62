import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { describe } from "../core/to-matrix.js";
import type { NeuralBackend } from "./backend.js";
import type { Network } from "./network.js";
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
  const runs = backend ?? wasmBackend;
  const outputs = await runs.predict(network, model.weights, X, ctx);
  requireAnswers(outputs, network, X, runs, owner);
  const at = outputs.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return outputs;
  const row = Math.floor(at / network.outputs);
  throw new InvalidDataError(
    `row ${row} of X is too large for ${owner}, which works in f32; scale the features to about 1`,
    row,
  );
}

/** @throws InvalidParameterError if a backend does not answer as many numbers as it was asked for */
export function requireAnswers(
  outputs: Float32Array,
  { outputs: width }: Network,
  { rows }: Matrix,
  backend: NeuralBackend,
  owner: string,
): void {
  if (outputs instanceof Float32Array && outputs.length === rows * width) return;
  const got = outputs instanceof Float32Array ? outputs.length : describe(outputs);
  throw new InvalidParameterError(
    `backend of ${owner} must answer ${rows * width} numbers in a Float32Array, ${width} for each of ${rows} rows; got ${got} from "${backend.name}"`,
    "backend",
  );
}
