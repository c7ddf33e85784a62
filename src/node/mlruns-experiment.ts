import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidParameterError } from "../core/errors.js";
import { digestOf, readMeta, writeMeta } from "./mlruns-files.js";

const DEFAULT = { id: "0", name: "Default" };
const DELETED = ".trash";

export interface Experiment {
  readonly id: string;
  readonly folder: string;
}

/** Finds an experiment by its name, or makes it. */
export async function openExperiment(root: string, name: string): Promise<Experiment> {
  await mkdir(join(root, DELETED), { recursive: true });
  if (await isDeleted(root, name)) {
    throw new InvalidParameterError(
      `experiment ${JSON.stringify(name)} was deleted in MLflow; restore it there or choose another one`,
      "experiment",
    );
  }
  const found = (await idsOf(root, name))[0];
  if (found !== undefined) return { id: found, folder: join(root, found) };
  // As MLflow does: a new store begins with the default experiment.
  if ((await readMeta(join(root, DEFAULT.id))) === null) await makeExperiment(root, DEFAULT.id, DEFAULT.name);
  if (name === DEFAULT.name) return { id: DEFAULT.id, folder: join(root, DEFAULT.id) };
  return makeExperiment(root, await freeId(root, name), name);
}

async function makeExperiment(root: string, id: string, name: string): Promise<Experiment> {
  const folder = join(root, id);
  await mkdir(folder, { recursive: true });
  const time = Date.now();
  await writeMeta(folder, {
    artifact_location: pathToFileURL(folder).href,
    creation_time: time,
    experiment_id: id,
    last_update_time: time,
    lifecycle_stage: "active",
    name,
  });
  return { id, folder };
}

/** 18 digits that follow from the name, so that two processes that make it at once make the same one. */
async function freeId(root: string, name: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const number = BigInt(`0x${digestOf(name, `${attempt}`).slice(0, 32)}`);
    const id = `${10n ** 17n + (number % (9n * 10n ** 17n))}`;
    const meta = (await readMeta(join(root, id))) ?? (await readMeta(join(root, DELETED, id)));
    if (meta === null || meta.get("name") === name) return id;
  }
}

/** Ids of the experiments of a name. */
async function idsOf(root: string, name: string): Promise<string[]> {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const ids: string[] = [];
  for (const { name: id } of folders) {
    if (id === DELETED || id === "models") continue;
    if ((await readMeta(join(root, id)))?.get("name") === name) ids.push(id);
  }
  return ids.sort();
}

async function isDeleted(root: string, name: string): Promise<boolean> {
  const isActive = (await idsOf(root, name)).length > 0;
  return !isActive && (await idsOf(join(root, DELETED), name)).length > 0;
}
