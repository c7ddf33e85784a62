import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  AllFitsFailedError,
  DecisionTreeClassifier,
  fromBytes,
  GridSearchCV,
  HalvingGridSearchCV,
  int,
  RandomForestClassifier,
  RandomizedSearchCV,
  type SearchEvent,
  TpeTuner,
} from "../../src/index.js";
import { mlrunsStore, searchJournal } from "../../src/node.js";
import { type MemoryRun, memoryTracker, recordingTracker, track } from "../../src/tracking.js";
import { readMlruns } from "./read-mlruns.js";

const X = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11, i % 3]);
const y = X.map(([a, b]) => (a! + b! > 8 ? "high" : a! > 3 ? "middle" : "low"));
const tree = new DecisionTreeClassifier({ randomState: 1 });

const grid = (more = {}) =>
  new GridSearchCV({
    estimator: tree,
    paramGrid: { maxDepth: [1, 2, 3, 4], minSamplesSplit: [2, 9] },
    cv: 3,
    ...more,
  });

const values = (run: MemoryRun, key: string) => run.metrics[key]?.map(({ value, step }) => [step, value]);
const childrenOf = (runs: readonly MemoryRun[], parent: MemoryRun) => runs.filter((run) => run.parent === parent.key);

describe("A tracked search", () => {
  it("is a run with what it was told, how it went and what came of it", async () => {
    const tracker = memoryTracker();
    const tracked = track(tracker, { name: "trees", tags: { stage: "test" } });
    const search = await tracked.fit(grid(), X, y);
    expectTypeOf(search.bestEstimator).toEqualTypeOf<DecisionTreeClassifier>();
    tracked.run.metrics({ test_accuracy: 0.5 });
    expect(await tracker.flush()).toMatchObject({ queued: 0, lost: 0, problem: null });

    const [parent, ...children] = tracker.runs as [MemoryRun, ...MemoryRun[]];
    expect(parent).toMatchObject({ name: "trees", parent: null, status: "finished" });
    expect(parent.tags).toEqual({ stage: "test", estimator_name: "GridSearchCV" });
    expect(parent.params).toMatchObject({
      cv: "3",
      estimator: "DecisionTreeClassifier",
      estimator__randomState: "1",
      paramGrid: '{"maxDepth":[1,2,3,4],"minSamplesSplit":[2,9]}',
      best_maxDepth: `${search.bestParams.maxDepth}`,
    });
    const best = values(parent, "best_cv_score")!;
    expect(best.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(best.at(-1)![1]).toBe(search.bestScore);
    expect(values(parent, "test_accuracy")).toEqual([[0, 0.5]]);
    expect(new TextDecoder().decode(parent.artifacts["cv_results.csv"])).toBe(search.cvResults.toCsv());
    expect(Object.keys(parent.artifacts).sort()).toEqual([
      "cv_results.csv",
      "optimization_history.svg",
      "parameter_importances.svg",
    ]);
    const model = parent.models.find(({ name }) => name === "best_estimator")!;
    const loaded = await fromBytes(model.files["model.trellis"]!, DecisionTreeClassifier);
    expect(await loaded.predict(X)).toEqual(await search.predict(X));
    expect(children).toHaveLength(5);
  });

  it("has the best candidates as runs inside it, with the scores of the search's results", async () => {
    const tracker = memoryTracker();
    const search = await track(tracker, { children: 3 }).fit(grid({ returnTrainScore: true }), X, y);
    await tracker.flush();
    const { columns } = search.cvResults;
    const ranks = [...(columns.rank_test_score as Int32Array)];
    const [parent] = tracker.runs as [MemoryRun];
    const children = childrenOf(tracker.runs, parent);
    expect(children).toHaveLength(3);
    expect(children.map(({ tags }) => ranks[Number(tags.candidate)])).toEqual(
      [...ranks].sort((a, b) => a - b).slice(0, 3),
    );
    for (const child of children) {
      const number = Number(child.tags.candidate);
      const column = (name: string) => (columns[name] as Float64Array)[number]!;
      expect(child).toMatchObject({ name: `candidate ${number}`, status: "finished", tags: { state: "complete" } });
      expect(child.params).toEqual({
        maxDepth: `${search.cvResults.columns.param_maxDepth![number]}`,
        minSamplesSplit: `${search.cvResults.columns.param_minSamplesSplit![number]}`,
      });
      for (const side of ["test", "train"]) {
        const folds = [0, 1, 2].map((fold) => [fold, column(`split${fold}_${side}_score`)]);
        expect(values(child, `${side}_accuracy`)).toEqual(folds);
      }
      expect(values(child, "mean_test_accuracy")).toEqual([[0, column("mean_test_score")]]);
    }
  });

  it("has all candidates as runs where it is told so, or none", async () => {
    const tracker = memoryTracker();
    await track(tracker, { children: "all" }).fit(grid(), X, y);
    await track(tracker, { children: 0 }).fit(grid(), X, y);
    await tracker.flush();
    expect(tracker.runs).toHaveLength(1 + 8 + 1);
  });

  it("works for a random search with several scorers", async () => {
    const tracker = memoryTracker();
    const search = new RandomizedSearchCV({
      estimator: tree,
      paramDistributions: { maxDepth: int(1, 9), minSamplesSplit: [2, 3, 4] },
      nIter: 5,
      cv: 3,
      scoring: ["balanced_accuracy", "accuracy"],
      refit: "accuracy",
      randomState: 3,
    });
    await track(tracker, { children: 1 }).fit(search, X, y);
    await tracker.flush();
    const [parent, child] = tracker.runs as [MemoryRun, MemoryRun];
    expect(values(parent, "best_cv_score")!.at(-1)![1]).toBe(search.bestScore);
    expect(child.tags.candidate).toBe(`${search.bestIndex}`);
    expect(values(child, "mean_test_accuracy")).toEqual([[0, search.bestScore]]);
    expect(values(child, "balanced_accuracy")).toBeUndefined();
    expect(values(child, "test_balanced_accuracy")).toHaveLength(3);
  });

  it("counts those of a halving's last round as the best, and says what each was given", async () => {
    const tracker = memoryTracker();
    const search = new HalvingGridSearchCV({
      estimator: tree,
      paramGrid: { maxDepth: [1, 2, 3, 4] },
      cv: 3,
      minResources: "smallest",
      randomState: 3,
    });
    await track(tracker, { children: 1 }).fit(search, X, y);
    await tracker.flush();
    const child = tracker.runs[1]!;
    expect(child.tags.candidate).toBe(`${search.bestIndex}`);
    expect(child.params.n_resources).toBe(`${search.cvResults.columns.n_resources![search.bestIndex]}`);
    expect(child.params.iter).toBe(`${search.cvResults.columns.iter![search.bestIndex]}`);
  });

  it("has the resource of a tuning with a pruner as step, and ends pruned candidates as killed", async () => {
    const tracker = memoryTracker();
    const tuner = new TpeTuner({
      estimator: new RandomForestClassifier({ randomState: 1 }),
      space: { maxDepth: int(1, 6), minSamplesSplit: int(2, 20) },
      resource: { nEstimators: [1, 3, 9] },
      // Every third trial is whole, the others end after one and after two of the steps.
      pruner: { judge: (_study, { number, intermediate }) => ({ prune: intermediate.size === number % 3 }) },
      nTrials: 8,
      cv: 3,
      randomState: 0,
    });
    await track(tracker, { children: "all" }).fit(tuner, X, y);
    await tracker.flush();
    const [parent, ...children] = tracker.runs as [MemoryRun, ...MemoryRun[]];
    expect(children).toHaveLength(8);
    const states = children.map(({ tags, status }) => `${tags.state} ${status}`);
    expect(new Set(states)).toEqual(new Set(["complete finished", "pruned killed"]));
    for (const child of children) {
      const means = values(child, "mean_test_accuracy")!;
      const [last] = means.at(-1)!;
      expect(child.params.nEstimators).toBe(`${last}`);
      expect(values(child, "split2_test_accuracy")!.map(([step]) => step)).toEqual([1, 3, 9].filter((r) => r <= last!));
      const { value } = tuner.trials[Number(child.tags.candidate)]!;
      expect(means.at(-1)![1]).toBeCloseTo(value!, 12);
    }
    expect(Object.keys(parent.artifacts)).toContain("parameter_importances.svg");
  });

  it("ends as failed with what its fit threw, and candidates that fail as failed", async () => {
    const tracker = memoryTracker();
    const wrong = grid({ paramGrid: { maxDepth: [3, -1] } });
    await track(tracker).fit(wrong, X, y);
    await expect(track(tracker).fit(grid({ paramGrid: { maxDepth: [-1] } }), X, y)).rejects.toThrow(AllFitsFailedError);
    await tracker.flush();
    const [good, bad] = tracker.runs.filter(({ parent }) => parent === null) as [MemoryRun, MemoryRun];
    expect(good.status).toBe("finished");
    expect(childrenOf(tracker.runs, good).map(({ status }) => status)).toEqual(["finished", "failed"]);
    expect(bad.status).toBe("failed");
    expect(bad.tags.error).toContain("all 3 fits of the search failed");
  });

  it("ends as killed where it is aborted, with the candidates that it had", async () => {
    const tracker = memoryTracker();
    const controller = new AbortController();
    const tuner = new TpeTuner({
      estimator: tree,
      space: { maxDepth: int(1, 9) },
      nTrials: 9,
      nStartupTrials: 1,
      cv: 3,
      randomState: 0,
    });
    const onEvent = (event: SearchEvent) => {
      if (event.type === "candidate-scored" && event.done === 3) controller.abort(new Error("enough"));
    };
    const fit = track(tracker).fit(tuner, X, y, { signal: controller.signal, onEvent });
    await expect(fit).rejects.toThrow("enough");
    await tracker.flush();
    expect(tracker.runs[0]).toMatchObject({ status: "killed", tags: { error: "enough" } });
    expect(tracker.runs).toHaveLength(1 + 3);
  });

  it("logs why it was stopped", async () => {
    const tracker = memoryTracker();
    await track(tracker).fit(grid({ targetScore: 0.1 }), X, y);
    await tracker.flush();
    expect(tracker.runs[0]!.tags.stop_reason).toBe("target score");
  });

  it("says why a model could not be kept, and is finished all the same", async () => {
    class Own extends DecisionTreeClassifier {}
    const tracker = memoryTracker();
    await track(tracker).fit(new GridSearchCV({ estimator: new Own(), paramGrid: { maxDepth: [1, 2] }, cv: 3 }), X, y);
    await tracker.flush();
    expect(tracker.runs[0]).toMatchObject({ status: "finished", models: [] });
    expect(tracker.runs[0]!.tags.model_problem).not.toBe("");
  });

  it("goes on as the same runs after it was killed, with everything there once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "trellis-track-"));
    try {
      const journal = searchJournal(join(folder, "search.journal"));
      const root = join(folder, "mlruns");
      const attempt = async (dieAfter: number) => {
        const tracker = recordingTracker(mlrunsStore(root));
        const tracked = track(tracker, { key: "my search", name: "resumed", children: "all" });
        const onEvent = (event: SearchEvent) => {
          // As far as the store can tell, the process dies here: nothing more is logged.
          if (event.type === "candidate-scored" && event.done === dieAfter) throw new Error("killed");
          tracked.onEvent(event, { stop: () => {} });
        };
        const tuner = new TpeTuner({
          estimator: tree,
          space: { maxDepth: int(1, 9), minSamplesSplit: int(2, 20) },
          nTrials: 6,
          nStartupTrials: 3,
          cv: 3,
          randomState: 0,
        });
        await tuner.fit(X, y, { journal, onEvent }).then(
          () => tracked.finish(tuner),
          () => {},
        );
        expect(await tracker.flush()).toMatchObject({ lost: 0, problem: null });
        return tuner;
      };
      await attempt(2);
      await attempt(5);
      const tuner = await attempt(Infinity);
      const runs = readMlruns(root);
      expect(runs).toHaveLength(1 + 6);
      const parent = runs.find(({ key }) => key === "my search")!;
      expect(parent.status).toBe("finished");
      expect(parent.metrics.best_cv_score!.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(Object.keys(parent.models)).toEqual(["best_estimator"]);
      for (const { number, value } of tuner.trials) {
        const child = runs.find(({ key }) => key === `my search/candidate-${number}`)!;
        expect(child).toMatchObject({ parent: "my search", status: "finished" });
        expect(child.metrics.test_accuracy!.map(({ step }) => step)).toEqual([0, 1, 2]);
        expect(child.metrics.mean_test_accuracy).toEqual([{ step: 0, value }]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses what makes no sense before anything is fitted", () => {
    const tracker = memoryTracker();
    expect(() => track(tracker, { children: -1 })).toThrow(
      'children of track must be "all" or an integer >= 0; got -1',
    );
    expect(() => track(tracker, { model: { alias: "champion" } })).toThrow("registeredName of the model must be given");
    expect(() => track(tracker, { name: "" })).toThrow("name of the run must be 1 to 250 characters");
  });
});
