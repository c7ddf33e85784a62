// npm run check:optuna: Optuna and Trellis work on one journal, one after the other and at once, and must agree on all that
// is in it; so must optuna-dashboard's server. Needs Python 3.10 or newer, and PyPI the first time: the pinned peers go into
// test/.venv. Prints a line for each check.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { journalStorage } from "trellis-learn/node";
import { choice, createStudy, float, int, loadStudy, TpeSampler, TrialPruned } from "trellis-learn/tune";
import { installPeers, python } from "./python-peers.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const requirements = path("../test/golden/make/requirements-optuna.txt");
const TRIALS_A_WORKER = 40;

/** Runs Optuna's side. @returns {Promise<string>} what it prints */
async function optuna(...args) {
  const { stdout } = await promisify(execFile)(python, [path("optuna_side.py"), ...args], { maxBuffer: 2 ** 28 });
  return stdout;
}

/** How tests tell of trials. */
async function loadTold() {
  const source = readFileSync(path("../test/tune/told.ts"), "utf8");
  const { code } = transformSync(source, { loader: "ts", format: "esm" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

const open = (journal, seed) =>
  createStudy({
    name: "shared",
    storage: journalStorage(journal),
    sampler: new TpeSampler({ randomState: seed }),
    loadIfExists: true,
  });

/** As in optuna_side.py. */
async function objective(trial) {
  const x = trial.suggestFloat("x", -5, 5);
  const lr = trial.suggest("lr", float(1e-5, 1e-1, { log: true }));
  const n = trial.suggest("n", int(50, 300, { step: 50 }));
  const kind = trial.suggest("kind", choice([null, true, "rbf", 0.5, "日本"]));
  trial.setUserAttr("by", "node");
  for (let step = 0; step < 3; step++) {
    await trial.report((x - 2) ** 2 + 3 - step, step);
    if (await trial.shouldPrune()) throw new TrialPruned();
  }
  return (x - 2) ** 2 + lr + n / 1000 + Number(kind === null);
}

async function begin(journal) {
  const study = await open(journal, 0);
  await study.setUserAttr("begun by", { node: process.version, list: [1, null, "日本"] });
  await study.enqueueTrial({ x: 1.5, kind: "日本" }, { userAttrs: { for: "whoever" } });
  await study.optimize(objective, { nTrials: 8 });
  await study.tell(await study.ask({ x: float(-5, 5) }), Number.NaN);
  const left = await study.ask();
  left.suggestFloat("x", -5, 5);
  await left.report(Number.NaN, 0);
  await study.enqueueTrial({ x: 4.5, n: 100 });
  return study.trials.length;
}

async function goOn(journal) {
  const study = await open(journal, 2);
  await study.optimize(objective, { nTrials: 8 });
  return study.trials.length;
}

async function work(journal, trials) {
  const study = await open(journal, process.pid);
  for (let i = 0; i < trials; i++) {
    const trial = await study.ask();
    trial.setUserAttr("worker", `node ${process.pid}`);
    await study.tell(trial, (trial.suggestFloat("x", -5, 5) - 2) ** 2);
  }
}

/** Checks that all readers see the same trials. @returns those trials, as told */
async function agree(journal, { told, plain }) {
  const [theirs] = JSON.parse(await optuna("read", journal));
  const study = await loadStudy({ storage: journalStorage(journal) });
  assert.equal(study.name, theirs.name);
  assert.deepEqual(plain(study.userAttrs), theirs.userAttrs);
  const ours = study.trials.map((trial, i) => told(trial, theirs.trials[i]));
  assert.deepEqual(ours, theirs.trials);

  const shown = JSON.parse(await optuna("dashboard", journal));
  assert.equal(shown.study.study_name, "shared");
  const states = { Complete: "complete", Pruned: "pruned", Fail: "failed", Running: "running", Waiting: "waiting" };
  const asShown = shown.detail.trials.map(({ number, state, values, intermediate_values: reports }) => ({
    number,
    state: states[state],
    values: values ?? null,
    steps: (reports ?? []).map(({ step }) => step),
  }));
  assert.deepEqual(
    asShown,
    ours.map(({ number, state, values, intermediate }) => ({
      number,
      state,
      values,
      steps: Object.keys(intermediate).map(Number),
    })),
  );
  return ours;
}

const count = (trials, property) => {
  const counts = new Map();
  for (const trial of trials) counts.set(property(trial), (counts.get(property(trial)) ?? 0) + 1);
  return counts;
};

async function checkTurns(journal, telling) {
  const begun = await begin(journal);
  const before = await agree(journal, telling);
  console.log(`begun by Trellis: Optuna and optuna-dashboard read the same ${begun} trials`);

  await optuna("continue", journal);
  const between = await agree(journal, telling);
  assert.ok(between.length > begun);
  // What was over stays as it was; what waited was run by Optuna with its parameters.
  const isOver = ({ state }) => state !== "running" && state !== "waiting";
  for (const trial of before.filter(isOver)) assert.deepEqual(between[trial.number], trial);
  const waited = before.find(({ state }) => state === "waiting");
  assert.deepEqual([between[waited.number].params.x, between[waited.number].params.n], [4.5, 100]);
  assert.equal(between[waited.number].userAttrs.by, "python");
  console.log(`continued by Optuna: ${between.length} trials, the enqueued one among them, read alike by all`);

  await goOn(journal);
  const after = await agree(journal, telling);
  for (const trial of between.filter(isOver)) assert.deepEqual(after[trial.number], trial);
  const given = between.findLast(({ state }) => state === "waiting");
  assert.deepEqual([after[given.number].params.x, after[given.number].params.kind], [-3.25, null]);
  assert.deepEqual(after[given.number].userAttrs, { for: "node", by: "node" });
  console.log(`continued by Trellis: ${after.length} trials, nothing lost, read alike by all`);
  console.log(`  states: ${[...count(after, ({ state }) => state)].map((pair) => pair.join(" ")).join(", ")}`);
}

async function checkAtOnce(journal, telling) {
  await open(journal, 0);
  const node = () => promisify(execFile)(process.execPath, [path("check-optuna.mjs"), "work", journal]);
  await Promise.all([node(), node(), optuna("work", `${TRIALS_A_WORKER}`, journal)]);
  const trials = await agree(journal, telling);
  assert.deepEqual(
    trials.map(({ number }) => number),
    [...Array(3 * TRIALS_A_WORKER).keys()],
  );
  assert.ok(trials.every(({ state }) => state === "complete"));
  const workers = count(trials, ({ userAttrs }) => userAttrs.worker);
  assert.deepEqual([...workers.values()], [TRIALS_A_WORKER, TRIALS_A_WORKER, TRIALS_A_WORKER]);
  console.log(
    `two processes of Node and one of Python at once: ${trials.length} trials, numbers without a gap, read alike`,
  );
}

if (process.argv[2] === "work") {
  await work(process.argv[3], TRIALS_A_WORKER);
} else {
  const folder = mkdtempSync(join(tmpdir(), "trellis-optuna-"));
  try {
    installPeers(requirements);
    const telling = await loadTold();
    await checkTurns(join(folder, "turns.log"), telling);
    await checkAtOnce(join(folder, "at-once.log"), telling);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
