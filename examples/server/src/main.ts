// The service.
import { fileURLToPath } from "node:url";
import { endWithProcess } from "trellis-learn/serve";
import { createDigitService } from "./digit-service.js";
import { openState } from "./initial-models.js";
import { DEFAULT_PORT, settingsOfProcess } from "./settings.js";

const settings = settingsOfProcess(DEFAULT_PORT);
const state = await openState(settings.stateFolder, settings.initialModels);
const service = await createDigitService(settings, state, {
  trainingProcess: new URL("training-process.js", import.meta.url),
  page: fileURLToPath(new URL("ui", import.meta.url)),
});
endWithProcess(service);
if (settings.trustsNetwork && settings.authToken === null) {
  service.log.warn("everybody who reaches this port may train; AUTH_TOKEN would lock it");
}
const url = await service.listen();
// Log lines go to standard output; this is for whoever typed the command.
console.error(`Trellis draws, trains and predicts at ${url}/ui/ (documentation: ${url}/docs)`);
