import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ModelsWatcher } from "./loaded-models.js";
import type { ServedModel } from "./served-models.js";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Codes of answers that keep the service from doing more than it can. */
const PROTECTION = new Set(["QUEUE_FULL", "DEADLINE", "DRAINING"]);

/** What is asked when somebody looks at the metrics. */
export interface MetricsState {
  readonly queued: () => number;
  readonly models: () => readonly ServedModel[];
}

/** What the service counts. Labels take values that it made itself, so that no client can make series. */
export class Metrics implements ModelsWatcher {
  readonly registry = new Registry();
  readonly #successes = this.#counter("model_infer_request_success_total", "Inference requests that were answered", [
    "model",
    "version",
  ]);
  readonly #failures = this.#counter("model_infer_request_failure_total", "Inference requests that were not answered", [
    "model",
    "version",
    "code",
  ]);
  readonly #requests = this.#counter("inference_request_total", "Inference requests that reached a model");
  readonly #rows = this.#counter("inference_rows_total", "Rows that were predicted");
  readonly #batches = this.#counter("inference_exec_total", "Batches that were computed");
  readonly #rejected = this.#counter("requests_rejected_total", "Requests refused to protect the service", ["reason"]);
  readonly #waited = this.#histogram("inference_queue_duration_seconds", "Seconds that requests waited for the models");
  readonly #computed = this.#histogram("inference_compute_duration_seconds", "Seconds that batches took to compute");
  readonly #served = this.#histogram("http_server_request_duration_seconds", "Seconds from request to answer", [
    "method",
    "route",
    "status",
  ]);
  readonly #active = new Gauge({
    name: "http_server_active_requests",
    help: "Requests that are being answered",
    registers: [this.registry],
  });

  constructor({ queued, models }: MetricsState) {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    new Gauge({
      name: "inference_queue_size",
      help: "Requests that wait for the models",
      registers,
      collect() {
        this.set(queued());
      },
    });
    new Gauge({
      name: "model_loaded_info",
      help: "Models that are served",
      labelNames: ["model", "version", "sha256"],
      registers,
      collect() {
        this.reset();
        for (const { name, version, sha256 } of models())
          this.set({ model: name, version: String(version), sha256 }, 1);
      },
    });
  }

  batch(rows: number, computeSeconds: number): void {
    this.#batches.inc();
    this.#rows.inc(rows);
    this.#computed.observe(computeSeconds);
  }

  waited(seconds: number): void {
    this.#requests.inc();
    this.#waited.observe(seconds);
  }

  predicted({ name, version }: ServedModel): void {
    this.#successes.inc({ model: name, version: String(version) });
  }

  failed(model: ServedModel | null, code: string): void {
    const { name, version } = model ?? { name: "other", version: "none" };
    this.#failures.inc({ model: name, version: String(version), code });
    if (PROTECTION.has(code)) this.rejected(code);
  }

  rejected(reason: string): void {
    this.#rejected.inc({ reason });
  }

  /** Times each request by the route that it matched. */
  readonly watch: RequestHandler = (req, res, next) => {
    this.#active.inc();
    const end = this.#served.startTimer();
    res.once("close", () => {
      this.#active.dec();
      const template = req.route?.path as unknown;
      const route = typeof template === "string" ? `${req.baseUrl}${template}` : "other";
      end({ method: METHODS.has(req.method) ? req.method : "other", route, status: String(res.statusCode) });
    });
    next();
  };

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, labelNames: readonly string[] = []): Histogram {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }
}
