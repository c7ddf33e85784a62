import { isIP } from "node:net";
import express, { type Express, type RequestHandler } from "express";
import { type Logger, pino } from "pino";
import { InvalidParameterError } from "../core/errors.js";
import { accessLog } from "./access-log.js";
import { BodyParser } from "./body-parser.js";
import { checkHost } from "./check-host.js";
import { refuseCrossSiteChanges } from "./cross-site.js";
import { docsRoutes } from "./docs-routes.js";
import { healthRoutes } from "./health-routes.js";
import { HttpService } from "./http-service.js";
import { inferenceProtocol } from "./inference-protocol.js";
import { invocations } from "./invocations.js";
import { LoadedModels } from "./loaded-models.js";
import { Metrics } from "./metrics.js";
import { modelRoutes } from "./model-routes.js";
import { isStore, type ModelSource, modelSource } from "./model-source.js";
import { requestContext } from "./request-context.js";
import { requireTokenOf } from "./require-token.js";
import { securityHeaders } from "./security-headers.js";
import type { Limits, Service, ServiceOptions } from "./service.js";

const INFER = /^\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?\/infer$/;

/** So many bodies of the largest size may be in memory at a time. */
const BODIES = 8;

const LIMITS: Limits = {
  bodyBytes: 8 * 1024 * 1024,
  rows: 2_048,
  queuedRows: 8_192,
  queuedRequests: 256,
  predictSeconds: 10,
  drainSeconds: 20,
};

/**
 * A service of models: Open Inference Protocol v2, MLflow's /invocations, model files, health and metrics. Models of a store that
 * cannot be loaded are left out, and logged; estimators must be fitted.
 *
 * @throws InvalidParameterError; whatever loading one of the estimators throws
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const {
    host = "127.0.0.1",
    port = 8080,
    name = "trellis-learn",
    version = "1",
    expected = [],
    authToken = null,
  } = options;
  const limits = limitsOf(options.limits ?? {});
  const log =
    options.log === null ? pino({ level: "silent" }) : (options.log ?? pino(pino.destination({ sync: false })));
  const source = await modelSource(options.models);
  const metrics: Metrics = new Metrics({ queued: () => models.queued, models: () => models.list() });
  const models: LoadedModels = new LoadedModels({
    source,
    expected,
    limits,
    watcher: metrics,
    log,
  });
  const app = newApp(log, metrics, [host, ...(options.allowedHosts ?? [])]);
  const service = new HttpService({
    app,
    models,
    registry: metrics.registry,
    log,
    limits,
    requireToken: requireTokenOf(authToken, isLoopback(host)),
    isOpen: authToken === null && !isLoopback(host),
    bodies: new BodyParser(BODIES * limits.bodyBytes),
    onShed: () => metrics.rejected("QUEUE_FULL"),
    host,
    port,
  });
  const { requireToken } = service;
  app.use(healthRoutes(() => service.isReady));
  const tensors = service.jsonBody({ numbers: ["data"] });
  app.use(inferenceProtocol({ models, name, version, maxRows: limits.rows, jsonBody: tensors, requireToken }));
  const tables = service.jsonBody({ numbers: ["inputs", "instances", "data"] });
  app.use(invocations({ models, maxRows: limits.rows, jsonBody: tables }));
  app.use(modelRoutes(models, source));
  app.use(docsRoutes(name, version, () => service.paths));
  for (const path of ["/invocations", INFER]) service.shedLoadAt(path);
  app.get("/metrics", async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  try {
    for (const each of await source.names()) {
      if (isStore(options.models)) await loadNewest(each, models, source, log);
      else await models.load(each);
    }
  } catch (error) {
    await service.close();
    throw error;
  }
  return service;
}

/** The current version, or the newest that can be loaded: a service starts with what is whole. */
async function loadNewest(name: string, models: LoadedModels, source: ModelSource, log: Logger): Promise<void> {
  const versions = (await source.versions(name)).map(({ version }) => version);
  for (const version of [undefined, ...versions]) {
    try {
      await models.load(name, version);
      return;
    } catch (error) {
      log.error({ err: error, model: name, version: version ?? "current" }, "a model could not be loaded");
    }
  }
}

function newApp(log: Logger, metrics: Metrics, allowedHosts: readonly string[]): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", "simple");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.use(requestContext, accessLog(log), metrics.watch, securityHeaders(), noStore);
  app.use(checkHost(allowedHosts), refuseCrossSiteChanges);
  return app;
}

/** Answers are of the moment; a route of files says otherwise itself. */
const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
};

function limitsOf(given: Partial<Limits>): Limits {
  const limits = { ...LIMITS, ...given };
  for (const [key, value] of Object.entries(limits)) {
    if (value > 0 && Number.isFinite(value)) continue;
    throw new InvalidParameterError(
      `limits.${key} of createService must be a number > 0; got ${value}`,
      `limits.${key}`,
    );
  }
  return limits;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
