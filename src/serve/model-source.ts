import { createHash } from "node:crypto";
import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { ModelStore, StoredModel } from "../node/model-store.js";
import { toBytes } from "../persistence/to-bytes.js";
import { RequestError } from "./request-error.js";

/** Where a service has its models from: the part of a ModelStore that it reads. */
export type ModelSource = Pick<ModelStore, "names" | "versions" | "current" | "read">;

/** Names of models, in stores and in URLs. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * A store as it is; fitted estimators as a source of which each is version 1.
 *
 * @throws InvalidParameterError for a name that no model may have; whatever `toBytes` throws
 */
export async function modelSource(models: ModelStore | Readonly<Record<string, AnyEstimator>>): Promise<ModelSource> {
  if (isStore(models)) return models;
  const files = new Map<string, readonly [StoredModel, Uint8Array]>();
  for (const [name, estimator] of Object.entries(models)) {
    if (!MODEL_NAME.test(name)) {
      const got = JSON.stringify(name.slice(0, 64));
      throw new InvalidParameterError(`a name in models must match ${MODEL_NAME.source}; got ${got}`, "models");
    }
    const bytes = await toBytes(estimator);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const publishedAt = new Date().toISOString();
    files.set(name, [{ name, version: 1, sha256, bytes: bytes.length, publishedAt, facts: {} }, bytes]);
  }
  const find = (name: string) => files.get(name)?.[0] ?? null;
  return {
    names: async () => [...files.keys()],
    versions: async (name) => [find(name) ?? []].flat(),
    current: async (name) => find(name),
    read: async (name) => {
      const bytes = files.get(name)?.[1];
      if (bytes === undefined) throw new RequestError(404, "MODEL_NOT_FOUND", `there is no model ${name}`);
      return bytes.slice();
    },
  };
}

export function isStore(models: ModelStore | Readonly<Record<string, AnyEstimator>>): models is ModelStore {
  return typeof (models as ModelStore).names === "function" && typeof (models as ModelStore).read === "function";
}
