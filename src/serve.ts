/**
 * Fitted models over HTTP: the Open Inference Protocol, health, metrics, versions that are swapped while requests come in, and
 * long work in processes of its own. Needs Node, and the packages express, helmet, pino, prom-client and zod.
 *
 * @module
 */
export { type JobRoutesOptions, jobHandler, jobRoutes } from "./serve/job-routes.js";
export type { JobEvent, JobState, JobStatus, Jobs, JobsOptions } from "./serve/jobs.js";
export { openJobs } from "./serve/open-jobs.js";
export { RequestError, type RequestErrorOptions } from "./serve/request-error.js";
export type { Prediction, PredictOptions, ServedModel, ServedModels } from "./serve/served-models.js";
export type { Limits, Service, ServiceOptions } from "./serve/service.js";
