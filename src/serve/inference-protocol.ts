import { type Request, type RequestHandler, type Response, Router } from "express";
import { checkBody } from "./check-body.js";
import { closeSignal } from "./close-signal.js";
import { type InferRequest, inferRequest } from "./inference-schemas.js";
import { MODEL_NAME } from "./model-source.js";
import { RequestError } from "./request-error.js";
import type { ServedModel, ServedModels } from "./served-models.js";
import { inputsOf, outputsOf, rowsOf, tensorsOf } from "./tensors.js";

export interface ProtocolOptions {
  readonly models: ServedModels;
  readonly name: string;
  readonly version: string;
  readonly maxRows: number;
  readonly jsonBody: RequestHandler;
  readonly requireToken: RequestHandler;
}

const VERSION = /^[1-9][0-9]{0,9}$/;

/**
 * The Open Inference Protocol, version 2, without its health routes.
 *
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
export function inferenceProtocol(options: ProtocolOptions): Router {
  const { models, name, version, maxRows, jsonBody, requireToken } = options;
  const router = Router({ caseSensitive: true, strict: true });

  const infer = async (req: Request, res: Response) => {
    const model = modelOf(models, req);
    const { id, inputs, outputs } = checkBody<InferRequest>(inferRequest, req.body);
    const names = wanted(model, outputs);
    const prediction = await models.predict(model.name, rowsOf(inputs[0]!, model, maxRows), {
      version: model.version,
      probabilities: names.has("probability"),
      signal: closeSignal(res),
    });
    res.set("X-Model-Version", String(model.version)).json({
      model_name: model.name,
      model_version: String(model.version),
      ...(id === undefined ? {} : { id }),
      outputs: tensorsOf(prediction, names),
    });
  };
  const metadata = (req: Request, res: Response) => {
    const model = modelOf(models, req);
    res.json({
      name: model.name,
      versions: models.versions(model.name).map((each) => String(each.version)),
      platform: "trellis-learn",
      inputs: inputsOf(model),
      outputs: outputsOf(model),
    });
  };
  const ready = (req: Request, res: Response) => {
    res.json({ name: modelOf(models, req).name, ready: true });
  };

  router.get("/v2", (_req, res) => {
    res.json({ name, version, extensions: ["model_repository"] });
  });
  for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    router.get(path, metadata);
    router.get(`${path}/ready`, ready);
    router.post(`${path}/infer`, jsonBody, infer);
  }
  router.post("/v2/repository/index", (_req, res) => {
    const all = models.list().flatMap((current) => models.versions(current.name));
    res.json(all.map((each) => ({ name: each.name, version: String(each.version), state: "READY", reason: "" })));
  });
  router.post("/v2/repository/models/:model/load", requireToken, async (req, res) => {
    const loaded = await models.load(String(req.params.model));
    res.json({ name: loaded.name, version: String(loaded.version) });
  });
  return router;
}

/** @throws RequestError 404 MODEL_NOT_FOUND; 503 MODEL_NOT_READY */
export function modelOf(models: ServedModels, req: Request): ServedModel {
  const { model, version } = req.params as Readonly<Record<string, string | undefined>>;
  if (version === undefined && MODEL_NAME.test(model!)) return models.current(model!);
  const found = models.versions(model!).find((each) => VERSION.test(version ?? "") && each.version === Number(version));
  if (found !== undefined) return found;
  throw new RequestError(404, "MODEL_NOT_FOUND", "there is no such model, or no such version of it");
}

function wanted(model: ServedModel, outputs: InferRequest["outputs"]): ReadonlySet<string> {
  const all = outputsOf(model).map(({ name }) => name);
  const names = outputs?.map(({ name }) => name) ?? all;
  const unknown = names.findIndex((name) => !all.includes(name));
  if (unknown < 0) return new Set(names);
  throw new RequestError(400, "UNKNOWN_OUTPUT", `the model's outputs are ${all.join(" and ")}`, {
    path: ["outputs", unknown, "name"],
  });
}
