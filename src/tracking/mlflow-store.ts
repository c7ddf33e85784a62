import { InvalidParameterError } from "../core/errors.js";
import { MlflowArtifacts, type WriteFile } from "./mlflow-artifacts.js";
import { type BatchRecord, batchesOf } from "./mlflow-batches.js";
import { type MlflowClient, SLOWEST_UPLOAD } from "./mlflow-client.js";
import { MlflowError } from "./mlflow-error.js";
import { experimentId } from "./mlflow-experiment.js";
import { MlflowModels } from "./mlflow-models.js";
import { MlflowRun } from "./mlflow-run.js";
import { sizeOf } from "./record-size.js";
import { RecordsRefusedError, type RunRecord, type RunStore } from "./records.js";
import type { Allowance } from "./retries.js";

export interface MlflowStoreOptions {
  readonly experiment: Experiment;
  /** Tags of every run: who started it, and what. */
  readonly tags: Readonly<Record<string, string>>;
  /** Seconds that a record may take, all attempts together; an upload is granted a second a megabyte on top. */
  readonly patience: number;
  readonly writeFile: WriteFile | null;
}

export type Experiment = { readonly name: string } | { readonly id: string };

/** Runs at a server of MLflow. */
export class MlflowStore implements RunStore {
  readonly name: string;
  readonly #client: MlflowClient;
  readonly #options: MlflowStoreOptions;
  readonly #artifacts: MlflowArtifacts;
  readonly #models: MlflowModels;
  readonly #runs = new Map<string, MlflowRun>();
  #experimentId: string | null = null;

  constructor(client: MlflowClient, options: MlflowStoreOptions) {
    this.name = `MLflow at ${client.url}`;
    this.#client = client;
    this.#options = options;
    this.#artifacts = new MlflowArtifacts(client, options.writeFile);
    this.#models = new MlflowModels(client, this.#artifacts);
  }

  async deliver(records: readonly RunRecord[], signal?: AbortSignal): Promise<void> {
    let refused = 0;
    let refusal: Refusal | null = null;
    for (const group of groupsOf(records)) {
      const rejected = await this.#deliverGroup(group, signal);
      refused += rejected.length;
      refusal = rejected.at(-1) ?? refusal;
    }
    if (refusal !== null) throw new RecordsRefusedError(refusal.message, refused, { cause: refusal });
  }

  /** Records that travel together. Where they are refused, each goes alone, so that only those are lost that must be. */
  async #deliverGroup(group: readonly RunRecord[], signal: AbortSignal | undefined): Promise<Refusal[]> {
    try {
      const size = group.reduce((sum, record) => sum + sizeOf(record), 0);
      const seconds = this.#options.patience + size / SLOWEST_UPLOAD;
      await this.#send(group, { end: performance.now() + 1000 * seconds, signal });
      return [];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (group.length === 1) return [error];
      const rejected: Refusal[] = [];
      for (const record of group) rejected.push(...(await this.#deliverGroup([record], signal)));
      return rejected;
    }
  }

  async #send(group: readonly RunRecord[], allowance: Allowance): Promise<void> {
    const first = group[0]!;
    if (first.type === "run-started") return this.#start(first, allowance);
    const run = await this.#run(first.run, allowance);
    switch (first.type) {
      case "artifact":
        return this.#artifacts.store(run.artifactUri, first.path, first.content, allowance);
      case "model":
        return this.#models.log(run, first, allowance);
      case "run-ended":
        await run.update({ status: first.status.toUpperCase(), end_time: first.time }, allowance);
        this.#runs.delete(first.run);
        return;
      default:
        for (const batch of batchesOf(group as readonly BatchRecord[])) await run.logBatch(batch, allowance);
    }
  }

  async #start(record: Extract<RunRecord, { type: "run-started" }>, allowance: Allowance): Promise<void> {
    const parent = record.parent === null ? null : await this.#run(record.parent, allowance);
    const tags = {
      ...this.#options.tags,
      ...record.tags,
      "mlflow.runName": record.name,
      ...(parent !== null && { "mlflow.parentRunId": parent.id }),
    };
    const id = await this.#experiment(allowance);
    const given = { run_name: record.name, start_time: record.time, tags };
    const { run, isNew } = await MlflowRun.findOrCreate(this.#client, id, record.run, given, allowance);
    if (!isNew) {
      await run.update({ status: "RUNNING" }, allowance);
      const again = { type: "tags", run: record.run, values: tags } as const;
      for (const batch of batchesOf([again])) await run.logBatch(batch, allowance);
    }
    this.#runs.set(record.run, run);
  }

  /** A run that was started before, by this process or another. */
  async #run(key: string, allowance: Allowance): Promise<MlflowRun> {
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const run = await MlflowRun.find(this.#client, await this.#experiment(allowance), key, allowance);
    if (run === null) {
      throw new MlflowError(`${this.name} has no run of the key ${JSON.stringify(key)}`, {
        errorCode: "RESOURCE_DOES_NOT_EXIST",
        status: 404,
      });
    }
    this.#runs.set(key, run);
    return run;
  }

  async #experiment(allowance: Allowance): Promise<string> {
    const { experiment } = this.#options;
    this.#experimentId ??=
      "id" in experiment ? experiment.id : await experimentId(this.#client, experiment.name, allowance);
    return this.#experimentId;
  }
}

/** Said by the server, or before it was asked. */
type Refusal = MlflowError | InvalidParameterError;

function isRefusal(error: unknown): error is Refusal {
  return error instanceof InvalidParameterError || (error instanceof MlflowError && error.isRefusal);
}

/** Neighbours whose content goes into one call; all others alone. */
function* groupsOf(records: readonly RunRecord[]): Generator<RunRecord[]> {
  let group: RunRecord[] = [];
  for (const record of records) {
    const [first] = group;
    const isMore = first !== undefined && isBatched(first) && isBatched(record) && first.run === record.run;
    if (!isMore && group.length > 0) {
      yield group;
      group = [];
    }
    group.push(record);
  }
  if (group.length > 0) yield group;
}

function isBatched({ type }: RunRecord): boolean {
  return type === "params" || type === "metrics" || type === "tags";
}
