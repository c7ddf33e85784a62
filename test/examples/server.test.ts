import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RandomForestClassifier } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { modelStore } from "trellis-learn/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitPicture } from "../../examples/digits/src/digit-picture.js";

const EXAMPLE = new URL("../../examples/server/", import.meta.url);
const BUILT = fileURLToPath(new URL(`dist/test-${process.pid}`, EXAMPLE));
const JSON_BODY = { "content-type": "application/json" };

/** The service as users start it, in a process of its own. */
class RunningServer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  static async start(state: string, env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const child = spawn(process.execPath, [join(BUILT, "main.js")], {
      env: {
        ...process.env,
        STATE_DIR: state,
        PORT: "0",
        TRAIN_ROWS: "300",
        TRAIN_NICE: "0",
        MLFLOW_TRACKING_URI: "",
        ...env,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface(child.stdout!)) {
      const { msg, url } = JSON.parse(line);
      if (msg !== "listening") continue;
      child.stdout!.resume();
      return new RunningServer(url, child);
    }
    throw new Error("the service did not start");
  }

  get = (path: string, headers: Record<string, string> = {}) => fetch(this.url + path, { headers, redirect: "manual" });

  post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(this.url + path, { method: "POST", headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });

  predictDigit = (file: Uint8Array, field = "image") => {
    const form = new FormData();
    form.set(field, new Blob([Uint8Array.from(file)]), "../../digit.png");
    return fetch(`${this.url}/predict_digit`, { method: "POST", body: form });
  };

  /** Resolves with the exit code, or null after a kill. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#process.kill(signal);
    const [code] = await once(this.#process, "exit");
    return code;
  }
}

const training = {
  use_small_dataset: true,
  grid_search_params: {
    svm: { param: { C: [1, 10], gamma: ["scale"], kernel: ["rbf"] }, n_jobs: -1, cv: 2 },
    rf: { param: { n_estimators: [2, 5], max_depth: [null, 3], min_samples_split: [2] }, n_jobs: -1, cv: 2 },
  },
};
const picture = new Array(784).fill(0).with(400, 255);

describe("The server example", () => {
  let state: string;
  let server: RunningServer;

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL("build.mjs", EXAMPLE)), BUILT]);
    state = await mkdtemp(join(tmpdir(), "trellis-server-"));
    const { X, y } = loadDigits();
    const forest = await new RandomForestClassifier({ nEstimators: 20, randomState: 0 }).fit(X, y);
    await modelStore(join(state, "models")).publish("digits", forest);
    server = await RunningServer.start(state);
  });
  afterAll(async () => {
    await server.end("SIGKILL");
    await rm(state, { recursive: true, maxRetries: 5, retryDelay: 200 });
    await rm(BUILT, { recursive: true });
  });

  it("says so where nothing was trained yet", async () => {
    const best = await server.get("/best_model_parameters");
    expect([best.status, (await best.json()).code]).toEqual([404, "NO_RESULTS"]);
    const answer = await server.post("/predict", { data: [picture] });
    expect([answer.status, (await answer.json()).code]).toEqual([503, "MODEL_NOT_READY"]);
    expect(answer.headers.get("retry-after")).not.toBeNull();
  });

  it("shows browsers and probes the page, and does not train for them", async () => {
    for (const answer of [
      await server.get("/", { accept: "text/html,*/*;q=0.8" }),
      await fetch(`${server.url}/`, { method: "HEAD", redirect: "manual" }),
    ]) {
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/ui/"]);
    }
    const other = await server.get("/", { "sec-fetch-site": "cross-site" });
    expect(other.status).toBe(403);
    expect(await (await server.get("/training")).json()).toEqual([]);
  });

  it("reads the pictures of the second seed", async () => {
    for (const digit of [1, 7]) {
      const answer = await server.predictDigit(digitPicture(digit));
      expect(answer.headers.get("x-model")).toBe("digits");
      expect(await answer.json()).toEqual({ prediction: digit });
    }
  });

  it("refuses forms that are not as expected", async () => {
    const wrong = await server.predictDigit(digitPicture(1), "file");
    expect([wrong.status, (await wrong.json()).code]).toEqual([400, "EXPECTED_FIELD"]);
    const large = await server.predictDigit(new Uint8Array(6e6));
    expect([large.status, (await large.json()).code]).toEqual([413, "FILE_TOO_LARGE"]);
    const json = await server.post("/predict_digit", {});
    expect(json.status).toBe(415);
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const cut = await fetch(`${server.url}/predict_digit`, { method: "POST", headers, body: "--x\r\n" });
    expect([cut.status, (await cut.json()).code]).toEqual([400, "BAD_FORM"]);
  });

  it("goes on with a training after a kill, and ends as if there had been none", async () => {
    const answer = await server.post("/training", training, { prefer: "respond-async" });
    expect([answer.status, answer.headers.get("location")]).toEqual([202, "/training/1"]);
    const other = await server.post("/training", { grid_search_params: { rf: {} } });
    expect([other.status, (await other.json()).code]).toEqual([409, "JOB_RUNNING"]);
    for await (const chunk of (await server.get("/training/1/events")).body!) {
      if (Buffer.from(chunk).includes("event: fold-scored")) break;
    }
    await server.end("SIGKILL");

    server = await RunningServer.start(state);
    const done = await server.post("/training", training);
    expect(await done.json()).toEqual({ message: "Training completed and logged to MLflow" });
    const status = await (await server.get("/training/1")).json();
    expect(status).toMatchObject({ state: "completed", resumed: 1 });
    expect(status.result.models).toEqual(["rf", "svm", "ensemble"].map((name) => ({ name, version: 1 })));
    const events = await (await server.get("/training/1/events")).text();
    for (const type of ["training-started", "family-finished", "ensemble-finished", "published", "ended"]) {
      expect(events).toContain(`event: ${type}\n`);
    }
  }, 180_000);

  it("gives the best parameters as the first seed's README has them, from a file that a kill cannot tear", async () => {
    const best = await (await server.get("/best_model_parameters")).json();
    expect(Object.keys(best)).toEqual(["best_model", "rf", "svm"]);
    expect(best.best_model).toEqual(best[best.best_model.name]);
    expect(Object.keys(best.svm)).toEqual([
      "name",
      "best_params",
      "accuracy",
      "test_accuracy",
      "test_loss",
      "roc_auc_score",
      "recall",
    ]);
    expect(best.svm.best_params).toMatchObject({ gamma: "scale", kernel: "rbf" });
    expect(Object.keys(best.rf.best_params)).toEqual(["max_depth", "min_samples_split", "n_estimators"]);
    expect(JSON.parse(await readFile(join(state, "best_parameters.json"), "utf8"))).toEqual(best);
  });

  it("predicts with what was trained, without a restart", async () => {
    const { best_model } = await (await server.get("/best_model_parameters")).json();
    const answer = await server.post("/predict", { ensemble_predict: false, data: [picture, picture] });
    expect(answer.headers.get("x-model")).toBe(best_model.name);
    const { prediction } = await answer.json();
    expect(prediction).toHaveLength(2);
    expect(prediction.every(Number.isInteger)).toBe(true);
    const voted = await server.post("/predict", { ensemble_predict: true, data: [picture] });
    expect(voted.headers.get("x-model")).toBe("ensemble");
    expect((await voted.json()).prediction).toHaveLength(1);
  });

  it.each([
    ["no rows", { data: [] }, 400, "EMPTY"],
    ["a row alone", { data: picture }, 400, "BAD_SHAPE"],
    ["a picture in rows", { data: [[[0]]] }, 400, "BAD_SHAPE"],
    ["a row that is too short", { data: [picture.slice(1)] }, 400, "BAD_SHAPE"],
    ["a shade that is none", { data: [picture.with(0, 256)] }, 400, "OUT_OF_RANGE"],
    ["half a shade", { data: [picture.with(0, 0.5)] }, 400, "OUT_OF_RANGE"],
    ["a shade in words", { data: [picture.with(0, "7")] }, 400, "NOT_A_NUMBER"],
    ["a word for true", { data: [picture], ensemble_predict: "true" }, 400, "INVALID_BODY"],
    ["another key", { data: [picture], model: "rf" }, 400, "UNKNOWN_KEY"],
  ])("refuses to predict for %s", async (_, body, status, code) => {
    const answer = await server.post("/predict", body);
    expect([answer.status, (await answer.json()).code]).toEqual([status, code]);
  });

  it("describes its routes and counts its trainings", async () => {
    const { paths } = await (await server.get("/openapi.json")).json();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(["/", "/training", "/predict", "/predict_digit", "/best_model_parameters"]),
    );
    const metrics = await (await server.get("/metrics")).text();
    expect(metrics).toContain('training_ended_total{state="completed"} 1');
    expect(metrics).toContain('training_trials_total{state="scored"} 6');
    expect(metrics).toContain("training_resumed_total 1");
  });

  it("answers mistakes as the first seed did where that is asked for, and drains", async () => {
    expect(await server.end("SIGTERM")).toBe(0);
    server = await RunningServer.start(state, { COMPAT_STATUS: "1" });
    const answer = await server.post("/predict", { data: [] });
    expect([answer.status, (await answer.json()).code]).toEqual([500, "EMPTY"]);
  });
});
