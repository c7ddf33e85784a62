import { type RequestHandler, Router } from "express";
import {
  checkBody,
  type JobRoutesOptions,
  type JobStatus,
  type Jobs,
  jobHandler,
  jobRoutes,
  refuseCrossSite,
  type Service,
} from "trellis-learn/serve";
import type { Results } from "./results.js";
import type { TrainingResult } from "./training.js";
import { trainingRequest } from "./training-request.js";

export interface TrainingRoutesOptions {
  readonly useSmallDataset: boolean;
  /** Whether whoever asks may train. */
  readonly mayTrain: RequestHandler;
}

const PATH = "/training";
const MAX_BYTES = 64 * 1024;

/** What starts trainings, watches and cancels them, and says what the last one has found. */
export function trainingRoutes(
  service: Service,
  jobs: Jobs,
  results: Results,
  { useSmallDataset, mayTrain }: TrainingRoutesOptions,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const schema = trainingRequest(useSmallDataset);
  const options: JobRoutesOptions = {
    path: PATH,
    specOf: (req) => checkBody(schema, req.body),
    answer: ({ result }: JobStatus) => ({ message: (result as TrainingResult).message }),
  };

  // The seeds' GET / trains with the default grids; a browser is shown the page, and starts nothing.
  const trainDefaults = jobHandler(jobs, { ...options, specOf: () => checkBody(schema, {}) });
  router.get("/", showPage, refuseCrossSite, mayTrain, trainDefaults);

  router.get("/best_model_parameters", (_req, res) => {
    res.json(results.bestParameters);
  });

  router.post(PATH, mayTrain, service.jsonBody({ maxBytes: MAX_BYTES, maxDepth: 12 }));
  router.delete(`${PATH}/:id`, mayTrain);
  router.use(jobRoutes(jobs, options));
  return router;
}

/** HEAD is what probes send; it starts nothing either. */
const showPage: RequestHandler = (req, res, next) => {
  if (req.method === "HEAD" || req.accepts(["json", "html"]) === "html") res.redirect(303, "/ui/");
  else next();
};
