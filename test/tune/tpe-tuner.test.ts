import { describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets.js";
import {
  choice,
  crossValScore,
  DecisionTreeClassifier,
  type FrozenTrial,
  float,
  fromBytes,
  inlinePool,
  int,
  Pipeline,
  RandomForestClassifier,
  type SearchEvent,
  StandardScaler,
  SVC,
  TpeTuner,
  threadPool,
  toBytes,
} from "../../src/index.js";
import { createStudy, MedianPruner, TpeSampler } from "../../src/tune.js";

const { X: digits, y: all } = loadDigits();
const rows = Array.from({ length: 300 }, (_, i) => i);
const X = digits.take(rows);
const y = rows.map((row) => (all as ArrayLike<number>)[row]!);

const space = { maxDepth: int(1, 12), minSamplesSplit: int(2, 20), criterion: choice(["gini", "entropy"]) };
const tuner = (more = {}) =>
  new TpeTuner({
    estimator: new DecisionTreeClassifier({ randomState: 0 }),
    space,
    nTrials: 18,
    nStartupTrials: 6,
    cv: 3,
    randomState: 7,
    ...more,
  });

describe("TpeTuner", () => {
  it("tries what a study with its sampler asks for, one trial after the other", async () => {
    const search = await tuner().fit(X, y);
    const study = await createStudy({
      direction: "maximize",
      sampler: new TpeSampler({ randomState: 7, nStartupTrials: 6 }),
    });
    for (const [i, score] of Array.from(search.cvResults.columns.mean_test_score as Float64Array).entries()) {
      const trial = await study.ask(space);
      expect(search.state.model.params[i]).toEqual(trial.params);
      await study.tell(trial, score);
    }
    expect(search.bestParams).toEqual(study.bestParams);
    expect(search.bestScore).toBe(study.bestValue);
  });

  it("gives the same bits on any pool, and a longer tuning begins with a shorter one", async () => {
    const [inline, three] = [inlinePool(), threadPool({ workers: 3 })];
    const one = await tuner().fit(X, y, { pool: inline });
    const other = await tuner().fit(X, y, { pool: three });
    expect(await toBytes(other)).toEqual(await toBytes(one));
    const shorter = await tuner({ nTrials: 11 }).fit(X, y, { pool: inline });
    expect(shorter.state.model.params).toEqual(one.state.model.params.slice(0, 11));
    await Promise.all([inline.close(), three.close()]);
  });

  it("draws in batches that are scored together where it is told to", async () => {
    const search = await tuner({ batchSize: 4 }).fit(X, y);
    expect(search.cvResults.length).toBe(18);
    expect((await tuner({ batchSize: 4 }).fit(X, y)).state).toEqual(search.state);
    expect(search.state.model.params.slice(0, 6)).toEqual((await tuner().fit(X, y)).state.model.params.slice(0, 6));
  });

  it("does not fit a candidate again that it has drawn before", async () => {
    const estimator = new RandomForestClassifier({ nEstimators: 3, randomState: 0 });
    const search = tuner({ estimator, space: { maxDepth: choice([1, 2, 3]) }, nTrials: 30 });
    let trees = 0;
    await search.fit(X, y, {
      onEvent: (event) => void (event.type === "fit-progress" && event.what === "trees" && trees++),
    });
    // Three forests of three trees a fold at most, and the best once more.
    expect(trees).toBeLessThanOrEqual(4 * 9);
    expect(search.cvResults.length).toBe(30);
    const scores = search.cvResults.columns.mean_test_score as Float64Array;
    expect(new Set(scores).size).toBeLessThanOrEqual(3);
  });

  it("tunes parameters of members, with numbers on a log scale", async () => {
    const search = new TpeTuner({
      estimator: new Pipeline({
        steps: [
          ["scale", new StandardScaler()],
          ["svc", new SVC()],
        ],
      }),
      space: { svc__C: float(0.001, 100, { log: true }), svc__gamma: float(0.0001, 1, { log: true }) },
      nTrials: 15,
      cv: 3,
      randomState: 1,
    });
    await search.fit(X, y);
    expect(search.bestScore).toBeGreaterThan(0.85);
    expect(await search.score(X, y)).toBeGreaterThan(0.95);
  });

  it("tells of its trials, for pictures and importances, also once it was stored", async () => {
    const search = await tuner().fit(X, y);
    const loaded = (await fromBytes(await toBytes(search))) as typeof search;
    for (const trials of [search.trials, loaded.trials] as (readonly FrozenTrial[])[]) {
      expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, i) => i));
      const [first] = trials;
      expect(first!.state).toBe("complete");
      expect(first!.distributions.get("maxDepth")).toEqual(space.maxDepth);
      expect(first!.internals.get("maxDepth")).toBe(search.state.model.params[0]!.maxDepth);
      expect(Math.max(...trials.map(({ value }) => value!))).toBe(search.bestScore);
    }
    expect(loaded.bestParams).toEqual(search.bestParams);
  });

  it("goes on when candidates fail, and learns from the others", async () => {
    const search = await tuner({ space: { ...space, minSamplesSplit: int(0, 8) } }).fit(X, y);
    const states = search.trials.map(({ state }) => state);
    expect(states).toContain("failed");
    expect(states).toContain("complete");
    for (const [i, state] of states.entries()) {
      expect(state === "failed").toBe((search.state.model.params[i]!.minSamplesSplit as number) < 2);
    }
  });
});

describe("TpeTuner with a pruner", () => {
  const pruning = (more = {}) =>
    new TpeTuner({
      estimator: new RandomForestClassifier({ randomState: 0 }),
      space: { minSamplesLeaf: int(1, 60), maxFeatures: int(1, 30) },
      resource: { nEstimators: [2, 6, 18] },
      pruner: new MedianPruner({ nStartupTrials: 4 }),
      nTrials: 16,
      nStartupTrials: 5,
      cv: 3,
      randomState: 2,
      ...more,
    });

  it("gives bad candidates up early, and none of them can become the best", async () => {
    const events: SearchEvent[] = [];
    const search = await pruning().fit(X, y, { onEvent: (event) => void events.push(event) });
    const { state, param_nEstimators } = search.cvResults.columns as Record<string, unknown[]>;
    const pruned = [...state!.keys()].filter((i) => state![i] === "pruned");
    expect(pruned.length).toBeGreaterThan(0);
    expect(pruned.length).toBeLessThan(16);
    for (const i of state!.keys()) {
      if (pruned.includes(i)) expect([2, 6]).toContain(param_nEstimators![i]);
      else expect(param_nEstimators![i]).toBe(18);
    }
    expect(state![search.bestIndex]).toBe("complete");
    expect(events.filter(({ type }) => type === "trial-pruned")).toHaveLength(pruned.length);
    expect(events.filter(({ type }) => type === "candidate-scored")).toHaveLength(16 - pruned.length);
    expect(search.bestEstimator.params.nEstimators).toBe(18);
  });

  it("gives every candidate the scores of fits of its own", async () => {
    const search = await pruning().fit(X, y);
    const means = search.cvResults.columns.mean_test_score as Float64Array;
    for (let i = 0; i < 8; i++) {
      const alone = new RandomForestClassifier({ randomState: 0, ...search.state.model.params[i] });
      const [a, b, c] = await crossValScore(alone, X, y, { cv: 3 });
      expect(means[i]).toBe((a! + b! + c!) / 3);
    }
  });

  it("gives the same bits on any pool", async () => {
    const [inline, three] = [inlinePool(), threadPool({ workers: 3 })];
    const one = await pruning().fit(X, y, { pool: inline });
    const other = await pruning().fit(X, y, { pool: three });
    expect(other.state).toEqual(one.state);
    await Promise.all([inline.close(), three.close()]);
  });
});

describe("TpeTuner refuses", () => {
  it.each([
    [{ nTrials: 0 }, "nTrials of TpeTuner must be an integer >= 1"],
    [{ space: {} }, "space of TpeTuner must have at least one parameter"],
    [{ space: { maxDepth: [1, 2] } }, "maxDepth of space must be what float, int or choice make; got an array of 2"],
    [{ space: { maxDepht: int(1, 2) } }, "did you mean maxDepth?"],
    [{ pruner: new MedianPruner() }, "pruner of TpeTuner needs a resource"],
    [{ resource: { maxDepth: [1, 2] } }, "resource of TpeTuner needs a pruner"],
    [{ resource: { maxDepth: [1, 2] }, pruner: new MedianPruner() }, "cannot be both the resource and in space"],
    [{ resource: { maxDepth: [2, 1] }, pruner: new MedianPruner() }, "numbers that ascend"],
    [{ batchSize: 0 }, "batchSize of TpeTuner must be an integer >= 1"],
  ])("%o", async (wrong, sentence) => {
    await expect(tuner(wrong).fit(X, y)).rejects.toThrow(sentence);
  });
});
