// npm run check:mlflow: logs runs to a real server of MLflow and into a folder, and reads them back through MLflow's own Python
// client; loads and serves the models; kills the server and the process that logs, in the middle; and photographs MLflow's
// user interface where there is Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path).
// Needs Python 3.10 or newer, and PyPI the first time: the pinned packages go into test/tracking/.venv. Prints a line for each
// check. `--picture FILE` keeps the photograph.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  DecisionTreeClassifier,
  GradientBoostingRegressor,
  GridSearchCV,
  LogisticRegression,
  Pipeline,
  RandomForestClassifier,
  SimpleImputer,
  StandardScaler,
} from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { mlflowTracker } from "trellis-learn/mlflow";
import { searchJournal } from "trellis-learn/node";
import { track } from "trellis-learn/tracking";
import { findChromium } from "./chromium.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const venv = path("../test/tracking/.venv");
const python = join(venv, "bin/python");
const requirements = path("../test/tracking/requirements-mlflow.txt");
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const env = {
  ...process.env,
  // MLflow starts other programs of its environment by their names.
  PATH: `${join(venv, "bin")}:${process.env.PATH}`,
  // Less to do for the server, and for whoever waits for it.
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
  MLFLOW_DISABLE_TELEMETRY: "true",
};

function hasPython() {
  const asked = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
  return spawnSync("python3", ["-c", asked]).status === 0;
}

function setUp() {
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  const pinned = readFileSync(requirements, "utf8").match(/^\S+==\S+$/gm);
  const installed = execFileSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" }).split("\n");
  if (pinned.every((requirement) => installed.includes(requirement))) return;
  execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", requirements], { stdio: "inherit" });
}

/** Runs MLflow's side. @returns what it says */
async function mlflow(uri, ...args) {
  const options = { maxBuffer: 2 ** 28, env: { ...env, MLFLOW_TRACKING_URI: uri } };
  const { stdout } = await promisify(execFile)(python, [path("mlflow_side.py"), ...args], options);
  return JSON.parse(stdout);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A command of MLflow that listens on a port. Its helpers belong to its process group, and end with it. */
class Service {
  constructor(port, args) {
    this.url = `http://127.0.0.1:${port}`;
    this.args = ["-m", "mlflow", ...args, "--host", "127.0.0.1", "--port", `${port}`];
  }

  async start(path) {
    this.child = spawn(python, this.args, { env, detached: true, stdio: "ignore" });
    this.ended = once(this.child, "exit");
    for (let i = 0; i < 600; i++) {
      const answer = await fetch(this.url + path).catch(() => null);
      if (answer?.ok) return;
      if (this.child.exitCode !== null) throw new Error(`mlflow ${this.args[2]} ended with ${this.child.exitCode}`);
      await sleep(200);
    }
    throw new Error(`mlflow ${this.args[2]} does not answer within two minutes`);
  }

  /** As a machine that loses its power does. */
  async kill() {
    if (this.child?.exitCode === null) process.kill(-this.child.pid, "SIGKILL");
    await this.ended;
  }
}

const X = Array.from({ length: 120 }, (_, i) => [i % 7, (i * 5) % 11, (i % 3) - 1]);
const kind = X.map(([a, b]) => (a + b > 8 ? "high" : a > 3 ? "middle" : "low"));
const number = X.map(([a, b, c]) => a * b - c);

/** One of everything, and what MLflow must say of it. */
async function logStory(tracker) {
  const parent = tracker.startRun("all kinds", {
    key: `the story's "odd" key; -- 100 % größer \\`,
    tags: { team: "größer" },
  });
  parent.params({ maxDepth: 3, grid: [1, null], long: "x".repeat(10_000) });
  const child = tracker.startRun("one inside", { parent, key: "inside" });
  for (let step = 0; step < 1500; step++)
    child.metrics({ loss: 1 / (step + 1), odd: step % 2 ? Number.NaN : step }, step);
  child.artifact("pictures/größe 1.svg", "<svg/>");
  child.artifact(
    "bytes.bin",
    Uint8Array.from({ length: 70_000 }, (_, i) => i % 251),
  );
  child.end("failed");
  const forest = await new RandomForestClassifier({ nEstimators: 20, randomState: 0 }).fit(X, kind);
  const boosting = await new GradientBoostingRegressor({ nEstimators: 20, randomState: 0 }).fit(X, number);
  const imputer = await new SimpleImputer({ strategy: "most_frequent" }).fit([["low"], ["high"]]);
  const pipeline = await new Pipeline({
    steps: [
      ["scale", new StandardScaler()],
      ["classify", new LogisticRegression()],
    ],
  }).fit(X, kind);
  await parent.model("forest", forest, { registeredName: "kinds-forest", alias: "champion" });
  await parent.model("boosting", boosting);
  await parent.model("pipeline", pipeline);
  await parent.model("imputer", imputer);
  parent.end();
  return { forest, boosting, pipeline };
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const named = (all, name) => {
  const found = all.filter((one) => one.name === name);
  assert.equal(found.length, 1, `one ${name}`);
  return found[0];
};

function checkStory({ runs, models, registry }) {
  assert.equal(runs.length, 2);
  const parent = named(runs, "all kinds");
  assert.deepEqual([parent.status, parent.ended, parent.tags.team], ["FINISHED", true, "größer"]);
  assert.deepEqual(parent.params, { maxDepth: "3", grid: "[1,null]", long: "x".repeat(6000) });
  const child = named(runs, "one inside");
  assert.deepEqual([child.status, child.tags["mlflow.parentRunId"]], ["FAILED", parent.id]);
  assert.deepEqual(
    child.metrics.loss.map(([step, value]) => [step, Number(value)]),
    Array.from({ length: 1500 }, (_, i) => [i, 1 / (i + 1)]),
  );
  assert.deepEqual(child.metrics.odd.slice(0, 3), [
    [0, "0.0"],
    [1, "nan"],
    [2, "2.0"],
  ]);
  assert.deepEqual(child.artifacts, {
    "pictures/größe 1.svg": sha256("<svg/>"),
    "bytes.bin": sha256(Uint8Array.from({ length: 70_000 }, (_, i) => i % 251)),
  });
  assert.deepEqual(
    models.map(({ name, run, status }) => [name, run, status]).sort(),
    ["boosting", "forest", "imputer", "pipeline"].map((name) => [name, parent.id, "READY"]),
  );
  for (const { name, flavors, files } of models) {
    // There is no ONNX of a table of strings that comes out.
    const isOurs = name === "imputer";
    const python = ["conda.yaml", "model.onnx", "model.trellis", "python_env.yaml", "requirements.txt"];
    assert.deepEqual(flavors, isOurs ? ["trellis"] : ["onnx", "python_function", "trellis"], name);
    assert.deepEqual(files, ["MLmodel", ...(isOurs ? ["model.trellis"] : python)]);
  }
  assert.deepEqual([...parent.outputs].sort(), models.map(({ id }) => id).sort());
  const { versions, aliases } = named(registry, "kinds-forest");
  assert.deepEqual(aliases, { champion: "1" });
  assert.deepEqual(versions, { 1: `models:/${named(models, "forest").id}` });
}

const near = (a, b, what) => {
  assert.equal(a.length, b.length);
  for (const [i, value] of a.flat().entries())
    assert.ok(Math.abs(value - b.flat()[i]) <= 1e-5 * Math.max(1, Math.abs(value)), what);
};
const rowsOf = (matrix) =>
  Array.from({ length: matrix.rows }, (_, i) => Array.from({ length: matrix.cols }, (_, j) => matrix.at(i, j)));

async function checkPredictions(uri, { forest, boosting, pipeline }, { models }, folder) {
  const file = join(folder, "rows.json");
  writeFileSync(file, JSON.stringify(X));
  for (const [name, model] of Object.entries({ forest, pipeline })) {
    const { label, probabilities } = await mlflow(uri, "predict", `models:/${named(models, name).id}`, file);
    assert.deepEqual(label, await model.predict(X), name);
    near(rowsOf(await model.predictProba(X)), probabilities, name);
  }
  const { prediction } = await mlflow(uri, "predict", `models:/${named(models, "boosting").id}`, file);
  near(Array.from(await boosting.predict(X)), prediction, "boosting");
}

async function checkServing(uri, forest) {
  const service = new Service(await freePort(), [
    "models",
    "serve",
    "-m",
    "models:/kinds-forest@champion",
    "--env-manager",
    "local",
  ]);
  env.MLFLOW_TRACKING_URI = uri;
  try {
    await service.start("/ping");
    const answer = await fetch(`${service.url}/invocations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ inputs: X }),
    });
    const { predictions } = await answer.json();
    assert.deepEqual(predictions.label, await forest.predict(X));
    near(rowsOf(await forest.predictProba(X)), predictions.probabilities, "served");
  } finally {
    delete env.MLFLOW_TRACKING_URI;
    await service.kill();
  }
}

/** The process that is killed: a search whose candidates are runs. */
async function search(trackingUri, folder) {
  const outbox = join(folder, "outbox");
  const tracker = mlflowTracker({ trackingUri, experiment: "killed", outbox, flushTimeout: 120 });
  const { X, y } = loadDigits();
  const grid = new GridSearchCV({
    estimator: new RandomForestClassifier({ randomState: 0, nEstimators: 10 }),
    paramGrid: { maxDepth: [2, 3, 4, 5, 6, 7, 8, 9], minSamplesLeaf: [1, 2, 4, 8] },
    cv: 3,
  });
  await track(tracker, { name: "digits", key: "digits-1", children: "all" }).fit(grid, X, y, {
    journal: searchJournal(join(folder, "digits.journal")),
  });
  console.log(JSON.stringify(await tracker.flush()));
}

async function checkKilledSearch(server, folder) {
  const start = () =>
    spawn(process.execPath, [path("check-mlflow.mjs"), "search", server.url, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  let kills = 0;
  for (const runs of [2, 9]) {
    const child = start();
    const ended = once(child, "exit");
    while (child.exitCode === null && (await countRuns(server.url, "killed")) < runs) await sleep(20);
    if (child.kill("SIGKILL")) kills++;
    await ended;
  }
  assert.equal(kills, 2);
  const child = start();
  const said = (await child.stdout.toArray()).join("");
  const { queued, lost } = JSON.parse(said);
  assert.deepEqual([queued, lost], [0, 0]);
  const { runs, models } = await mlflow(server.url, "read", "killed");
  const parent = named(runs, "digits");
  const children = runs.filter((run) => run.tags["mlflow.parentRunId"] === parent.id);
  assert.equal(children.length, 32);
  assert.equal(runs.length, 33);
  for (const run of runs) {
    assert.equal(run.status, "FINISHED", run.name);
    for (const [key, values] of Object.entries(run.metrics)) {
      assert.equal(new Set(values.map(([step]) => step)).size, values.length, `${run.name}: ${key}`);
    }
  }
  assert.equal(
    new Set(children.map(({ params }) => JSON.stringify([params.maxDepth, params.minSamplesLeaf]))).size,
    32,
  );
  assert.ok("cv_results.csv" in parent.artifacts);
  assert.equal(models.length, 1);
  return parent.id;
}

async function countRuns(url, experiment) {
  const call = (path, body) =>
    fetch(
      `${url}/api/2.0/mlflow/${path}`,
      body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
    );
  const found = await call(`experiments/get-by-name?experiment_name=${experiment}`);
  if (!found.ok) return 0;
  const {
    experiment: { experiment_id: id },
  } = await found.json();
  const { runs = [] } = await (await call("runs/search", { experiment_ids: [id] })).json();
  return runs.length;
}

async function checkKilledServer(server, folder) {
  const options = { trackingUri: server.url, experiment: "outage", outbox: join(folder, "outbox") };
  const tracker = mlflowTracker(options);
  const run = tracker.startRun("through an outage", { key: "outage" });
  for (let step = 0; step < 400; step++) run.metrics({ loss: 1 / (step + 1) }, step);
  while ((await countRuns(server.url, "outage")) === 0) await sleep(5);
  await server.kill();
  for (let step = 400; step < 800; step++) run.metrics({ loss: 1 / (step + 1) }, step);
  const tree = await new DecisionTreeClassifier({ randomState: 0 }).fit(X, kind);
  await run.model("tree", tree);
  run.artifact("notes.txt", "through an outage");
  run.end();
  const from = performance.now();
  const { queued, lost } = await tracker.flush();
  const seconds = (performance.now() - from) / 1000;
  assert.ok(queued > 0 && lost === 0 && seconds < 21, `${queued} queued, ${lost} lost, ${seconds} s`);
  await server.start("/health");
  const next = await mlflowTracker({ ...options, flushTimeout: 120 }).flush();
  assert.deepEqual([next.queued, next.lost, next.problem], [0, 0, null]);
  const { runs, models } = await mlflow(server.url, "read", "outage");
  assert.equal(runs.length, 1);
  assert.deepEqual([runs[0].status, models.length, models[0].status], ["FINISHED", 1, "READY"]);
  assert.deepEqual(
    runs[0].metrics.loss.map(([step]) => step),
    [...Array(800).keys()],
  );
  assert.deepEqual(runs[0].artifacts, { "notes.txt": sha256("through an outage") });
  return { queued, seconds };
}

async function checkFolder(folder) {
  const source = join(folder, "mlruns");
  const tracker = mlflowTracker({ trackingUri: source, experiment: "story" });
  const estimators = await logStory(tracker);
  const { queued, lost, problem } = await tracker.flush();
  assert.deepEqual([queued, lost, problem], [0, 0, null]);
  const target = `sqlite:///${join(folder, "migrated.db")}`;
  execFileSync(python, ["-m", "mlflow", "migrate-filestore", "--source", source, "--target", target], {
    env,
    stdio: "pipe",
  });
  const read = await mlflow(target, "read", "story");
  checkStory(read);
  await checkPredictions(target, estimators, read, folder);
}

/** @returns whether there is Chromium to photograph with */
function photograph(url, folder, kept) {
  const chromium = findChromium();
  if (!chromium) return false;
  const file = kept ?? join(folder, "ui.png");
  const options = [
    "--headless=new",
    "--no-sandbox",
    `--user-data-dir=${join(folder, "profile")}`,
    "--window-size=1600,900",
  ];
  const patience = ["--virtual-time-budget=60000", "--timeout=90000"];
  execFileSync(chromium, [...options, ...patience, `--screenshot=${file}`, url], { stdio: "ignore", timeout: 150_000 });
  const page = execFileSync(chromium, [...options, ...patience, "--dump-dom", url], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 26,
    timeout: 150_000,
  });
  assert.match(page, /candidate \d/);
  return true;
}

async function main(picture) {
  const folder = mkdtempSync(join(tmpdir(), "trellis-check-mlflow-"));
  const store = [
    "--backend-store-uri",
    `sqlite:///${join(folder, "mlflow.db")}`,
    "--artifacts-destination",
    join(folder, "artifacts"),
  ];
  const server = new Service(await freePort(), ["server", ...store, "--workers", "1"]);
  try {
    await server.start("/health");
    const outbox = join(folder, "outbox");
    const tracker = mlflowTracker({ trackingUri: server.url, experiment: "story", outbox, flushTimeout: 120 });
    const estimators = await logStory(tracker);
    const { delivered, queued, lost, problem } = await tracker.flush();
    assert.deepEqual([queued, lost, problem], [0, 0, null]);
    const read = await mlflow(server.url, "read", "story");
    checkStory(read);
    console.log(`one of everything: ${delivered} records, read back alike through MlflowClient`);
    const again = mlflowTracker({ trackingUri: server.url, experiment: "story", outbox, flushTimeout: 120 });
    await logStory(again);
    assert.deepEqual(await again.flush(), { delivered, queued: 0, lost: 0, problem: null });
    assert.deepEqual(await mlflow(server.url, "read", "story"), read);
    console.log("the same logged again by the same keys: everything there once");
    await checkPredictions(server.url, estimators, read, folder);
    console.log("mlflow.pyfunc.load_model: a forest, a boosting and a pipeline predict what we predict");
    await checkServing(server.url, estimators.forest);
    console.log("mlflow models serve: answers what we predict");
    const searchRun = await checkKilledSearch(server, folder);
    console.log("a search killed (-9) twice and started again: 33 runs, each metric, artifact and model once");
    const outage = await checkKilledServer(server, folder);
    console.log(
      `the server killed (-9) in the middle: ${outage.queued} records put by, flushed in ${outage.seconds.toFixed(1)} s, all there once`,
    );
    await checkFolder(folder);
    console.log("a folder, after mlflow migrate-filestore: read back alike, its models predict what we predict");
    const {
      experiment: { experiment_id: id },
    } = await (await fetch(`${server.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=killed`)).json();
    const isSeen = photograph(`${server.url}/#/experiments/${id}/runs/${searchRun}`, folder, picture);
    console.log(
      isSeen ? "the user interface: shows the search" : "the user interface: not looked at, there is no Chromium",
    );
    assert.deepEqual(
      readdirSync(outbox).flatMap((name) => readdirSync(join(outbox, name))),
      [],
    );
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === "search") await search(...rest);
else if (!hasPython()) console.log("check:mlflow is skipped: there is no Python 3.10 or newer (with venv) on the PATH");
else {
  setUp();
  await main(command === "--picture" ? rest[0] : undefined);
}
