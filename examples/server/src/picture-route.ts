import { type Response, Router } from "express";
import type { Matrix } from "trellis-learn";
import { closeSignal, type Prediction, type Service } from "trellis-learn/serve";
import { decodePicture, type GreyPicture } from "./decode-picture.js";
import { pictureUpload } from "./picture-upload.js";
import { Turns } from "./turns.js";

/** Pictures that are decoded at once, and that may wait for it. */
const [AT_ONCE, WAITING] = [2, 32];

/** The model that is to read a picture, and the picture as a row for it. */
export type ToRow = (picture: GreyPicture) => Promise<readonly [model: string, X: Matrix]>;

/** POST /predict_digit: what digit a picture shows. */
export function pictureRoute(service: Service, toRow: ToRow): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const turns = new Turns(AT_ONCE, WAITING);
  service.shedLoadAt("/predict_digit");
  router.post("/predict_digit", pictureUpload, async (req, res) => {
    const [name, X] = await turns.take(async () => toRow(await decodePicture(req.file!.buffer)));
    const prediction = await service.models.predict(name, X, { signal: closeSignal(res) });
    answerBy(res, prediction).json({ prediction: digitsOf(prediction)[0] });
  });
  return router;
}

/** Says in the headers which model it was. */
export function answerBy(res: Response, { model }: Prediction): Response {
  return res.set({ "X-Model": model.name, "X-Model-Version": String(model.version) });
}

export function digitsOf({ labels }: Prediction): number[] {
  return Array.from(labels, Number);
}
