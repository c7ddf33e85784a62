import type { RequestHandler } from "express";
import { modelStore } from "trellis-learn/node";
import { createService, type JobStatus, type Jobs, openJobs, type Service } from "trellis-learn/serve";
import { compatStatus } from "./compat-status.js";
import { pageRoutes } from "./page-routes.js";
import { predictionRoutes } from "./prediction-routes.js";
import { Results } from "./results.js";
import { routeDescriptions } from "./route-descriptions.js";
import { replayOutbox } from "./run-outbox.js";
import type { Settings } from "./settings.js";
import type { StateFolder } from "./state-folder.js";
import type { TrainingResult } from "./training.js";
import { TrainingMetrics } from "./training-metrics.js";
import { trainingRoutes } from "./training-routes.js";

/** Where the build has put things. */
export interface BuiltFiles {
  /** Script of a training's process. */
  readonly trainingProcess: URL;
  /** Folder of the page. */
  readonly page: string;
}

/** The service of the first seed, which also reads the pictures of the second one; it has not begun to listen. */
export async function createDigitService(settings: Settings, state: StateFolder, files: BuiltFiles): Promise<Service> {
  const results = new Results(state.bestParameters);
  await results.load();
  const { host, port, allowedHosts, authToken } = settings;
  const service = await createService({
    ...{ host, port, allowedHosts, authToken },
    name: "trellis-digits",
    models: modelStore(state.models),
    expected: ["digits", results.bestModel].filter((name) => name !== null),
  });
  const jobs = await trainingJobs(service, settings, state, files.trainingProcess, results);
  service.app.use(trainingRoutes(service, jobs, results, { ...settings, mayTrain: whoMayTrain(service, settings) }));
  service.app.use(predictionRoutes(service, results));
  service.app.use(pageRoutes(files.page, settings.mlflowUrl));
  if (settings.compatStatus) service.app.use(compatStatus);
  service.describe(routeDescriptions(settings.useSmallDataset));
  service.onDrain(async () => {
    stopReplay();
    await jobs.stop();
  });
  const stopReplay = replayOutbox(state, () => jobs.running !== null, service.log);
  return service;
}

function trainingJobs(
  { models, registry, log }: Service,
  { trainNice: nice, maxTrainSeconds: maxSeconds, resume }: Settings,
  state: StateFolder,
  script: URL,
  results: Results,
): Promise<Jobs> {
  const metrics = new TrainingMetrics(registry, state.outbox);
  const opened: Promise<Jobs> = openJobs({
    ...{ script, nice, maxSeconds, resume },
    folder: state.trainings,
    onCompleted: async ({ result }) => {
      for (const { name } of (result as TrainingResult).models) await models.load(name);
      await results.load();
    },
    onChange: (status: JobStatus) => {
      const { id, state, resumed, error } = status;
      log.info({ training: id, state, resumed, error }, "training");
      metrics.note(status);
      if (state !== "running") return;
      opened.then((jobs) => metrics.follow(jobs, id)).catch((error) => log.warn({ err: error }, "trials not counted"));
    },
  });
  return opened;
}

/** With a token, who has it; without one, whoever is on this machine, or everybody where the network is trusted. */
function whoMayTrain(service: Service, { trustsNetwork, authToken }: Settings): RequestHandler {
  return trustsNetwork && authToken === null ? (_req, _res, next) => next() : service.requireToken;
}
