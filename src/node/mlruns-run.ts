import { appendFile, mkdir, readdir, readFile, truncate } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { KnownMetrics } from "../tracking/known-metrics.js";
import { checkKey, checkPath } from "../tracking/record-rules.js";
import { KEY_TAG, type MetricValue, RecordsRefusedError, type RunRecord, type RunStatus } from "../tracking/records.js";
import type { FlatYaml } from "./flat-yaml.js";
import type { Experiment } from "./mlruns-experiment.js";
import { digestOf, META, placeFile, readMeta, textAt, writeMeta } from "./mlruns-files.js";

/** MLflow's numbers (RunStatus in service.proto). */
const STATUS: Readonly<Record<"running" | RunStatus, number>> = { running: 1, finished: 3, failed: 4, killed: 5 };
const LOCAL_SOURCE = 4;

type StartRecord = Extract<RunRecord, { type: "run-started" }>;

/** The folder of a run. */
export class MlrunsRun {
  readonly id: string;
  readonly folder: string;
  readonly #known: KnownMetrics;

  private constructor(id: string, folder: string, known: KnownMetrics) {
    this.id = id;
    this.folder = folder;
    this.#known = known;
  }

  /** The run of a key; null where there is none yet. */
  static async find(experiment: Experiment, key: string): Promise<MlrunsRun | null> {
    const [id, meta] = await idOf(experiment, key);
    if (meta === null) return null;
    const folder = join(experiment.folder, id);
    const known = new KnownMetrics();
    known.found(await loggedSteps(join(folder, "metrics")));
    return new MlrunsRun(id, folder, known);
  }

  /** Starts a run, or goes on with the one of the same key. */
  static async start(experiment: Experiment, record: StartRecord): Promise<MlrunsRun> {
    const found = await MlrunsRun.find(experiment, record.run);
    if (found === null) return MlrunsRun.#make(experiment, record);
    await found.#update({ status: STATUS.running, end_time: null });
    await found.tags(record.tags);
    return found;
  }

  static async #make(experiment: Experiment, { run: key, name, parent, time, tags }: StartRecord): Promise<MlrunsRun> {
    const [id] = await idOf(experiment, key);
    const folder = join(experiment.folder, id);
    const run = new MlrunsRun(id, folder, new KnownMetrics());
    for (const part of ["artifacts", "metrics", "params", "tags"]) await mkdir(join(folder, part), { recursive: true });
    const user = userName();
    await run.tags({
      "mlflow.runName": name,
      "mlflow.source.name": process.argv[1] ?? "",
      "mlflow.source.type": "LOCAL",
      "mlflow.user": user,
      ...(parent !== null && { "mlflow.parentRunId": (await idOf(experiment, parent))[0] }),
      ...tags,
      [KEY_TAG]: key,
    });
    // Last, since with it the run is there.
    await writeMeta(folder, {
      artifact_uri: pathToFileURL(join(folder, "artifacts")).href,
      deleted_time: null,
      end_time: null,
      entry_point_name: "",
      experiment_id: experiment.id,
      lifecycle_stage: "active",
      run_id: id,
      run_name: name,
      run_uuid: id,
      source_name: "",
      source_type: LOCAL_SOURCE,
      source_version: "",
      start_time: time,
      status: STATUS.running,
      tags: [],
      user_id: user,
    });
    return run;
  }

  /** A parameter never changes. */
  async params(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
      const path = this.#pathOf("params", key);
      if ((await textAt(path)) === null) await placeFile(path, value, this.folder);
    }
  }

  async metrics(values: readonly MetricValue[]): Promise<void> {
    for (const value of values) {
      if (!this.#known.add(value)) continue;
      const path = this.#pathOf("metrics", value.key);
      if (value.key.includes("/")) await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${value.time} ${value.value} ${value.step}\n`);
    }
  }

  async tags(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(values)) await placeFile(this.#pathOf("tags", key), value, this.folder);
  }

  async artifact(path: string, content: Uint8Array): Promise<void> {
    checkPath("path of the artifact", path);
    await placeFile(join(this.folder, "artifacts", ...path.split("/")), content, this.folder);
  }

  /** Says that a model came of the run. */
  async output(model: string): Promise<void> {
    const folder = join(this.folder, "outputs", model);
    await mkdir(folder, { recursive: true });
    // MLflow writes the model's id as the destination, too.
    await writeMeta(folder, {
      destination_id: model,
      destination_type: "MODEL_OUTPUT",
      source_id: model,
      source_type: "RUN_OUTPUT",
      step: 0,
      tags: {},
    });
  }

  async end(status: RunStatus, time: number): Promise<void> {
    await this.#update({ status: STATUS[status], end_time: time });
  }

  async #update(values: { readonly status: number; readonly end_time: number | null }): Promise<void> {
    const meta = await readMeta(this.folder);
    if (meta === null) throw new RecordsRefusedError(`the run ${this.id} is gone`, 1);
    await placeFile(join(this.folder, META), meta.with(values), this.folder);
  }

  #pathOf(part: string, key: string): string {
    checkKey(`key ${key}`, key);
    return join(this.folder, part, ...key.split("/"));
  }
}

/**
 * The id of a run follows from its key, so that it is found without looking through all runs, and two processes cannot
 * make it twice. One that was deleted in MLflow is let be, and another one takes its place.
 */
async function idOf({ id: experiment, folder }: Experiment, key: string): Promise<[id: string, FlatYaml | null]> {
  for (let attempt = 0; ; attempt++) {
    const id = digestOf(experiment, key, `${attempt}`).slice(0, 32);
    const meta = await readMeta(join(folder, id));
    if (meta?.get("lifecycle_stage") !== "deleted") return [id, meta];
  }
}

/** The steps of all metrics below a folder. A line that was cut off by a crash is taken away, as MLflow cannot read it. */
async function loggedSteps(folder: string): Promise<{ key: string; step: number }[]> {
  const found: { key: string; step: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
    const key = path.slice(folder.length + 1).replaceAll(sep, "/");
    for (const line of whole.split("\n").slice(0, -1)) found.push({ key, step: Number(line.split(" ")[2] ?? 0) });
  }
  return found;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // A user without an entry in the system's list, as in many containers.
  }
}
