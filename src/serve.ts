/**
 * Fitted models over HTTP: the Open Inference Protocol, health, metrics, versions that are swapped while requests come in, and
 * long work in processes of its own. Needs Node, and the packages express, helmet, pino, prom-client and zod.
 *
 * @module trellis-learn/serve
 */

export { checkBody, jsonSchemaOf, numberTable } from "./serve/check-body.js";
export { closeSignal } from "./serve/close-signal.js";
export { createService } from "./serve/create-service.js";
export { refuseCrossSite } from "./serve/cross-site.js";
export { type JobRoutesOptions, jobHandler, jobRoutes } from "./serve/job-routes.js";
export type { JobContext, JobEvent, JobState, JobStatus, Jobs, JobsOptions } from "./serve/jobs.js";
export type { JsonBodyOptions } from "./serve/json-body.js";
export { openJobs } from "./serve/open-jobs.js";
export type { NumberTable } from "./serve/pack-numbers.js";
export { type BodyOptions, type ParsedBody, parseBody } from "./serve/parse-body.js";
export { RequestError, type RequestErrorOptions } from "./serve/request-error.js";
export { sendError } from "./serve/send-error.js";
export { endWithProcess, serve } from "./serve/serve.js";
export type { Prediction, PredictOptions, ServedModel, ServedModels } from "./serve/served-models.js";
export type { Limits, Service, ServiceOptions } from "./serve/service.js";
export { type RowOptions, type RowRules, toRows } from "./serve/to-rows.js";
