import { Router } from "express";
import { modelOf } from "./inference-protocol.js";
import type { ModelSource } from "./model-source.js";
import type { ServedModel, ServedModels } from "./served-models.js";

function entryOf(model: ServedModel): object {
  const { hasProbabilities: _, ...entry } = model;
  return { ...entry, url: `/models/${model.name}/versions/${model.version}` };
}

/** GET /models: what is served; GET /models/{name}/versions/{version}: the model file itself, for whoever predicts on its own. */
export function modelRoutes(models: ServedModels, source: ModelSource): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get("/models", (_req, res) => {
    res.json(models.list().map(entryOf));
  });
  router.get("/models/:model/versions/:version", async (req, res) => {
    const { name, version, sha256, bytes } = modelOf(models, req);
    const etag = `"${sha256}"`;
    res.set({ ETag: etag, "Cache-Control": "public, max-age=31536000, immutable" });
    if (req.headers["if-none-match"]?.includes(etag)) return void res.status(304).end();
    res.set({ "Content-Type": "application/octet-stream", "Content-Length": String(bytes) });
    if (req.method === "HEAD") return void res.end();
    res.end(await source.read(name, version));
  });
  return router;
}
