// npm run test:crash: the example server itself, stopped with SIGTERM and then killed (-9) twenty times while it trains. Asks it over
// HTTP, as its clients do. With --kills=200 as often as that.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../examples/server/dist/main.js", import.meta.url));
const KILLS = Number(process.argv.find((text) => text.startsWith("--kills="))?.slice(8) ?? 20);
const READY_SECONDS = 10;
const STOP_SECONDS = 25;

/** Some seconds of work, in two families whose fits are many. */
const training = (trees) => ({
  use_small_dataset: true,
  grid_search_params: {
    rf: { param: { n_estimators: [trees, 2 * trees], max_depth: [3, 5, 8, null] }, n_jobs: 2, cv: 3 },
    svm: { param: { C: [1, 3, 10], gamma: [0.003, 0.01, 0.03] }, n_jobs: 2, cv: 3 },
  },
});
const picture = { data: [new Array(784).fill(0).with(400, 255)] };

class Server {
  static async start(state) {
    const env = { ...process.env, STATE_DIR: state, PORT: "0", TRAIN_ROWS: "2000", MLFLOW_TRACKING_URI: "" };
    const child = spawn(process.execPath, [MAIN], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const started = performance.now();
    const url = await new Promise((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the server did not start (exit code ${code})`)));
      createInterface(child.stdout).on("line", (line) => {
        const { msg, url } = JSON.parse(line);
        if (msg === "listening") resolve(url);
      });
    });
    assert.ok(performance.now() - started < READY_SECONDS * 1000, "it is ready soon after a kill");
    return Object.assign(new Server(), { child, url });
  }

  async get(path) {
    const answer = await fetch(this.url + path);
    return [answer.status, await answer.json()];
  }

  async post(path, body, headers = {}) {
    const all = { "content-type": "application/json", ...headers };
    const answer = await fetch(this.url + path, { method: "POST", headers: all, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
  }

  /** Resolves with the exit code, null after a kill. */
  end(signal) {
    const ended = new Promise((resolve) => this.child.once("exit", (code) => resolve(code)));
    process.kill(signal === "SIGKILL" ? -this.child.pid : this.child.pid, signal);
    return ended;
  }
}

/** What a client sees at any time: results of a training that was completed, and predictions. */
async function isServing(server) {
  const [status, best] = await server.get("/best_model_parameters");
  assert.equal(status, 200);
  assert.ok(best.best_model.accuracy > 0.5);
  const [predicted, { prediction }] = await server.post("/predict", picture);
  assert.deepEqual([predicted, prediction.length], [200, 1]);
  return best;
}

const outcomesOf = (best) => Object.entries(best).map(([name, { seconds: _, ...entry }]) => [name, entry]);

const state = mkdtempSync(join(tmpdir(), "trellis-crash-server-"));
try {
  let server = await Server.start(state);
  const [first] = await server.post("/training", training(5));
  assert.equal(first, 200);
  const before = await isServing(server);

  // What the training ends with when it is let alone; the next one is asked for the same.
  const begun = performance.now();
  await server.post("/training", training(20));
  const milliseconds = performance.now() - begun;
  const golden = outcomesOf(await isServing(server));
  await server.post("/training", training(5));
  assert.deepEqual(outcomesOf(await isServing(server)), outcomesOf(before));
  console.log(`let alone: ${(milliseconds / 1000).toFixed(1)} s`);

  let [kills, trainings, stops] = [0, 0, 0];
  while (kills < KILLS) {
    const [status, { id }] = await server.post("/training", training(20), { prefer: "respond-async" });
    assert.equal(status, 202);
    trainings++;
    const moments = Array.from({ length: 6 }, () => Math.random() * 0.4 * milliseconds);
    for (const [i, moment] of moments.entries()) {
      await setTimeout(moment);
      if ((await server.get(`/training/${id}`))[1].state !== "running") break;
      const asked = performance.now();
      if (i === 0) {
        assert.equal(await server.end("SIGTERM"), 0, "SIGTERM in a training ends it in order");
        assert.ok(performance.now() - asked < STOP_SECONDS * 1000);
        stops++;
      } else {
        await server.end("SIGKILL");
        kills++;
      }
      server = await Server.start(state);
      await isServing(server);
    }
    for (;;) {
      const [, { state: now }] = await server.get(`/training/${id}`);
      if (now !== "running") {
        assert.equal(now, "completed");
        break;
      }
      await setTimeout(200);
    }
    assert.deepEqual(outcomesOf(await isServing(server)), golden, "the end is that of the training that was let alone");
    await server.post("/training", training(5));
    console.log(`${trainings} trainings completed after ${stops} stops and ${kills} kills`);
  }
  assert.equal(await server.end("SIGTERM"), 0);
  console.log("best parameters never lost, each training completed with the same outcome");
} finally {
  rmSync(state, { recursive: true, force: true });
}
