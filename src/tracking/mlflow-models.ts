import { InvalidParameterError } from "../core/errors.js";
import { type Answer, objectIn, objectsIn, textIn } from "./mlflow-answer.js";
import type { MlflowArtifacts } from "./mlflow-artifacts.js";
import type { MlflowClient } from "./mlflow-client.js";
import { MlflowError } from "./mlflow-error.js";
import { MLMODEL, mlmodelAt } from "./mlflow-model.js";
import type { MlflowRun } from "./mlflow-run.js";
import { checkModelName, checkName } from "./record-rules.js";
import type { Files, RunRecord } from "./records.js";
import { type Allowance, retrying } from "./retries.js";

type ModelRecord = Extract<RunRecord, { type: "model" }>;

/** As the server keeps it. */
interface LoggedModel {
  readonly id: string;
  readonly artifactUri: string;
  readonly isReady: boolean;
}

const READY = "LOGGED_MODEL_READY";

/** Models of runs at a server, and versions in its registry. What is there already is not made twice. */
export class MlflowModels {
  readonly #client: MlflowClient;
  readonly #artifacts: MlflowArtifacts;

  constructor(client: MlflowClient, artifacts: MlflowArtifacts) {
    this.#client = client;
    this.#artifacts = artifacts;
  }

  /** In the order in which MLflow's Python client does it (mlflow/models/model.py, Model.log). */
  async log(run: MlflowRun, record: ModelRecord, allowance: Allowance): Promise<void> {
    checkModelName("name of the model", record.name);
    if (record.registeredName !== null) checkRegisteredName(record.registeredName);
    const model = await this.#findOrCreate(run, record.name, allowance);
    if (model === null) return this.#logAsArtifacts(run, record, allowance);
    await this.#link(run, model, allowance);
    const source = `models:/${model.id}`;
    if (!model.isReady) {
      const described = mlmodelAt(record.files, run.id, model.id);
      await this.#upload(model.artifactUri, { ...record.files, ...described }, allowance);
      const ready = { model_id: model.id, status: READY };
      await this.#client.patch(`logged-models/${model.id}`, ready, allowance);
    }
    const version = await this.#register(run, record, source, model.id, allowance);
    if (version !== null) {
      const tag = { key: "mlflow.modelVersions", value: JSON.stringify([{ name: record.registeredName, version }]) };
      await this.#client.patch(`logged-models/${model.id}/tags`, { tags: [tag] }, allowance);
    }
  }

  /** Null where the server is older than MLflow 3 and has no such models. */
  async #findOrCreate(run: MlflowRun, name: string, allowance: Allowance): Promise<LoggedModel | null> {
    const filter = `name = '${name}' AND source_run_id = '${run.id}'`;
    const search = { experiment_ids: [run.experimentId], filter, max_results: 1 };
    const model = { experiment_id: run.experimentId, name, source_run_id: run.id };
    try {
      return await retrying(this.#client.policy, allowance, async () => {
        const answer = await this.#client.postOnce("logged-models/search", search, allowance);
        const [known] = objectsIn(answer, "models");
        return loggedModel(known ?? objectIn(await this.#client.postOnce("logged-models", model, allowance), "model"));
      });
    } catch (error) {
      if (isUnknownCall(error)) return null;
      throw error;
    }
  }

  /** Names the model among the outputs of its run, which a server takes once only. */
  async #link(run: MlflowRun, model: LoggedModel, allowance: Allowance): Promise<void> {
    const link = { run_id: run.id, models: [{ model_id: model.id, step: 0 }] };
    await retrying(this.#client.policy, allowance, async () => {
      const answer = await this.#client.get("runs/get", { run_id: run.id }, allowance);
      const { outputs = {} } = objectIn(answer, "run");
      const linked = objectsIn(outputs as Answer, "model_outputs");
      if (linked.some(({ model_id: id }) => id === model.id)) return;
      await this.#client.postOnce("runs/outputs", link, allowance);
    });
  }

  async #upload(root: string, files: Files, allowance: Allowance): Promise<void> {
    // MLmodel is what makes a folder a model, so it comes last.
    const paths = Object.keys(files).sort((a, b) => Number(a === MLMODEL) - Number(b === MLMODEL));
    for (const path of paths) await this.#artifacts.store(root, path, files[path]!, allowance);
  }

  /** As MLflow 2 keeps models: a folder among the artifacts of the run, and a tag that tells of it. */
  async #logAsArtifacts(run: MlflowRun, record: ModelRecord, allowance: Allowance): Promise<void> {
    const root = `${run.artifactUri.replace(/\/$/, "")}/${record.name}`;
    const described = mlmodelAt(record.files, run.id, null);
    await this.#upload(root, { ...record.files, ...described }, allowance);
    if (described[MLMODEL] !== undefined) {
      const model = {
        ...(JSON.parse(new TextDecoder().decode(described[MLMODEL])) as object),
        artifact_path: record.name,
      };
      await this.#client.post("runs/log-model", { run_id: run.id, model_json: JSON.stringify(model) }, allowance);
    }
    await this.#register(run, record, root, null, allowance);
  }

  /** The version of the registered model, which is created where the registry does not have it. */
  async #register(
    run: MlflowRun,
    { registeredName: name, alias }: ModelRecord,
    source: string,
    modelId: string | null,
    allowance: Allowance,
  ): Promise<string | null> {
    if (name === null) return null;
    try {
      await this.#client.post("registered-models/create", { name }, allowance);
    } catch (error) {
      if (!(error instanceof MlflowError && error.errorCode === "RESOURCE_ALREADY_EXISTS")) throw error;
    }
    const filter = `name = '${name}' AND run_id = '${run.id}'`;
    const created = { name, source, run_id: run.id, ...(modelId !== null && { model_id: modelId }) };
    const version = await retrying(this.#client.policy, allowance, async () => {
      const answer = await this.#client.get("model-versions/search", { filter }, allowance);
      const known = objectsIn(answer, "model_versions").find((version) => version.source === source);
      if (known !== undefined) return textIn(known, "version");
      const made = await this.#client.postOnce("model-versions/create", created, allowance);
      return textIn(objectIn(made, "model_version"), "version");
    });
    if (alias !== null) await this.#client.post("registered-models/alias", { name, alias, version }, allowance);
    return version;
  }
}

/** A name that a text in MLflow's filters can hold. */
function checkRegisteredName(name: string): void {
  checkName("registeredName of the model", name);
  if (!/^[^'\\\p{Cc}]*$/u.test(name)) {
    throw new InvalidParameterError(
      `registeredName of the model must be free of ' and \\; got ${name}`,
      "registeredName",
    );
  }
}

function loggedModel(answer: Answer): LoggedModel {
  const info = objectIn(answer, "info");
  return { id: textIn(info, "model_id"), artifactUri: textIn(info, "artifact_uri"), isReady: info.status === READY };
}

/** Servers older than MLflow 3 do not know the address. */
function isUnknownCall(error: unknown): boolean {
  if (!(error instanceof MlflowError)) return false;
  return (error.status === 404 || error.status === 405) && [null, "ENDPOINT_NOT_FOUND"].includes(error.errorCode);
}
