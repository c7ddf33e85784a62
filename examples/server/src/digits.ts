// The service of the second seed: reads pictures of digits by the tuned forest.
import { fromBytes, Matrix } from "trellis-learn";
import { modelStore } from "trellis-learn/node";
import { createService, endWithProcess } from "trellis-learn/serve";
import { digitsPixels } from "./digit-pixels.js";
import { pictureRoute } from "./picture-route.js";
import { predictDigit } from "./route-descriptions.js";
import { settingsOfProcess } from "./settings.js";
import { StateFolder } from "./state-folder.js";

const { host, port, allowedHosts, authToken, stateFolder, initialModels } = settingsOfProcess(5000);

/** The forest of the state or, since this service changes nothing, of the initial models as they are. */
async function forest() {
  for (const folder of [new StateFolder(stateFolder).models, initialModels]) {
    if (folder === null) continue;
    const store = modelStore(folder);
    const current = await store.current("digits");
    if (current !== null) return fromBytes(await store.read("digits", current.version));
  }
  throw new Error(`there is no model digits in ${stateFolder}; npm run models leaves one there`);
}

const models = { digits: await forest() };
const service = await createService({ host, port, allowedHosts, authToken, name: "trellis-digits", models });
service.app.get("/", (_req, res) => {
  res.json({ message: 'POST /predict_digit with a picture of 8 x 8 pixels in the form field "image"; see /docs' });
});
service.app.use(pictureRoute(service, async (picture) => ["digits", new Matrix(await digitsPixels(picture), 1, 64)]));
service.describe({ "/predict_digit": predictDigit });
endWithProcess(service);
const url = await service.listen();
console.error(`The digits are read at ${url}/predict_digit`);
