import { type Answer, objectIn, objectsIn, textIn } from "./mlflow-answer.js";
import type { Batch } from "./mlflow-batches.js";
import type { MlflowClient } from "./mlflow-client.js";
import { MlflowError } from "./mlflow-error.js";
import { KEY_TAG } from "./records.js";
import { type Allowance, retrying } from "./retries.js";

/** Metrics that one page of a history has: an answer stays below what the client takes. */
const PAGE = 2500;

/** What a run's tag says: its key, with what could end a text in MLflow's filters written as in a URI. */
function tagOfKey(key: string): string {
  const encoded = (char: string) => `%${char.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
  return key.replaceAll(/['%\\\p{Cc}]/gu, encoded).replaceAll(/\p{Surrogate}/gu, "\ufffd");
}

/** A run at the server. */
export class MlflowRun {
  readonly id: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  readonly #client: MlflowClient;
  /**
   * The server may have metrics that are to be logged now: the run is not new, or it is not known what became of a call. Then
   * it is asked which it has.
   */
  #mayHaveMetrics: boolean;
  /** Metrics that the server had when it was asked, by key: their steps. */
  #known = new Map<string, ReadonlySet<number>>();

  private constructor(client: MlflowClient, run: Answer, isNew: boolean) {
    const info = objectIn(run, "info");
    this.#client = client;
    this.id = textIn(info, "run_id");
    this.experimentId = textIn(info, "experiment_id");
    this.artifactUri = textIn(info, "artifact_uri");
    this.#mayHaveMetrics = !isNew;
  }

  /** Null where there is none. */
  static async find(
    client: MlflowClient,
    experimentId: string,
    key: string,
    allowance: Allowance,
  ): Promise<MlflowRun | null> {
    return MlflowRun.#first(client, await client.post("runs/search", searchFor(experimentId, key), allowance));
  }

  /** The run of a key; it is created where there is none. */
  static findOrCreate(
    client: MlflowClient,
    experimentId: string,
    key: string,
    given: { readonly run_name: string; readonly start_time: number; readonly tags: Readonly<Record<string, string>> },
    allowance: Allowance,
  ): Promise<{ readonly run: MlflowRun; readonly isNew: boolean }> {
    const tags = Object.entries({ ...given.tags, [KEY_TAG]: tagOfKey(key) }).map(([key, value]) => ({ key, value }));
    // A call that seemed to fail may have created it, so each attempt looks first.
    return retrying(client.policy, allowance, async () => {
      const answer = await client.postOnce("runs/search", searchFor(experimentId, key), allowance);
      const known = MlflowRun.#first(client, answer);
      if (known !== null) return { run: known, isNew: false };
      const made = await client.postOnce("runs/create", { ...given, experiment_id: experimentId, tags }, allowance);
      return { run: new MlflowRun(client, objectIn(made, "run"), true), isNew: true };
    });
  }

  static #first(client: MlflowClient, answer: Answer): MlflowRun | null {
    const [first] = objectsIn(answer, "runs");
    return first === undefined ? null : new MlflowRun(client, first, false);
  }

  /** Logs what the run does not have yet. Of a parameter that it has the value stands. */
  async logBatch(batch: Batch, allowance: Allowance): Promise<void> {
    try {
      await this.#log(batch, allowance);
    } catch (error) {
      if (!(error instanceof MlflowError && error.isRefusal) || batch.params.length === 0) throw error;
      const known = await this.#params(allowance);
      const params = batch.params.filter(({ key }) => !known.has(key));
      if (params.length === batch.params.length) throw error;
      await this.#log({ ...batch, params }, allowance);
    }
  }

  async #log(batch: Batch, allowance: Allowance): Promise<void> {
    await retrying(this.#client.policy, allowance, async () => {
      const metrics = await this.#newMetrics(batch.metrics, allowance);
      if (metrics.length + batch.params.length + batch.tags.length === 0) return;
      try {
        await this.#client.postOnce("runs/log-batch", { run_id: this.id, ...batch, metrics }, allowance);
      } catch (error) {
        this.#mayHaveMetrics = true;
        this.#known = new Map();
        throw error;
      }
    });
  }

  async update(change: { readonly status: string; readonly end_time?: number }, allowance: Allowance): Promise<void> {
    await this.#client.post("runs/update", { run_id: this.id, ...change }, allowance);
  }

  async #newMetrics(metrics: Batch["metrics"], allowance: Allowance): Promise<Batch["metrics"]> {
    if (!this.#mayHaveMetrics) return metrics;
    for (const key of new Set(metrics.map(({ key }) => key))) {
      if (!this.#known.has(key)) this.#known.set(key, await this.#stepsOf(key, allowance));
    }
    return metrics.filter(({ key, step }) => !this.#known.get(key)!.has(step));
  }

  async #params(allowance: Allowance): Promise<Set<string>> {
    const answer = await this.#client.get("runs/get", { run_id: this.id }, allowance);
    const params = objectsIn(objectIn(objectIn(answer, "run"), "data"), "params");
    return new Set(params.map((param) => textIn(param, "key")));
  }

  /** The steps at which the server has a value of a metric. */
  async #stepsOf(key: string, allowance: Allowance): Promise<Set<number>> {
    const steps = new Set<number>();
    let page = "";
    do {
      const query = { run_id: this.id, metric_key: key, max_results: `${PAGE}`, ...(page && { page_token: page }) };
      const answer = await this.#client.get("metrics/get-history", query, allowance);
      for (const { step } of objectsIn(answer, "metrics")) steps.add(Number(step ?? 0));
      page = String(answer.next_page_token ?? "");
    } while (page !== "");
    return steps;
  }
}

function searchFor(experimentId: string, key: string): object {
  return {
    experiment_ids: [experimentId],
    filter: `tags.\`${KEY_TAG}\` = '${tagOfKey(key)}'`,
    max_results: 1,
    order_by: ["attributes.start_time ASC"],
  };
}
