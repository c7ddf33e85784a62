import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { checkBody, numberTable } from "./check-body.js";
import { closeSignal } from "./close-signal.js";
import { RequestError } from "./request-error.js";
import type { ServedModels } from "./served-models.js";
import { toRows } from "./to-rows.js";

export interface InvocationsOptions {
  readonly models: ServedModels;
  readonly maxRows: number;
  /** Must pack `inputs`, `instances` and `data`. */
  readonly jsonBody: RequestHandler;
}

const parameters = { params: z.record(z.string().max(64), z.unknown()).optional() };

export const invocationsRequest = z.union([
  z.strictObject({ inputs: numberTable, ...parameters }),
  z.strictObject({ instances: numberTable, ...parameters }),
  z.strictObject({
    dataframe_split: z.strictObject({
      columns: z
        .array(z.union([z.string().max(256), z.number()]))
        .max(100_000)
        .optional(),
      index: z
        .array(z.union([z.string().max(256), z.number()]))
        .max(100_000)
        .optional(),
      data: numberTable,
    }),
    ...parameters,
  }),
]);

/**
 * POST /invocations as MLflow's scoring server has it, for the service's only model; of several, `?model=` names one.
 *
 * https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally
 */
export function invocations({ models, maxRows, jsonBody }: InvocationsOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.post("/invocations", jsonBody, async (req, res) => {
    const body = checkBody(invocationsRequest, req.body);
    const model = models.current(nameOf(models, req.query.model));
    const [numbers, path] =
      "inputs" in body
        ? ([body.inputs, ["inputs"]] as const)
        : "instances" in body
          ? ([body.instances, ["instances"]] as const)
          : ([body.dataframe_split.data, ["dataframe_split", "data"]] as const);
    const X = toRows(numbers, model, { maxRows, path });
    const { labels } = await models.predict(model.name, X, { signal: closeSignal(res) });
    res.set("X-Model-Version", String(model.version)).json({ predictions: Array.from<unknown>(labels as never) });
  });
  return router;
}

function nameOf(models: ServedModels, asked: unknown): string {
  if (typeof asked === "string") return asked;
  const names = models.list().map(({ name }) => name);
  if (names.length === 1) return names[0]!;
  throw new RequestError(400, "WHICH_MODEL", `say which model with ?model=; there are ${names.join(", ") || "none"}`);
}
