import { afterEach, describe } from "vitest";
import { MlflowClient } from "../../src/tracking/mlflow-client.js";
import { serverAt } from "../../src/tracking/mlflow-server.js";
import { MlflowStore } from "../../src/tracking/mlflow-store.js";
import type { RunStatus } from "../../src/tracking/records.js";
import { retryPolicy } from "../../src/tracking/retries.js";
import { FakeMlflow, type FakeRun } from "./fake-mlflow.js";
import { type ReadRun, runStoreSuite } from "./run-store-suite.js";

const servers: FakeMlflow[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function started(): Promise<FakeMlflow> {
  const server = await new FakeMlflow().start();
  servers.push(server);
  return server;
}

function storeAt(url: string): MlflowStore {
  const client = new MlflowClient(serverAt(url, {}, {}), retryPolicy({}), 5);
  return new MlflowStore(client, { experiment: { name: "toys" }, tags: {}, patience: 20, writeFile: null });
}

function filesBelow(server: FakeMlflow, root: string): Record<string, Uint8Array> {
  const files = [...server.artifacts].filter(([path]) => path.startsWith(root));
  return Object.fromEntries(files.map(([path, content]) => [path.slice(root.length), content]));
}

function readRun(server: FakeMlflow, run: FakeRun): ReadRun {
  const metrics: Record<string, { value: number; step: number }[]> = {};
  for (const { key, value, step } of run.metrics) (metrics[key] ??= []).push({ value: Number(value), step });
  const keyOf = ({ tags }: FakeRun) => decodeURIComponent(tags.get("trellis.run")!);
  const parent = server.runs.find(({ id }) => id === run.tags.get("mlflow.parentRunId"));
  const models = server.models.filter((model) => model.run === run.id && model.status === "LOGGED_MODEL_READY");
  return {
    key: keyOf(run),
    name: run.name,
    parent: parent === undefined ? null : keyOf(parent),
    status: run.status.toLowerCase() as RunStatus | "running",
    params: Object.fromEntries(run.params),
    metrics,
    tags: Object.fromEntries(run.tags),
    artifacts: filesBelow(server, `${run.experiment}/${run.id}/artifacts/`),
    models: Object.fromEntries(models.map(({ id, name }) => [name, filesBelow(server, `1/models/${id}/artifacts/`)])),
  };
}

describe("The store at a server of MLflow", () => {
  runStoreSuite(async () => {
    const server = await started();
    return {
      store: storeAt(server.url),
      reopen: () => storeAt(server.url),
      runs: async () => server.runs.map((run) => readRun(server, run)),
    };
  });
});
