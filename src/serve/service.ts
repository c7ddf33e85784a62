import type { Express, RequestHandler } from "express";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { AnyEstimator } from "../core/estimator.js";
import type { ModelStore } from "../node/model-store.js";
import type { JsonBodyOptions } from "./json-body.js";
import type { ServedModels } from "./served-models.js";

/** What a service takes on at most; beyond it requests are refused. */
export interface Limits {
  /** Bytes of a JSON body. Default 8 MiB. */
  readonly bodyBytes: number;
  /** Rows of a request. Default 2,048. */
  readonly rows: number;
  /** Rows that may wait for the models. Default 8,192. */
  readonly queuedRows: number;
  /** Requests that may wait for the models. Default 256. */
  readonly queuedRequests: number;
  /** Seconds that a prediction may take with waiting. Default 10. */
  readonly predictSeconds: number;
  /** Seconds that a drain may take. Default 20. */
  readonly drainSeconds: number;
}

/** Of `createService` and `serve`. */
export interface ServiceOptions {
  /** A store, whose current versions are served; or fitted estimators by name. */
  readonly models: ModelStore | Readonly<Record<string, AnyEstimator>>;
  /** In GET /v2. Default "trellis-learn". */
  readonly name?: string;
  readonly version?: string;
  /** Port. Default 8080; 0 for a free one. */
  readonly port?: number;
  /** Address to listen at. Default "127.0.0.1". */
  readonly host?: string;
  /** Host names besides localhost and `host` by which clients may call it; ["*"] for any. Default none. */
  readonly allowedHosts?: readonly string[];
  /** Token that admin routes, and those marked by `requireToken`, ask for. Default none: they refuse everybody unless `host` is a loopback address. */
  readonly authToken?: string | null;
  /** Models that there should be: until one is there, requests for it are answered 503 instead of 404. */
  readonly expected?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** Where JSON log lines go; null for nowhere. Default: pino on standard output. */
  readonly log?: Logger | null;
}

/** A service that has not started to listen yet: routes of one's own can be added to `app`. */
export interface Service {
  readonly app: Express;
  readonly models: ServedModels;
  /** What GET /metrics shows. */
  readonly registry: Registry;
  readonly log: Logger;
  readonly limits: Limits;
  /** True from the first answer to SIGTERM or `close` on. */
  readonly isDraining: boolean;
  /** Whether every expected model is there, and the service does not drain. */
  readonly isReady: boolean;
  /** For routes that need the token. */
  readonly requireToken: RequestHandler;
  /** For routes that take JSON: checks the type, reads at most so much, parses, packs numbers; large bodies on a thread. */
  jsonBody(options?: JsonBodyOptions): RequestHandler;
  /**
   * Says that POST to this path asks the models: while their queue is full it is refused before anything of it is read or logged, so
   * that refusing takes next to nothing from those that are answered.
   */
  shedLoadAt(path: string | RegExp): void;
  /** Adds to /openapi.json; `paths` as OpenAPI 3.1 has them, schemas as zod's `toJSONSchema` makes them. */
  describe(paths: Readonly<Record<string, unknown>>): void;
  /** Called when the service drains, before it waits for requests in flight. */
  onDrain(what: () => Promise<void>): void;
  /** Starts to listen; resolves with the URL. */
  listen(): Promise<string>;
  /** Drains: not ready, no new connections, requests in flight answered, models' thread ended. */
  close(): Promise<void>;
}
