import { loadDigits } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import {
  AllFitsFailedError,
  accuracyScore,
  DecisionTreeClassifier,
  fitEach,
  GridSearchCV,
  makeScorer,
  RandomForestClassifier,
  type SearchEvent,
  StratifiedKFold,
  toBytes,
} from "../../src/index.js";

const digits = loadDigits();
const rows = Array.from({ length: 360 }, (_, i) => i);
const X = digits.X.take(rows);
const y = rows.map((i) => (digits.y as ArrayLike<number>)[i]!);

/** The grid of the first seed, with fewer trees. */
const paramGrid = { nEstimators: [4, 6, 9], maxDepth: [null, 4, 7], minSamplesSplit: [2, 5, 10] };
const forest = () => new RandomForestClassifier({ criterion: "entropy", randomState: 42 });

describe("GridSearchCV", () => {
  it("gives all 81 states and scores byte for byte as independent fits do", async () => {
    const search = new GridSearchCV({ estimator: forest(), paramGrid, cv: 3, returnTrainScore: true });
    await search.fit(X, y);
    const { columns } = search.cvResults;
    expect(search.cvResults.length).toBe(27);
    const splits = [...new StratifiedKFold({ nSplits: 3 }).split(X.rows, y)];
    for (const [fold, { train, test }] of splits.entries()) {
      const candidates = columns.params as readonly object[];
      const together = candidates.map((params) => forest().clone(params));
      await fitEach(
        together,
        X.take(train),
        Array.from(train, (row) => y[row]!),
      );
      for (const [i, params] of candidates.entries()) {
        const alone = await forest()
          .clone(params)
          .fit(
            X.take(train),
            Array.from(train, (row) => y[row]!),
          );
        const score = await alone.score(
          X.take(test),
          Array.from(test, (row) => y[row]!),
        );
        const trainScore = await alone.score(
          X.take(train),
          Array.from(train, (row) => y[row]!),
        );
        expect(Buffer.compare(await toBytes(together[i]!), await toBytes(alone))).toBe(0);
        expect(columns[`split${fold}_test_score`]![i]).toBe(score);
        expect(columns[`split${fold}_train_score`]![i]).toBe(trainScore);
      }
    }
    const refitted = await forest().clone(search.bestParams).fit(X, y);
    expect(search.bestEstimator.state).toEqual(refitted.state);
    expect(await search.predict(X)).toEqual(await refitted.predict(X));
  });

  it("draws one seed for all candidates where the random state is null, so that they share their work all the same", async () => {
    const unseeded = new RandomForestClassifier({ criterion: "entropy" });
    const search = await new GridSearchCV({ estimator: unseeded, paramGrid, cv: 3 }).fit(X, y);
    expect(unseeded.params.randomState).toBeNull();
    const { randomState } = search.bestEstimator.params;
    expect(randomState).toBeTypeOf("number");
    const seeded = new RandomForestClassifier({ criterion: "entropy", randomState });
    const again = await new GridSearchCV({ estimator: seeded, paramGrid, cv: 3 }).fit(X, y);
    expect(again.state.model.scores).toEqual(search.state.model.scores);
    let trees = 0;
    const counting = new GridSearchCV({ estimator: unseeded, paramGrid, cv: 3 });
    await counting.fit(X, y, {
      onEvent: (event) => void (event.type === "fit-progress" && event.what === "trees" && trees++),
    });
    // One forest of 9 trees a fold, and the best once more.
    expect(trees).toBeLessThanOrEqual(4 * 9);
  });

  it("orders candidates, ranks and ties as scikit-learn does", async () => {
    const search = new GridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { minSamplesSplit: [2, 2], maxDepth: [1, 6] },
      cv: 3,
    });
    await search.fit(X, y);
    const { columns } = search.cvResults;
    expect(columns.params).toEqual([
      { maxDepth: 1, minSamplesSplit: 2 },
      { maxDepth: 1, minSamplesSplit: 2 },
      { maxDepth: 6, minSamplesSplit: 2 },
      { maxDepth: 6, minSamplesSplit: 2 },
    ]);
    expect(Array.from(columns.rank_test_score as Int32Array)).toEqual([3, 3, 1, 1]);
    expect(search.bestIndex).toBe(2);
  });

  it("tells of its events in order, each candidate once", async () => {
    const events: SearchEvent[] = [];
    const search = new GridSearchCV({ estimator: forest(), paramGrid: { nEstimators: [2, 3] }, cv: 2 });
    await search.fit(X, y, { onEvent: (event) => events.push(event) });
    const types = events.map((event) => event.type);
    expect(types[0]).toBe("search-started");
    expect(types.slice(-2)).toEqual(["refitted", "search-finished"]);
    expect(types.filter((type) => type === "fold-scored")).toHaveLength(4);
    expect(types.filter((type) => type === "candidate-scored")).toHaveLength(2);
  });

  it("scores by several scorers and refits by the one that is named", async () => {
    const flipped = makeScorer((truth: number[], predicted: number[]) => 1 - accuracyScore(truth, predicted), {
      name: "flipped",
    });
    const search = new GridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [1, 8] },
      scoring: ["accuracy", "neg_log_loss", "roc_auc_ovr", flipped],
      refit: "flipped",
      cv: 2,
    });
    await search.fit(X, y);
    const { columns } = search.cvResults;
    expect(search.bestParams).toEqual({ maxDepth: 1 });
    expect((columns.mean_test_flipped as Float64Array)[0]).toBeCloseTo(
      1 - (columns.mean_test_accuracy as Float64Array)[0]!,
      12,
    );
    expect(columns.mean_test_neg_log_loss).toHaveLength(2);
  });

  it("scores by a plain function of true and predicted labels", async () => {
    const hits = (truth: readonly number[], predicted: readonly number[]) =>
      truth.filter((label, i) => label === predicted[i]).length;
    const estimator = new DecisionTreeClassifier({ randomState: 0 });
    const search = await new GridSearchCV({ estimator, paramGrid: { maxDepth: [1, 6] }, scoring: hits, cv: 3 }).fit(
      X,
      y,
    );
    const byName = await new GridSearchCV({ estimator, paramGrid: { maxDepth: [1, 6] }, cv: 3 }).fit(X, y);
    expect(search.bestScore).toBeCloseTo((byName.bestScore * X.rows) / 3, 9);
    expect(Object.keys(search.state.model.scores)).toEqual(["hits"]);
  });

  it("asks which scorer decides when there are several", async () => {
    const search = new GridSearchCV({ estimator: forest(), paramGrid: {}, scoring: ["accuracy", "f1_macro"] });
    await expect(search.fit(X, y)).rejects.toThrow(
      "refit of GridSearchCV must name the scorer that decides, one of accuracy, f1_macro; got true",
    );
  });

  it("gives a candidate that fails the error score and goes on", async () => {
    const search = new GridSearchCV({
      estimator: forest(),
      paramGrid: { nEstimators: [3, 0], maxDepth: [2] },
      cv: 2,
      errorScore: -1,
    });
    await search.fit(X, y);
    expect((search.cvResults.columns.mean_test_score as Float64Array)[1]).toBe(-1);
    expect(search.bestParams).toEqual({ maxDepth: 2, nEstimators: 3 });
  });

  it("costs a candidate only the scores that fail, such as the log loss of a class that a fold did not see", async () => {
    const rare = y.map((label, i) => (i === 0 ? "once" : label < 5 ? "low" : "high"));
    const search = new GridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [2, 3] },
      scoring: ["accuracy", "neg_log_loss"],
      refit: "accuracy",
      cv: new StratifiedKFold({ nSplits: 3, onWarning: () => {} }),
    });
    await search.fit(X, rare);
    const { columns } = search.cvResults;
    expect(search.bestScore).toBeGreaterThan(0.5);
    expect(columns.mean_test_neg_log_loss).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect((columns.split1_test_neg_log_loss as Float64Array)[0]).toBeLessThan(0);
  });

  it("fails with the first reason when every candidate fails, and at once with errorScore raise", async () => {
    const bad = { nEstimators: [0, -1] };
    const all = new GridSearchCV({ estimator: forest(), paramGrid: bad, cv: 2 });
    await expect(all.fit(X, y)).rejects.toThrow(AllFitsFailedError);
    await expect(all.fit(X, y)).rejects.toThrow("nEstimators of RandomForestClassifier must be an integer >= 1; got 0");
    const raise = new GridSearchCV({
      estimator: forest(),
      paramGrid: { nEstimators: [3, 0] },
      cv: 2,
      errorScore: "raise",
    });
    await expect(raise.fit(X, y)).rejects.toThrow("nEstimators of RandomForestClassifier must be");
    expect(raise.isFitted).toBe(false);
  });

  it("names what is wrong with a grid", async () => {
    const search = (grid: object) => new GridSearchCV({ estimator: forest(), paramGrid: grid, cv: 2 }).fit(X, y);
    await expect(search({ nTrees: [1] })).rejects.toThrow("RandomForestClassifier has no parameter 'nTrees'");
    await expect(search({ nEstimators: [] })).rejects.toThrow(
      "nEstimators of paramGrid must be an array of at least one value; got none",
    );
    await expect(search({ nEstimators: 5 })).rejects.toThrow(
      "nEstimators of paramGrid must be an array of at least one value; got 5",
    );
  });

  it("writes its results as CSV with scikit-learn's columns, formulas defused", async () => {
    const search = new GridSearchCV({ estimator: forest(), paramGrid: { nEstimators: [2] }, cv: 2 });
    await search.fit(X, y);
    const [header, line] = search.cvResults.toCsv().split("\r\n");
    expect(header).toBe(
      "mean_fit_time,std_fit_time,mean_score_time,std_score_time,param_nEstimators,params,split0_test_score,split1_test_score,mean_test_score,std_test_score,rank_test_score",
    );
    expect(line!.split(",").length).toBe(11);
  });

  it("stops within half a second when it is aborted, and can be fitted afterwards", async () => {
    const search = new GridSearchCV({ estimator: forest(), paramGrid: { nEstimators: [2000, 3000] }, cv: 3 });
    const controller = new AbortController();
    const running = search.fit(digits.X, digits.y, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const since = performance.now();
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(performance.now() - since).toBeLessThan(500);
    expect(search.isFitted).toBe(false);
    await search.setParams({ paramGrid: { nEstimators: [2] } }).fit(X, y);
    expect(search.isFitted).toBe(true);
  });
});
