import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkAlias, checkModelName, checkPath } from "../tracking/record-rules.js";
import type { RunRecord } from "../tracking/records.js";
import type { Experiment } from "./mlruns-experiment.js";
import { digestOf, placeFile, readMeta, writeMeta } from "./mlruns-files.js";
import type { MlrunsRun } from "./mlruns-run.js";

type ModelRecord = Extract<RunRecord, { type: "model" }>;

const READY = 2;
const VERSION = /^version-(\d+)$/;

/** A model of a run, beside the runs of its experiment; a run has one of a name. */
export async function keepModel(root: string, experiment: Experiment, run: MlrunsRun, record: ModelRecord) {
  const id = `m-${digestOf(run.id, record.name).slice(0, 32)}`;
  const folder = join(experiment.folder, "models", id);
  for (const part of ["artifacts", "metrics", "params"]) await mkdir(join(folder, part), { recursive: true });
  // What describes a model for MLflow is loaded by whoever keeps one.
  const { mlmodelAt } = await import("../tracking/mlflow-model.js");
  const files = { ...record.files, ...mlmodelAt(record.files, run.id, id) };
  for (const [path, content] of Object.entries(files)) {
    checkPath("path of a file of the model", path);
    await placeFile(join(folder, "artifacts", ...path.split("/")), content, folder);
  }
  const location = pathToFileURL(join(folder, "artifacts")).href;
  const time = Date.now();
  await writeMeta(folder, {
    artifact_location: location,
    creation_timestamp: await createdAt(folder, time),
    experiment_id: experiment.id,
    last_updated_timestamp: time,
    lifecycle_stage: "active",
    model_id: id,
    model_type: null,
    name: record.name,
    source_run_id: run.id,
    status: READY,
    status_message: null,
  });
  await run.output(id);
  if (record.registeredName !== null) await register(root, record.registeredName, record.alias, run, id, location);
}

/** Makes a model the newest version of a registered model, unless it is a version of it already. */
async function register(
  root: string,
  name: string,
  alias: string | null,
  run: MlrunsRun,
  model: string,
  location: string,
): Promise<void> {
  checkModelName("registeredName of the model", name);
  if (alias !== null) checkAlias(alias);
  const folder = join(root, "models", name);
  await mkdir(folder, { recursive: true });
  const time = Date.now();
  const known = await versionsOf(folder);
  let version = known.find(({ of }) => of === model)?.version;
  if (version === undefined) {
    version = Math.max(0, ...known.map((one) => one.version)) + 1;
    const versionFolder = join(folder, `version-${version}`);
    await mkdir(versionFolder, { recursive: true });
    await writeMeta(versionFolder, {
      creation_timestamp: time,
      current_stage: "None",
      description: null,
      last_updated_timestamp: time,
      model_id: model,
      name,
      run_id: run.id,
      run_link: null,
      source: `models:/${model}`,
      status: "READY",
      status_message: null,
      storage_location: location,
      user_id: null,
      version,
    });
  }
  if (alias !== null) await placeFile(join(folder, "aliases", alias), `${version}`, folder);
  await writeMeta(folder, {
    aliases: {},
    creation_timestamp: await createdAt(folder, time),
    description: null,
    last_updated_timestamp: time,
    name,
  });
}

async function versionsOf(folder: string): Promise<{ version: number; of: string | undefined }[]> {
  const versions: { version: number; of: string | undefined }[] = [];
  for (const name of await readdir(folder)) {
    const version = VERSION.exec(name)?.[1];
    if (version === undefined) continue;
    versions.push({ version: Number(version), of: (await readMeta(join(folder, name)))?.get("model_id") });
  }
  return versions;
}

/** When it was made first, which stays as it is. */
async function createdAt(folder: string, time: number): Promise<number> {
  return Number((await readMeta(folder))?.get("creation_timestamp") ?? time);
}
