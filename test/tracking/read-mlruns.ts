import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { ReadRun } from "./run-store-suite.js";

const STATUS: Record<string, ReadRun["status"]> = { 1: "running", 3: "finished", 4: "failed", 5: "killed" };
/** Tags of MLflow and of the store itself. */
const OF_STORES = /^(mlflow\.|trellis\.run$)/;

/** The runs of an mlruns folder; test/tracking/check_mlruns.py reads the same with MLflow itself. */
export function readMlruns(root: string): ReadRun[] {
  const experiments = foldersIn(root).filter((name) => /^\d+$/.test(name));
  const runs = experiments.flatMap((experiment) => {
    const folder = join(root, experiment);
    return foldersIn(folder)
      .filter((name) => existsSync(join(folder, name, "meta.yaml")))
      .map((name) => readRun(folder, name));
  });
  const keys = new Map(runs.map(({ id, key }) => [id, key]));
  return runs.map(({ id, parentId, ...run }) => ({ ...run, parent: parentId === null ? null : keys.get(parentId)! }));
}

function readRun(experiment: string, id: string) {
  const folder = join(experiment, id);
  const meta = readFileSync(join(folder, "meta.yaml"), "utf8");
  const tags = new Map(Object.entries(texts(join(folder, "tags"))));
  const metrics = Object.entries(texts(join(folder, "metrics"))).map(([key, text]) => {
    const lines = text.trimEnd().split("\n");
    return [
      key,
      lines.map((line) => ({ value: Number(line.split(" ")[1]), step: Number(line.split(" ")[2]) })),
    ] as const;
  });
  return {
    id,
    key: tags.get("trellis.run")!,
    name: tags.get("mlflow.runName")!,
    parentId: tags.get("mlflow.parentRunId") ?? null,
    status: STATUS[/^status: (\d)$/m.exec(meta)![1]!]!,
    params: texts(join(folder, "params")),
    metrics: Object.fromEntries(metrics),
    tags: Object.fromEntries([...tags].filter(([key]) => !OF_STORES.test(key))),
    artifacts: filesIn(join(folder, "artifacts")),
    models: modelsOf(experiment, id),
  };
}

function modelsOf(experiment: string, run: string): ReadRun["models"] {
  const models = foldersIn(join(experiment, "models")).map((id) => {
    const folder = join(experiment, "models", id);
    const meta = readFileSync(join(folder, "meta.yaml"), "utf8");
    return { of: field(meta, "source_run_id"), name: field(meta, "name"), files: filesIn(join(folder, "artifacts")) };
  });
  return Object.fromEntries(models.filter(({ of }) => of === run).map(({ name, files }) => [name, files]));
}

const field = (meta: string, key: string) => new RegExp(`^${key}: "?([^"\n]*)"?$`, "m").exec(meta)![1]!;

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function filesIn(folder: string): Record<string, Uint8Array> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path).replaceAll("\\", "/"), new Uint8Array(readFileSync(path))];
    }),
  );
}

function texts(folder: string): Record<string, string> {
  const files = Object.entries(filesIn(folder));
  return Object.fromEntries(files.map(([key, content]) => [key, Buffer.from(content).toString("utf8")]));
}
