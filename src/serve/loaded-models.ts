import { InvalidModelError, TrellisError } from "../core/errors.js";
import { Matrix, type MatrixData } from "../core/matrix.js";
import type { StoredModel } from "../node/model-store.js";
import { ModelHost } from "./model-host.js";
import { MODEL_NAME, type ModelSource } from "./model-source.js";
import { BatchSize, PredictionQueue, type QueueLimits, type QueueWatcher } from "./prediction-queue.js";
import { RequestError } from "./request-error.js";
import type { Prediction, PredictOptions, ServedModel, ServedModels } from "./served-models.js";

/** Versions of one model that are loaded at a time: the current one, and the one before for requests that name it. */
const KEPT_VERSIONS = 2;

/** Told of each request for a prediction, however it ends. */
export interface ModelsWatcher extends QueueWatcher {
  predicted(model: ServedModel): void;
  /** @param model null for a name or version that there is not */
  failed(model: ServedModel | null, code: string): void;
}

export interface LoadedModelsOptions {
  readonly source: ModelSource;
  readonly expected: readonly string[];
  readonly limits: QueueLimits & { readonly predictSeconds: number };
  readonly watcher: ModelsWatcher;
  /** What happened that nobody asked about: the thread died, a model could not be loaded again. */
  readonly warn: (message: string, error: unknown) => void;
}

interface Version {
  readonly served: ServedModel;
  /** Its number in the thread. */
  readonly key: number;
  readonly batchSize: BatchSize;
  /** Requests that it has to answer; a version that others replaced stays in the thread as long as there are any. */
  uses: number;
  replaced: boolean;
}

/** The models of a source, on their thread. */
export class LoadedModels implements ServedModels {
  readonly #options: LoadedModelsOptions;
  readonly #queue: PredictionQueue;
  /** Newest loaded first, which is the current one. */
  readonly #models = new Map<string, readonly Version[]>();
  readonly #host: ModelHost;
  #loading: Promise<unknown> = Promise.resolve();
  #draining = false;

  constructor(options: LoadedModelsOptions) {
    this.#options = options;
    this.#host = new ModelHost({
      onDown: () => this.#queue.pause(),
      onUp: () => this.#queue.resume(),
      warn: options.warn,
    });
    this.#queue = new PredictionQueue(options.limits, (order) => this.#host.predict(order), options.watcher);
  }

  /** Requests that wait for a prediction or for its rest. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Whether a request for a prediction would be refused. */
  get isFull(): boolean {
    return this.#queue.isFull;
  }

  /** Whether every model that is known or expected can predict, and there is one. */
  get isReady(): boolean {
    const current = [...this.#models.values()].map(([first]) => first!);
    return (
      current.length > 0 &&
      current.every(({ key }) => this.#host.has(key)) &&
      this.#options.expected.every((name) => this.#models.has(name))
    );
  }

  list(): readonly ServedModel[] {
    return [...this.#models.values()].map(([current]) => current!.served);
  }

  current(name: string): ServedModel {
    return this.#find(name).served;
  }

  versions(name: string): readonly ServedModel[] {
    return (this.#models.get(name) ?? []).map(({ served }) => served).sort((a, b) => b.version - a.version);
  }

  async predict(name: string, X: Matrix, options: PredictOptions = {}): Promise<Prediction> {
    const { watcher } = this.#options;
    let version: Version | null = null;
    try {
      if (this.#draining) throw new RequestError(503, "DRAINING", "the service is about to end", { retryAfter: 5 });
      version = this.#find(name, options.version);
      const prediction = await this.#predict(version, X, options);
      watcher.predicted(version.served);
      return prediction;
    } catch (error) {
      watcher.failed(version?.served ?? null, error instanceof TrellisError ? error.code : "INTERNAL");
      throw error;
    }
  }

  async #predict(version: Version, X: Matrix, options: PredictOptions): Promise<Prediction> {
    const { served, key, batchSize } = version;
    if (X.cols !== served.features) {
      throw new RequestError(400, "BAD_SHAPE", `expected ${served.features} values in a row, got ${X.cols}`);
    }
    const { probabilities = false, deadline = this.#options.limits.predictSeconds, signal } = options;
    version.uses++;
    try {
      const answer = await this.#queue.add({ key, X, probabilities, batchSize, deadline, signal });
      return { model: served, labels: answer.labels, probabilities: tableOf(answer.probabilities, X.rows) };
    } finally {
      version.uses--;
      this.#unloadUnused(version);
    }
  }

  load(name: string, version?: number): Promise<ServedModel> {
    const loaded = this.#loading.then(() => this.#load(name, version));
    this.#loading = loaded.catch(() => {});
    return loaded;
  }

  /** No predictions are accepted any more; those that wait are answered. */
  drain(): void {
    this.#draining = true;
  }

  async close(): Promise<void> {
    this.drain();
    await this.#host.end();
  }

  #find(name: string, version?: number): Version {
    const versions = this.#models.get(name);
    if (versions === undefined && this.#options.expected.includes(name)) {
      throw new RequestError(503, "MODEL_NOT_READY", `the model ${name} is not there yet`, { retryAfter: 5 });
    }
    const found = version === undefined ? versions?.[0] : versions?.find(({ served }) => served.version === version);
    if (found === undefined) throw notFound(name, version);
    return found;
  }

  async #load(name: string, version?: number): Promise<ServedModel> {
    if (!MODEL_NAME.test(name)) throw notFound(name);
    const { source } = this.#options;
    const stored =
      version === undefined
        ? await source.current(name)
        : (await source.versions(name)).find((each) => each.version === version);
    if (stored === undefined || stored === null) throw notFound(name, version);
    const before = this.#models.get(name) ?? [];
    const known = before.find(({ served }) => served.version === stored.version && served.sha256 === stored.sha256);
    const next = known ?? (await this.#loadFile(stored));
    const others = before.filter((each) => each !== next);
    const kept = others.slice(0, KEPT_VERSIONS - 1);
    this.#models.set(name, [next, ...kept]);
    for (const each of others) {
      each.replaced = !kept.includes(each);
      this.#unloadUnused(each);
    }
    return next.served;
  }

  async #loadFile(stored: StoredModel): Promise<Version> {
    const { name, version, sha256, bytes, facts } = stored;
    const scale = scaleOf(stored);
    const read = () => this.#options.source.read(name, version);
    const title = `version ${version} of ${name}`;
    const { key, className, features, classes, hasProbabilities } = await this.#host.load({ title, sha256, read });
    const served = { name, version, sha256, bytes, className, features, classes, hasProbabilities, scale, facts };
    return { served, key, batchSize: new BatchSize(), uses: 0, replaced: false };
  }

  #unloadUnused({ key, uses, replaced }: Version): void {
    if (replaced && uses === 0) this.#host.unload(key);
  }
}

function notFound(name: string, version?: number): RequestError {
  const what = version === undefined ? "model" : `version ${version} of a model`;
  return new RequestError(404, "MODEL_NOT_FOUND", `there is no ${what} named ${JSON.stringify(name.slice(0, 64))}`);
}

function scaleOf({ name, version, facts: { scale = null } }: StoredModel): number | null {
  if (scale === null || (typeof scale === "number" && scale > 0 && Number.isFinite(scale))) return scale;
  throw new InvalidModelError(`facts.scale of version ${version} of ${name} must be a number > 0`);
}

function tableOf(values: MatrixData | null, rows: number): Matrix | null {
  return values === null ? null : new Matrix(values, rows, values.length / rows);
}
