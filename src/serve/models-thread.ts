// The thread that holds the models: whatever computes does so here, so that the event loop of the service never does.
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { InvalidDataError, InvalidModelError, TrellisError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { outputOf } from "../core/predict-all.js";
import { Workspace } from "../core/workspace.js";
import { inlinePool } from "../parallel/inline-pool.js";
import { fromBytes } from "../persistence/from-bytes.js";
import { parseBody } from "./parse-body.js";
import { RequestError } from "./request-error.js";
import type { Call, Failure, Loaded, Predicted, Reply, ThreadCalls } from "./thread-messages.js";

const WARM_UPS = 3;

const pool = inlinePool();

/** A model, and what is made of it once for all predictions. */
interface Kept {
  readonly model: AnyEstimator;
  readonly workspace: Workspace;
}

const models = new Map<number, Kept>();

async function predict(
  { model, workspace: ofModels }: Kept,
  X: Matrix,
  wantsProbabilities: boolean,
): Promise<Omit<Predicted, "seconds">> {
  const workspace = new Workspace(ofModels);
  try {
    const options = { pool, workspace };
    const labels = (await outputOf(model, X, "predict", options)) as readonly Label[] | Float64Array;
    const hasThem = wantsProbabilities && model.methods.includes("predictProba");
    const table = hasThem ? ((await outputOf(model, X, "predictProba", options)) as Matrix) : null;
    return { labels, probabilities: table?.data ?? null };
  } finally {
    workspace.close();
  }
}

/** Predicts for rows of zeros; a model that cannot do that is no model to serve, and leaves nothing behind. */
async function warmUp(kept: Kept): Promise<void> {
  const cols = kept.model.nFeaturesIn;
  const X = new Matrix(new Float64Array(cols), 1, cols);
  try {
    for (let i = 0; i < WARM_UPS; i++) await predict(kept, X, true);
  } catch (error) {
    // Zeros may be no data of its kind: a category that it does not know.
    if (error instanceof InvalidDataError) return;
    kept.workspace.close();
    throw error;
  }
}

const calls: ThreadCalls = {
  async load({ key, bytes }): Promise<Loaded> {
    const model = await fromBytes(bytes);
    const className = model.definition.name;
    if (!model.isFitted) throw new InvalidModelError(`this ${className} is not fitted; a model that is served must be`);
    if (!model.methods.includes("predict")) {
      throw new InvalidModelError(`${className} has no predict; it has ${model.methods.join(", ")}`);
    }
    const kept = { model, workspace: new Workspace() };
    await warmUp(kept);
    models.set(key, kept);
    return {
      sha256: createHash("sha256").update(bytes).digest("hex"),
      className,
      features: model.nFeaturesIn,
      classes: model.state.classes,
      hasProbabilities: model.methods.includes("predictProba"),
    };
  },
  async unload({ key }) {
    models.get(key)?.workspace.close();
    models.delete(key);
  },
  async predict({ key, data, rows, scale, probabilities }) {
    const start = performance.now();
    const X = new Matrix(data, rows, data.length / rows, { scale });
    const answer = await predict(models.get(key)!, X, probabilities);
    return { ...answer, seconds: (performance.now() - start) / 1000 };
  },
  async parse({ bytes, options }) {
    return parseBody(bytes, options);
  },
};

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), code: null, status: null, path: null, stack: null };
  return {
    message: error.message,
    code: error instanceof TrellisError ? error.code : null,
    status: error instanceof RequestError ? error.status : null,
    path: error instanceof RequestError ? error.path : null,
    stack: error.stack ?? null,
  };
}

/** Big results travel without a copy. */
function buffersOf(result: unknown): ArrayBuffer[] {
  if (typeof result !== "object" || result === null) return [];
  return Object.values(result).flatMap((part) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength
      ? [part.buffer]
      : [],
  );
}

parentPort!.on("message", async ({ id, name, order }: Call) => {
  try {
    const result: unknown = await calls[name](order as never);
    parentPort!.postMessage({ id, result } satisfies Reply, buffersOf(result));
  } catch (error) {
    parentPort!.postMessage({ id, failure: failureOf(error) } satisfies Reply);
  }
});
