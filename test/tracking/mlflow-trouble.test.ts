// What may happen to a server, and what must not happen to whoever logs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DecisionTreeClassifier } from "../../src/index.js";
import { MlflowError, type MlflowTrackerOptions, mlflowTracker } from "../../src/mlflow.js";
import { MlflowClient } from "../../src/tracking/mlflow-client.js";
import { serverAt } from "../../src/tracking/mlflow-server.js";
import type { Tracker } from "../../src/tracking.js";
import { FakeMlflow, type Mishap } from "./fake-mlflow.js";

let folder: string;
let server: FakeMlflow;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "trellis-mlflow-"));
  server = await new FakeMlflow().start();
  // Less than by default: 7, 2 s and 1 s.
  vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0.02");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0.01");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const outbox = () => join(folder, "outbox");
/** Paths of what is in the outbox of the only destination. */
const waiting = () =>
  readdirSync(outbox()).flatMap((name) => readdirSync(join(outbox(), name)).map((file) => join(outbox(), name, file)));
const tracker = (options: MlflowTrackerOptions = {}) =>
  mlflowTracker({ trackingUri: server.url, experiment: "toys", outbox: outbox(), ...options });

/** Less than by default: 5 s and 20 s. */
const IMPATIENT = { timeout: 1, patience: 1.5 };

/** A run with one of everything. */
async function logRun(to: Tracker, key = "k"): Promise<void> {
  const run = to.startRun("forest", { key, tags: { model: "rf" } });
  run.params({ maxDepth: 3 });
  for (let step = 0; step < 3; step++) run.metrics({ loss: 1 / (step + 1) }, step);
  run.artifact("pictures/history.svg", "<svg/>");
  const tree = await new DecisionTreeClassifier().fit([[0], [1]], ["no", "yes"]);
  await run.model("tree", tree, { registeredName: "trees", alias: "champion" });
  run.end();
}

/** It is there, whole, and once. */
function expectRun(): void {
  expect(server.runs).toHaveLength(1);
  const run = server.run("forest");
  expect(run.status).toBe("FINISHED");
  expect([...run.params]).toEqual([["maxDepth", "3"]]);
  expect(run.metrics.map(({ key, value, step }) => [key, value, step])).toEqual([
    ["loss", 1, 0],
    ["loss", 1 / 2, 1],
    ["loss", 1 / 3, 2],
  ]);
  expect(server.artifacts.get("1/run0/artifacts/pictures/history.svg")!.toString()).toBe("<svg/>");
  expect(server.models.map(({ name, status }) => [name, status])).toEqual([["tree", "LOGGED_MODEL_READY"]]);
  expect(run.outputs).toEqual(["m-0"]);
  expect(server.versions.map(({ name, version }) => [name, version])).toEqual([["trees", "1"]]);
  expect(server.aliases).toEqual(new Map([["trees@champion", "1"]]));
}

const HTML = "<!doctype html><title>Welcome</title>";
const mishaps: readonly (readonly [name: string, mishap: Mishap, problem: RegExp])[] = [
  ["never answers", "silent", /does not answer in time/],
  ["fails with status 500", { status: 500 }, /says HTTP status 500/],
  ["is behind a proxy that finds no server", { status: 502, body: HTML }, /says HTTP status 502/],
  ["asks for patience", { status: 429, headers: { "Retry-After": "30" } }, /says HTTP status 429/],
  ["wants a password", { status: 401, body: "You are not authenticated" }, /says HTTP status 401/],
  ["answers with a page", { status: 200, body: HTML }, /something else than whole JSON/],
  ["answers with nothing", { status: 200 }, /something else than whole JSON/],
  ["answers with a lie", { status: 200, body: "[]" }, /something else than whole JSON/],
  ["answers with what is no answer", { status: 200, body: '{"run":7}' }, /an answer of MLflow must have/],
  ["breaks off", "cut off", /cannot be reached/],
  ["answers with 100 MB", "endless", /more than 1048576 bytes/],
];

describe("A server of MLflow that", () => {
  it.each(mishaps)("%s costs no more than its time, and has all once it is well.", async (_, mishap, problem) => {
    server.mishap = () => mishap;
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    const from = performance.now();
    const delivery = await tracking.flush();
    expect(performance.now() - from).toBeLessThan(3000);
    expect(delivery).toMatchObject({ delivered: 0, queued: 8, lost: 0, problem: expect.stringMatching(problem) });

    server.mishap = () => null;
    expect(await tracker().flush()).toMatchObject({ queued: 0, lost: 0, problem: null });
    expectRun();
    expect(waiting()).toEqual([]);
  });

  it("is down is sent all when it is up again, by whoever starts next.", async () => {
    await server.stop();
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    const delivery = await tracking.flush();
    expect(delivery).toMatchObject({ delivered: 0, queued: 8, problem: expect.stringMatching(/ECONNREFUSED/) });
    await server.start();
    await tracker().flush();
    expectRun();
  });

  it("answers with a redirect is not followed.", async () => {
    const elsewhere = await new FakeMlflow().start();
    server.mishap = () => ({ status: 302, headers: { Location: `${elsewhere.url}/api/2.0/mlflow/runs/create` } });
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    expect(await tracking.flush()).toMatchObject({ queued: 8, problem: expect.stringMatching(/redirect/) });
    expect(elsewhere.calls).toEqual([]);
    await elsewhere.stop();
  });

  it.each([
    "POST mlflow/experiments/create",
    "POST mlflow/runs/create",
    "POST mlflow/runs/log-batch",
    "POST mlflow/logged-models",
    "POST mlflow/runs/outputs",
    "POST mlflow/model-versions/create",
    "POST mlflow/runs/update",
  ])("does a call and dies before it says so has all once: %s", async (call) => {
    let deaths = 0;
    server.mishap = (what) => (what === call && deaths++ === 0 ? "dies after" : null);
    const tracking = tracker();
    await logRun(tracking);
    expect(await tracking.flush()).toMatchObject({ queued: 0, lost: 0 });
    expect(deaths).toBeGreaterThan(0);
    expectRun();
  });

  it.each([
    "POST mlflow/runs/log-batch",
    "PUT mlflow-artifacts/artifacts/1/run0/artifacts/pictures/history.svg",
    "POST mlflow/model-versions/create",
  ])("goes down at a call has all once when it is up again: %s", async (call) => {
    let isDown = false;
    server.mishap = (what) => ((isDown ||= what === call) ? "dies after" : null);
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    expect((await tracking.flush()).queued).toBeGreaterThan(0);
    server.mishap = () => null;
    await tracker().flush();
    expectRun();
  });

  it("refuses one record takes the others.", async () => {
    const tracking = tracker();
    const run = tracking.startRun("forest");
    run.params({ refused: 1 });
    run.params({ maxDepth: 3 });
    run.end();
    const problem = expect.stringMatching(/INVALID_PARAMETER_VALUE: Invalid parameter refused/);
    expect(await tracking.flush()).toEqual({ delivered: 3, queued: 0, lost: 1, problem });
    expect([...server.run("forest").params]).toEqual([["maxDepth", "3"]]);
    expect(server.run("forest").status).toBe("FINISHED");
  });

  it("is as old as MLflow 2 has a model among the artifacts of the run.", async () => {
    const models: string[] = [];
    server.mishap = (what) => {
      if (what === "POST mlflow/runs/log-model") models.push(what);
      return what.includes("logged-models")
        ? { status: 404, body: HTML }
        : what.endsWith("log-model")
          ? { status: 200, body: "{}" }
          : null;
    };
    const tracking = tracker();
    await logRun(tracking);
    expect(await tracking.flush()).toMatchObject({ queued: 0, lost: 0, problem: null });
    const root = "1/run0/artifacts/tree/";
    expect([...server.artifacts.keys()]).toContain(`${root}model.onnx`);
    expect(JSON.parse(server.artifacts.get(`${root}MLmodel`)!.toString())).toMatchObject({ run_id: "run0" });
    expect(models).toHaveLength(1);
    expect(server.versions[0]!.source).toBe("mlflow-artifacts:/1/run0/artifacts/tree");
  });
});

describe("A client of MLflow", () => {
  const soon = () => ({ end: performance.now() + 500, signal: undefined });
  const patient = { retries: 7, backoff: 0.02, jitter: 0 };
  const client = (uri = server.url, env = {}) => new MlflowClient(serverAt(uri, {}, env), patient, 0.2);

  it("waits as long as the server asks it to, and no longer than it may.", async () => {
    let times: number[] = [];
    server.mishap = () => {
      times.push(performance.now());
      return times.length === 1 ? { status: 503, headers: { "Retry-After": "0" } } : null;
    };
    await client().post("experiments/create", { name: "a" }, soon());
    expect(times).toHaveLength(2);
    times = [];
    server.mishap = () => {
      times.push(performance.now());
      return { status: 429, headers: { "Retry-After": "1" } };
    };
    await expect(client().post("experiments/create", { name: "b" }, soon())).rejects.toThrow(MlflowError);
    expect(times).toHaveLength(1);
  });

  it("does not try again what is refused, and says what MLflow says.", async () => {
    await client().post("experiments/create", { name: "a" }, soon());
    await expect(client().post("experiments/create", { name: "a" }, soon())).rejects.toMatchObject({
      code: "MLFLOW_FAILED",
      errorCode: "RESOURCE_ALREADY_EXISTS",
      status: 400,
    });
    expect(server.calls).toHaveLength(2);
  });

  it.each([
    ["a password in the URI", "u:p%40ss@", {}, `Basic ${btoa("u:p@ss")}`],
    [
      "a user name and password",
      "",
      { MLFLOW_TRACKING_USERNAME: "u", MLFLOW_TRACKING_PASSWORD: "p@ss" },
      `Basic ${btoa("u:p@ss")}`,
    ],
    ["a token", "", { MLFLOW_TRACKING_TOKEN: "p@ss" }, "Bearer p@ss"],
  ])("sends %s, which no error repeats.", async (_, inUri, env, header) => {
    const lies = { error_code: "PERMISSION_DENIED", message: "p@ss and p%40ss are wrong" };
    server.mishap = () => ({ status: 403, body: JSON.stringify(lies) });
    const error: unknown = await client(server.url.replace("//", `//${inUri}`), env)
      .get("experiments/get-by-name", { experiment_name: "a" }, soon())
      .catch((reason: unknown) => reason);
    expect(server.calls[0]!.authorization).toBe(header);
    expect(String(error)).toContain("PERMISSION_DENIED: *** and");
    expect(String(error)).not.toMatch(/p@ss/);
  });
});

describe("The outbox", () => {
  it("sets a damaged file aside, and sends the others.", async () => {
    await server.stop();
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    await tracking.flush();
    const other = tracker(IMPATIENT);
    other.startRun("other").end();
    await other.flush();
    await server.start();
    const [first] = waiting().sort();
    const bytes = readFileSync(first!);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(first!, bytes);
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await tracker().flush();
    expect(server.runs.map(({ name, status }) => [name, status])).toEqual([["other", "FINISHED"]]);
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/is damaged, and set aside/));
    expect(waiting()).toEqual([`${first}.damaged`]);
    warned.mockRestore();
  });

  it("takes no more than it may.", async () => {
    await server.stop();
    const tracking = tracker({ ...IMPATIENT, maxOutboxBytes: 100 });
    await logRun(tracking);
    const problem = expect.stringMatching(/may hold 100$/);
    expect(await tracking.flush()).toEqual({ delivered: 0, queued: 0, lost: 8, problem });
  });

  it("of one server and experiment keeps out of others'.", async () => {
    await server.stop();
    const tracking = tracker(IMPATIENT);
    await logRun(tracking);
    await tracking.flush();
    await server.start();
    await tracker({ experiment: "other" }).flush();
    expect(server.runs).toEqual([]);
    await tracker().flush();
    expectRun();
  });

  it("is in memory where there is no disk for it.", async () => {
    await server.stop();
    const tracking = tracker({ ...IMPATIENT, outbox: null });
    await logRun(tracking);
    expect(await tracking.flush()).toMatchObject({ queued: 8, lost: 0 });
    expect(readdirSync(folder)).toEqual([]);
  });
});

const program = `
import { DecisionTreeClassifier } from ${JSON.stringify(fileURLToPath(new URL("../../dist/index.js", import.meta.url)))};
import { mlflowTracker } from ${JSON.stringify(fileURLToPath(new URL("../../dist/mlflow.js", import.meta.url)))};
const [trackingUri, outbox] = process.argv.slice(1);
const tracker = mlflowTracker({ trackingUri, experiment: "toys", outbox });
${logRun.toString().replace(/__vite_ssr_import_\d+__\.|\(0,\s*(\w+)\)/g, "$1")}
await logRun(tracker);
await tracker.flush();
`;

describe("A process that is killed (-9) in the middle", () => {
  it.each(["POST mlflow/runs/create", "POST mlflow/runs/log-batch", "PUT mlflow-artifacts", "POST mlflow/runs/update"])(
    "has all once when it is started again: %s",
    async (call) => {
      const start = () =>
        spawn(process.execPath, ["--input-type=module", "-e", program, server.url, outbox()], { stdio: "inherit" });
      const first = start();
      server.mishap = (what) => (what.startsWith(call) && first.kill("SIGKILL") ? "silent" : null);
      await once(first, "exit");
      expect(first.signalCode).toBe("SIGKILL");
      server.mishap = () => null;
      const [code] = await once(start(), "exit");
      expect(code).toBe(0);
      expectRun();
    },
  );
});
