import { Router } from "express";
import { Matrix } from "trellis-learn";
import { checkBody, closeSignal, numberTable, RequestError, type Service, toRows } from "trellis-learn/serve";
import { z } from "zod";
import { digitsPixels, mnistPixels } from "./digit-pixels.js";
import { answerBy, digitsOf, pictureRoute } from "./picture-route.js";
import type { Results } from "./results.js";

const ENSEMBLE = "ensemble";
const PIXEL = [0, 255] as const;

/** The body of POST /predict. */
export const predictRequest = z.strictObject(
  {
    ensemble_predict: z.boolean({ error: () => "must be true or false" }).default(false),
    data: numberTable,
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? "known are ensemble_predict, data"
        : "must be an object with ensemble_predict and data",
  },
);

/** POST /predict and POST /predict_digit. A picture of 8 x 8 pixels is for the forest of the digits, every other one for MNIST. */
export function predictionRoutes(service: Service, results: Results): Router {
  const { models, limits } = service;
  const router = Router({ caseSensitive: true, strict: true });
  service.shedLoadAt("/predict");

  router.post("/predict", service.jsonBody({ numbers: ["data"] }), async (req, res) => {
    const { ensemble_predict, data } = checkBody(predictRequest, req.body);
    const hasEnsemble = models.list().some(({ name }) => name === ENSEMBLE);
    const name = ensemble_predict && hasEnsemble ? ENSEMBLE : bestModel(results);
    const X = toRows(data, models.current(name), { maxRows: limits.rows, integers: PIXEL });
    const prediction = await models.predict(name, X, { signal: closeSignal(res) });
    answerBy(res, prediction).json({ prediction: digitsOf(prediction) });
  });

  const reader = pictureRoute(service, async (picture) => {
    const { width, height } = picture.original;
    if (width === 8 && height === 8) return ["digits", new Matrix(await digitsPixels(picture), 1, 64)];
    const name = bestModel(results);
    return [name, new Matrix(await mnistPixels(picture), 1, 784, { scale: models.current(name).scale })];
  });
  router.use(reader);
  return router;
}

function bestModel({ bestModel }: Results): string {
  if (bestModel !== null) return bestModel;
  throw new RequestError(503, "MODEL_NOT_READY", "there is no model yet; POST /training trains some", {
    retryAfter: 60,
  });
}
