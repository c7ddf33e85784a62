import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DummyClassifier, inlinePool, RandomForestClassifier } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { saveModel } from "trellis-learn/node";
import { memoryTracker } from "trellis-learn/tracking";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadData } from "../../examples/digits/src/data.js";
import { evaluate, modelAt } from "../../examples/digits/src/evaluation.js";
import type { Findings } from "../../examples/digits/src/report.js";
import { digitsTuner, fitBaseline, tune } from "../../examples/digits/src/tune.js";
import { writeReport } from "../../examples/digits/src/write-report.js";
import { ReportFolder } from "../../examples/mnist/src/report-folder.js";

const TRIALS = 3;

describe("The digits example", () => {
  const data = loadData();
  const pool = inlinePool();
  const tracker = memoryTracker();
  let folder: ReportFolder;
  let findings: Findings;

  beforeAll(async () => {
    folder = new ReportFolder(join(await mkdtemp(join(tmpdir(), "trellis-digits-")), "report"));
    await folder.create();
    const tuner = digitsTuner(TRIALS, 42);
    const best = await tune(tuner, data, tracker, "a key", { pool });
    const baseline = await fitBaseline(42, data, tracker, { pool });
    findings = { tuner, best, baseline, data, seed: 42, tuningSeconds: 1.25 };
    await writeReport(findings, folder);
  });
  afterAll(async () => {
    await pool.close();
    await rm(join(folder.path, ".."), { recursive: true });
  });

  const read = (name: string) => readFile(join(folder.path, name), "utf8");

  it("keeps a fifth of the 1,797 images for testing, with the same share of every digit", () => {
    expect([data.train.X.rows, data.test.X.rows]).toEqual([1437, 360]);
    for (let digit = 0; digit < 10; digit++) {
      const share = ({ y }: { y: Uint8Array }) => y.filter((label) => label === digit).length / y.length;
      expect(share(data.test)).toBeCloseTo(share(data.train), 2);
    }
  });

  it("draws from the four ranges and finds a good forest", () => {
    const { tuner, best } = findings;
    expect(tuner.trials.map(({ number }) => number)).toEqual(Array.from({ length: TRIALS }, (_, i) => i));
    for (const { internals, value } of tuner.trials) {
      const { nEstimators, maxDepth, minSamplesSplit, minSamplesLeaf } = Object.fromEntries(internals);
      expect([50, 100, 150, 200, 250, 300]).toContain(nEstimators);
      expect([5, 10, 15, 20, 25, 30]).toContain(maxDepth);
      expect(minSamplesSplit).toBeGreaterThanOrEqual(2);
      expect(minSamplesSplit).toBeLessThanOrEqual(20);
      expect(minSamplesLeaf).toBeGreaterThanOrEqual(1);
      expect(minSamplesLeaf).toBeLessThanOrEqual(20);
      expect(value).toBeLessThanOrEqual(best.cvScore);
    }
    expect(best.cvScore).toBeGreaterThan(0.9);
    expect(best.test.accuracy).toBeGreaterThan(0.9);
  });

  it("logs the tuning, its trials and the baseline as runs", async () => {
    expect(await tracker.flush()).toMatchObject({ queued: 0, lost: 0, problem: null });
    const [tuning, baseline] = tracker.runs.filter(({ parent }) => parent === null);
    expect(tuning).toMatchObject({ key: "a key", name: "digits_tuning", status: "finished", tags: { model: "tuned" } });
    expect(tracker.runs.filter(({ parent }) => parent === "a key")).toHaveLength(TRIALS);
    expect(tuning!.metrics.test_accuracy![0]!.value).toBe(findings.best.test.accuracy);
    expect(tuning!.models.map(({ name }) => name)).toEqual(["best_estimator"]);
    expect(baseline).toMatchObject({ name: "digits_baseline", status: "finished", params: { nEstimators: "100" } });
    expect(baseline!.metrics.cv_score![0]!.value).toBe(findings.baseline.cvScore);
    expect(Object.keys(baseline!.artifacts)).toEqual(["classification_report.txt"]);
  });

  it("leaves models, trials, pictures and reports", async () => {
    const pictures = ["history", "importances", "slices", "best-confusion", "baseline-confusion"];
    const files = await readdir(folder.path);
    expect(files).toEqual(
      expect.arrayContaining([
        ...[
          "best-model.trellis",
          "baseline-model.trellis",
          "report.md",
          "report.html",
          "report.json",
          "cv-results.csv",
        ],
        ...pictures.map((name) => `${name}.svg`),
      ]),
    );
    const [header, ...lines] = (await read("trials.csv")).trimEnd().split("\r\n");
    expect(header).toBe(
      "number,value,params_nEstimators,params_maxDepth,params_minSamplesSplit,params_minSamplesLeaf,state",
    );
    expect(lines).toHaveLength(TRIALS);
    expect(lines.every((line) => line.endsWith(",complete"))).toBe(true);
  });

  it("tells people and programs the same", async () => {
    const { best, baseline } = findings;
    const json = JSON.parse(await read("report.json"));
    expect(json.best).toMatchObject({ cvScore: best.cvScore, test: { accuracy: best.test.accuracy } });
    expect(json.best.params).toEqual(findings.tuner.bestParams);
    const shares: number[] = Object.values(json.importances);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const markdown = await read("report.md");
    for (const { title, cvScore, test } of [best, baseline]) {
      expect(markdown).toContain(`| ${title} | ${cvScore.toFixed(4)} | ${test.accuracy.toFixed(4)} |`);
      expect(markdown).toContain(test.classificationReport.trimEnd());
    }
    const shown = [...markdown.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, file]) => file!);
    expect(shown).toHaveLength(5);
    expect(await readdir(folder.path)).toEqual(expect.arrayContaining(shown));
  });

  it("evaluates saved models as it did before they were saved", async () => {
    for (const [name, { test }] of [
      ["best-model", findings.best],
      ["baseline-model", findings.baseline],
    ] as const) {
      expect(await evaluate(join(folder.path, `${name}.trellis`), data.test, { pool })).toEqual(test);
    }
    expect(await modelAt(folder.path)).toBe(join(folder.path, "best-model.trellis"));
  });

  it("says what is wrong with a file that is no forest for digits", async () => {
    const place = join(folder.path, "..");
    await expect(modelAt(place)).rejects.toThrow(
      /^there is no model at .*best-model\.trellis; npm run digits leaves one/,
    );

    const { X, y } = loadIris();
    const iris = new RandomForestClassifier({ nEstimators: 1 });
    const foreign = {
      "text.trellis": ["are no Trellis model", async (path: string) => writeFile(path, "digits")],
      "dummy.trellis": ["RandomForestClassifier", (path: string) => saveModel(path, new DummyClassifier())],
      "new.trellis": ["saved before it was fitted", (path: string) => saveModel(path, iris.clone())],
      "iris.trellis": ["reads rows of 4 values; digits have 64", (path: string) => saveModel(path, iris)],
    } as const;
    await iris.fit(X, y, { pool });
    for (const [name, [message, write]] of Object.entries(foreign)) {
      const path = join(place, name);
      await write(path);
      const failure = await evaluate(path, data.test, { pool }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(String(failure)).toContain(message);
      expect(String(failure)).toContain(path);
    }
  });
});
