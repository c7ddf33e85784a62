import type { BestParameters, ModelEntry, TrainingSpec, TrainingStatus } from "./contract.js";
import { ServiceError } from "./service-error.js";

/** Milliseconds between looks at a service that is gone; after which one that answers is looked at again; that a look may take. */
const LOOK_EVERY = 1_500;
const TRUST = 10_000;
const PATIENCE = 5_000;

/** Calls of the service. Every call tells whether the service can be reached; between calls, `watch` finds out. */
export class ServiceClient {
  /** Sent with what needs permission; the service says where that is so. */
  token = "";
  #reachable = true;
  #lastAnswer = 0;
  readonly #listeners = new Set<() => void>();

  get reachable(): boolean {
    return this.#reachable;
  }

  /** Calls `listener` whenever the service goes or comes back, until the function that is returned is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks at the service from time to time, for as long as the page lives; while nobody sees the page, only at one that is gone. */
  watch(): void {
    setInterval(() => {
      const isTrusted = document.visibilityState === "hidden" || performance.now() - this.#lastAnswer < TRUST;
      if (this.#reachable && isTrusted) return;
      this.#look().catch(() => undefined);
    }, LOOK_EVERY);
  }

  models(): Promise<readonly ModelEntry[]> {
    return this.#json("/models");
  }

  /** Null before the first training has ended. */
  async bestParameters(): Promise<BestParameters | null> {
    try {
      return await this.#json("/best_model_parameters");
    } catch (error) {
      if (error instanceof ServiceError && error.code === "NO_RESULTS") return null;
      throw error;
    }
  }

  /** Newest first. */
  trainings(): Promise<readonly TrainingStatus[]> {
    return this.#json("/training");
  }

  training(id: string): Promise<TrainingStatus> {
    return this.#json(`/training/${encodeURIComponent(id)}`);
  }

  startTraining(spec: TrainingSpec): Promise<TrainingStatus> {
    return this.#json("/training", { method: "POST", body: spec, headers: { prefer: "respond-async" } });
  }

  async cancelTraining(id: string): Promise<void> {
    await this.#json(`/training/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  /** The route of the Open Inference Protocol. */
  infer(model: string, body: unknown): Promise<unknown> {
    return this.#json(`/v2/models/${encodeURIComponent(model)}/infer`, { method: "POST", body });
  }

  /** Where the events after number `after` come from. */
  eventsUrl(id: string, after: number): string {
    return `/training/${encodeURIComponent(id)}/events?after=${after}`;
  }

  /** Where the page is told to look for MLflow, or null. */
  async mlflowUrl(): Promise<string | null> {
    const { mlflowUrl } = await this.#json<{ readonly mlflowUrl?: unknown }>("/ui/config.json");
    return typeof mlflowUrl === "string" && /^https?:/.test(mlflowUrl) ? mlflowUrl : null;
  }

  async #look(): Promise<void> {
    // What is not read keeps a connection.
    await (await this.#fetch("/livez", { signal: AbortSignal.timeout(PATIENCE) })).text();
  }

  async #json<T>(
    path: string,
    options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<T> {
    const { method = "GET", body, headers = {} } = options;
    if (body !== undefined) headers["content-type"] = "application/json";
    if (this.token !== "") headers.authorization = `Bearer ${this.token}`;
    const text = body === undefined ? null : JSON.stringify(body);
    const response = await this.#fetch(path, { method, headers, body: text, cache: "no-cache" });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response.status, answer);
    return answer as T;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      const response = await fetch(path, init);
      this.#lastAnswer = performance.now();
      this.#tell(true);
      return response;
    } catch (error) {
      this.#tell(false);
      throw new ServiceError(0, "UNREACHABLE", `The service does not answer (${String((error as Error).message)})`);
    }
  }

  #tell(reachable: boolean): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    for (const listener of this.#listeners) listener();
  }
}

/** What the service says of a request that it refused: `{detail, code}`, under /v2 also `{error}`. */
function refusal(status: number, answer: unknown): ServiceError {
  const { detail, error, code } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const said = [detail, error].find((text) => typeof text === "string") ?? `The service answered with status ${status}`;
  return new ServiceError(status, typeof code === "string" ? code : "", said as string);
}
