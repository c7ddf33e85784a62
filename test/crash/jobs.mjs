// npm run test:crash: kills a service, and at times only its process of jobs or only itself, at 20 random moments of a training.
// With --kills=200 as often as that.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { modelStore } from "trellis-learn/node";
import { checkJournal, UNITS, unitsOf } from "./kill-search.mjs";

const SERVICE = fileURLToPath(new URL("jobs-service.mjs", import.meta.url));
const KILLS = Number(process.argv.find((text) => text.startsWith("--kills="))?.slice(8) ?? 20);
const BEFORE = { maxFeatures: "as before" };

/** Runs the service until its job has ended, or for so long; the status of the job, or null. */
async function serve(state, { killAfter = null, victim = "group" } = {}) {
  // Its own process group, which one signal reaches whole.
  const service = spawn(process.execPath, [SERVICE, state], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let [output, complaint] = ["", ""];
  service.stdout.on("data", (text) => (output += text));
  service.stderr.on("data", (text) => (complaint += text));
  const closed = new Promise((resolve) => service.once("close", (code) => resolve(code)));
  const timer = new AbortController();
  if (killAfter !== null) {
    setTimeout(killAfter, undefined, { signal: timer.signal }).then(
      () => kill(service.pid, victim, state),
      () => {},
    );
  }
  const code = await closed;
  timer.abort();
  await processesGone(state);
  if (code === 0) return JSON.parse(output.trim().split("\n").at(-1));
  assert.equal(complaint, "", "only a kill ends the service");
  return null;
}

function kill(pid, victim, state) {
  const target = { group: -pid, service: pid, job: startedIn(state).at(-1) }[victim];
  if (target === undefined) return;
  try {
    process.kill(target, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // It had ended.
  }
}

/** No process of a job outlives its service by more than two seconds, in which the work would not end by itself. */
async function processesGone(state) {
  for (const pid of startedIn(state)) {
    for (let i = 0; isJob(pid); i++) {
      assert.ok(i < 40, `process ${pid} of the job is left`);
      await setTimeout(50);
    }
  }
}

function isJob(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("jobs-work.mjs");
  } catch {
    return false;
  }
}

const folderOf = (state) => join(state, "trainings", "1");

/** Events on disk, read by other code than the library's own. */
function eventsOf(state) {
  const path = join(folderOf(state), "events.jsonl");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.endsWith('"}'))
    .map((line) => JSON.parse(line));
}

const startedIn = (state) =>
  eventsOf(state)
    .filter(({ type }) => type === "started")
    .map(({ data }) => data.pid);

/** What must hold whenever the service is down. */
async function check(state, golden) {
  const events = eventsOf(state);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, i) => i + 1),
    "events are numbered without gaps",
  );
  const acks = events.filter(({ type }) => type === "unit-scored").map(({ data }) => data.key);
  checkJournal(join(folderOf(state), "search.journal"), acks);
  assert.equal(new Set(acks).size, acks.length, "no unit is computed again once it was told");
  const problems = [];
  const store = modelStore(join(state, "models"), { onProblem: (sentence) => problems.push(sentence) });
  const current = await store.current("digits");
  assert.ok(current !== null, "there are always best parameters");
  assert.deepEqual(problems, []);
  if (golden !== null) assert.deepEqual(current.facts, current.version === 1 ? BEFORE : golden.best);
}

/** A training that is killed at each of these moments, and then brought to its end. */
async function train(golden, kills) {
  const state = mkdtempSync(join(tmpdir(), "trellis-crash-"));
  try {
    await modelStore(join(state, "models")).publish("digits", Buffer.from("a model"), BEFORE);
    let killed = 0;
    let status = null;
    for (const moment of [...kills, {}]) {
      status = await serve(state, moment);
      await check(state, golden);
      if (status !== null) break;
      killed++;
    }
    assert.equal(status.state, "completed");
    if (golden !== null) assert.deepEqual(status.result, golden, "the end is that of the training that was let alone");
    assert.equal(unitsOf(join(folderOf(state), "search.journal")).length, UNITS);
    const files = readdirSync(state, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((name) => /lock|\.trellis\.tmp-/.test(name)),
      [],
      "no lock and no temporary file is left",
    );
    return { result: status.result, resumed: status.resumed, killed };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

const begin = performance.now();
const { result: golden } = await train(null, []);
const milliseconds = performance.now() - begin;
console.log(`let alone: ${(milliseconds / 1000).toFixed(1)} s`);

const victims = ["group", "service", "job"];
let kills = 0;
for (let round = 0; kills < KILLS; round++) {
  const moments = Array.from({ length: 10 }, (_, i) => ({
    killAfter: Math.random() * 0.7 * milliseconds,
    victim: victims[(round + i) % victims.length],
  }));
  const { killed, resumed } = await train(golden, moments);
  kills += killed;
  console.log(`${kills} kills of a service; the last training went on ${resumed} times`);
}
console.log("best parameters never lost, nothing computed twice, nothing left behind, the same end each time");
