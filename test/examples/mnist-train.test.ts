import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inlinePool, Matrix, trainTestSplit } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { loadModel } from "trellis-learn/node";
import { memoryTracker } from "trellis-learn/tracking";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Data } from "../../examples/mnist/src/data.js";
import { type Family, families } from "../../examples/mnist/src/families.js";
import { logBestOfAll } from "../../examples/mnist/src/log-outcomes.js";
import { ReportFolder } from "../../examples/mnist/src/report-folder.js";
import { type FittedClassifier, scoresOf } from "../../examples/mnist/src/scores.js";
import { bestOf, type Trained, trainFamily, vote } from "../../examples/mnist/src/train.js";

/** The 8 x 8 digits in place of MNIST, three times as large and in a frame: the same kind of task, in little time. */
function digits(): Data {
  const { X, y } = loadDigits();
  const images = new Uint8Array(X.rows * 784);
  for (let i = 0; i < images.length; i++) {
    const [row, down, across] = [
      Math.floor(i / 784),
      Math.floor(((i % 784) / 28 - 2) / 3),
      Math.floor(((i % 28) - 2) / 3),
    ];
    if (down >= 0 && down < 8 && across >= 0 && across < 8) images[i] = X.at(row, 8 * down + across);
  }
  const pixels = new Matrix(images, X.rows, 784, { scale: 1 / 16 });
  const [someX, , someY] = trainTestSplit(pixels, y, { trainSize: 600, randomState: 0, stratify: y });
  const [trainX, testX, trainY, testY] = trainTestSplit(someX, someY, { randomState: 0, stratify: someY });
  return { train: { X: trainX, y: trainY }, test: { X: testX, y: testY }, untouched: null };
}

/** Nets of one kind, which see the few rows more often. */
const inLittleTime = { batchSize: [16], epochs: [10, 20], optimizer: ["adam"] } as const;
const smaller = families.map((family): Family => {
  if (family.name !== "cnn" && family.name !== "fcnn") return family;
  return { ...family, search: family.search.clone({ paramGrid: inLittleTime }) } as Family;
});

describe("The training of the MNIST example", () => {
  const data = digits();
  const options = { pool: inlinePool() };
  let folder: ReportFolder;
  const tracker = memoryTracker();
  const trained: Trained[] = [];
  const outcomes = () => trained.map(({ outcome }) => outcome);

  beforeAll(async () => {
    folder = new ReportFolder(join(await mkdtemp(join(tmpdir(), "trellis-mnist-")), "report"));
    await folder.create();
    for (const family of smaller) trained.push(await trainFamily(family, data, folder, tracker, options));
    trained.push(await vote(trained, data, folder, tracker, options));
  });
  afterAll(async () => {
    await options.pool.close();
    await rm(join(folder.path, ".."), { recursive: true });
  });

  it("finds a good model of every family, and an ensemble of them", () => {
    expect(outcomes().map(({ name }) => name)).toEqual([...families.map(({ name }) => name), "ensemble"]);
    for (const { test } of outcomes()) {
      expect(test.accuracy).toBeGreaterThan(0.9);
      expect(test.rocAuc).toBeGreaterThan(0.98);
      expect(test.confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(data.test.X.rows);
    }
  });

  it("leaves a line for each candidate, a picture and a model of each family", async () => {
    const files = await readdir(folder.path);
    for (const { name } of outcomes())
      expect(files).toEqual(expect.arrayContaining([`${name}-confusion.svg`, `${name}.trellis`]));
    const csv = await readFile(join(folder.path, "rf-cv-results.csv"), "utf8");
    expect(csv.trimEnd().split("\r\n")).toHaveLength(1 + 27);
    expect(csv.split("\r\n")[0]).toContain("mean_train_score");
  });

  it("leaves models that answer after loading as they did before", async () => {
    for (const { name, test } of outcomes()) {
      const model = (await loadModel(join(folder.path, `${name}.trellis`))) as unknown as FittedClassifier;
      expect(await scoresOf(model, data.test, options)).toEqual(test);
    }
  });

  it("logs a run of every family with its scores, picture and model, and one of the ensemble and of the best", async () => {
    const best = bestOf(trained);
    await logBestOfAll(tracker, best);
    expect(await tracker.flush()).toMatchObject({ queued: 0, lost: 0, problem: null });
    const runs = tracker.runs.filter(({ parent }) => parent === null);
    const names = families.map(({ name }) => `${name}_training`);
    expect(runs.map(({ name }) => name)).toEqual([...names, "ensemble_training", "logging_best_of_all_model"]);
    for (const [i, { name, cvScore, test }] of outcomes().slice(0, -1).entries()) {
      const { metrics, params, tags, artifacts, models, status } = runs[i]!;
      expect({ status, model: tags.model }).toEqual({ status: "finished", model: name });
      const tuned = Object.entries(outcomes()[i]!.bestParams!).map(([key, value]) => [key, String(value)]);
      expect(params).toMatchObject(Object.fromEntries(tuned));
      expect(metrics[`${name}_best_score`]![0]!.value).toBe(cvScore);
      expect(metrics[`${name}_test_loss`]![0]!.value).toBe(test.logLoss);
      expect(Object.keys(artifacts)).toEqual(expect.arrayContaining(["cv_results.csv", `${name}-confusion.svg`]));
      expect(models.map((model) => model.name)).toEqual(["best_estimator"]);
    }
    const [ensemble, bestOfAll] = runs.slice(-2);
    expect(Object.keys(ensemble!.metrics)).toHaveLength(4);
    expect(ensemble!.tags).toEqual({ model: "ensemble_model" });
    expect(bestOfAll!.params).toMatchObject({
      best_model_name: best.outcome.name,
      best_model_type: best.model.definition.name,
    });
    expect(bestOfAll!.metrics.best_model_score![0]!.value).toBe(best.outcome.cvScore);
  });

  it("uses a folder that is there, and refuses a place where none can be", async () => {
    await expect(folder.create()).resolves.toBeUndefined();
    await expect(new ReportFolder(join(folder.path, "rf.trellis")).create()).rejects.toThrow("cannot be made");
    await expect(new ReportFolder(join(folder.path, "a", "b")).create()).rejects.toThrow("cannot be made");
  });
});
