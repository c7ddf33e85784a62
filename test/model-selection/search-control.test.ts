import { describe, expect, it } from "vitest";
import {
  DecisionTreeClassifier,
  GridSearchCV,
  HalvingGridSearchCV,
  int,
  RandomForestClassifier,
  RandomizedSearchCV,
  type SearchEvent,
  SearchStoppedError,
  TpeTuner,
} from "../../src/index.js";

const X = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11, i % 3]);
const y = X.map(([a, b]) => (a! + b! > 8 ? "high" : a! > 3 ? "middle" : "low"));
const tree = () => new DecisionTreeClassifier({ randomState: 1 });

/** One search of each kind, with 12 candidates or more. */
const searches = {
  GridSearchCV: (more: object) =>
    new GridSearchCV({
      estimator: tree(),
      paramGrid: { maxDepth: Array.from({ length: 12 }, (_, i) => i + 1) },
      cv: 2,
      ...more,
    }),
  RandomizedSearchCV: (more: object) =>
    new RandomizedSearchCV({
      estimator: tree(),
      paramDistributions: { maxDepth: int(1, 40) },
      nIter: 12,
      cv: 2,
      randomState: 0,
      ...more,
    }),
  HalvingGridSearchCV: (more: object) =>
    new HalvingGridSearchCV({
      estimator: tree(),
      paramGrid: { maxDepth: Array.from({ length: 12 }, (_, i) => i + 1) },
      cv: 2,
      randomState: 0,
      ...more,
    }),
  TpeTuner: (more: object) =>
    new TpeTuner({
      estimator: tree(),
      space: { maxDepth: int(1, 40) },
      nTrials: 20,
      nStartupTrials: 5,
      cv: 2,
      randomState: 0,
      ...more,
    }),
};

describe.each(Object.entries(searches))("%s", (_, make) => {
  it("is stopped by a listener, and goes on with the candidates that it has", async () => {
    const events: SearchEvent[] = [];
    const search = make({});
    await search.fit(X, y, {
      onEvent: (event, control) => {
        events.push(event);
        if (event.type === "candidate-scored" && event.done === 3) control.stop();
      },
    });
    expect(search.stopReason).toBe("callback");
    expect(search.cvResults.length).toBe(3);
    expect(search.bestEstimator.isFitted).toBe(true);
    expect(events.filter(({ type }) => type === "candidate-scored")).toHaveLength(3);
    const types = events.map(({ type }) => type).filter((type) => type !== "fit-progress");
    expect(types.slice(-3)).toEqual(["search-stopped", "refitted", "search-finished"]);
    expect(await search.predict(X)).toHaveLength(60);
  });

  it("ends with the first candidate that scores as much as it should", async () => {
    const search = make({ targetScore: 0.3 });
    await search.fit(X, y);
    expect(search.stopReason).toBe("target score");
    expect(search.bestScore).toBeGreaterThanOrEqual(0.3);
    expect(search.cvResults.length).toBeLessThan(12);
    const never = make({ targetScore: 1.5 });
    await never.fit(X, y);
    expect(never.stopReason).toBeNull();
    expect(never.cvResults.length).toBeGreaterThanOrEqual(12);
  });

  it("says so when its time is over before it has a candidate", async () => {
    const search = make({
      timeout: 0.001,
      estimator: new RandomForestClassifier({ nEstimators: 500, randomState: 0 }),
    });
    const failure = await search.fit(X, y).catch((error) => error);
    expect(failure).toBeInstanceOf(SearchStoppedError);
    expect(failure.message).toContain("the search was stopped (timeout) before any candidate");
    expect(search.isFitted).toBe(false);
  });

  it.each([
    [{ timeout: 0 }, "timeout of"],
    [{ timeout: "1" }, "timeout of"],
    [{ targetScore: Number.NaN }, "targetScore of"],
    [{ nJobs: 0 }, "nJobs of"],
  ])("refuses %o", async (wrong, sentence) => {
    await expect(make(wrong).fit(X, y)).rejects.toThrow(sentence);
  });
});

describe("A timeout", () => {
  it("ends a search in the middle of its work, with what it has, and does not outlive it", async () => {
    const events: SearchEvent[] = [];
    const search = new TpeTuner({
      estimator: tree(),
      space: { maxDepth: int(1, 1000) },
      nTrials: 100_000,
      cv: 2,
      timeout: 0.5,
      randomState: 0,
    });
    const started = performance.now();
    await search.fit(X, y, { onEvent: (event) => void events.push(event) });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(search.stopReason).toBe("timeout");
    expect(events.at(-1)!.type).toBe("search-finished");
    expect(search.cvResults.length).toBeGreaterThan(0);
    expect(search.cvResults.length).toBeLessThan(100_000);
  });
});

describe("An abort from outside", () => {
  it("is no stop: the fit is rejected with its reason, and the old state stays", async () => {
    const search = searches.TpeTuner({});
    const controller = new AbortController();
    const reason = new Error("enough");
    const fitting = search.fit(X, y, {
      signal: controller.signal,
      onEvent: (event) => void (event.type === "candidate-scored" && controller.abort(reason)),
    });
    await expect(fitting).rejects.toBe(reason);
    expect(search.isFitted).toBe(false);
  });
});
