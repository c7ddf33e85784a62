import { loadIris } from "trellis-learn/datasets";
import { describe, expect, it } from "vitest";
import {
  crossValidate,
  crossValPredict,
  crossValScore,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  KFold,
  type Matrix,
  RandomForestClassifier,
  StratifiedKFold,
} from "../../src/index.js";

const { X, y } = loadIris();
const labels = Array.from(y as ArrayLike<number>);
const tree = () => new DecisionTreeClassifier({ maxDepth: 2, randomState: 0 });

describe("crossValidate", () => {
  it("scores each fold as a fit of its own would", async () => {
    const cv = new StratifiedKFold({ nSplits: 4 });
    const result = await crossValidate(tree(), X, labels, {
      cv,
      scoring: ["accuracy", "f1_macro"],
      returnTrainScore: true,
      returnEstimator: true,
    });
    for (const [fold, { train, test }] of [...cv.split(X.rows, labels)].entries()) {
      const alone = await tree().fit(
        X.take(train),
        Array.from(train, (i) => labels[i]!),
      );
      expect(result.testScores.accuracy![fold]).toBe(
        await alone.score(
          X.take(test),
          Array.from(test, (i) => labels[i]!),
        ),
      );
      expect(result.estimators![fold]!.state).toEqual(alone.state);
    }
    expect(result.trainScores!.f1_macro).toHaveLength(4);
  });

  it("leaves the estimator that it was given unfitted", async () => {
    const estimator = tree();
    await crossValScore(estimator, X, labels, { cv: 3 });
    expect(estimator.isFitted).toBe(false);
  });

  it("uses plain folds and R2 for regressors", async () => {
    const scores = await crossValScore(new DecisionTreeRegressor({ maxDepth: 3 }), X, labels, {
      cv: new KFold({ nSplits: 3, shuffle: true, randomState: 0 }),
    });
    expect(Array.from(scores).every((score) => score > 0.8 && score <= 1)).toBe(true);
  });

  it("gives failing folds the error score, or raises", async () => {
    const bad = new DecisionTreeClassifier({ maxDepth: 0 });
    expect(Array.from(await crossValScore(bad, X, labels, { cv: 2 }))).toEqual([Number.NaN, Number.NaN]);
    await expect(crossValScore(bad, X, labels, { cv: 2, errorScore: "raise" })).rejects.toThrow(
      "maxDepth of DecisionTreeClassifier must be",
    );
  });
});

describe("crossValPredict", () => {
  it("gives for each row what a fit without its fold says", async () => {
    const cv = new StratifiedKFold({ nSplits: 3 });
    const predicted = (await crossValPredict(tree(), X, labels, { cv })) as number[];
    for (const { train, test } of cv.split(X.rows, labels)) {
      const alone = await tree().fit(
        X.take(train),
        Array.from(train, (i) => labels[i]!),
      );
      expect(Array.from(test, (i) => predicted[i])).toEqual(await alone.predict(X.take(test)));
    }
  });

  it("gives probability 0 to classes that a fold did not see", async () => {
    // The folds in order leave out one class each.
    const proba = (await crossValPredict(new RandomForestClassifier({ nEstimators: 3, randomState: 0 }), X, labels, {
      cv: new KFold({ nSplits: 3 }),
      method: "predictProba",
    })) as Matrix;
    expect([proba.rows, proba.cols]).toEqual([150, 3]);
    for (let i = 0; i < 150; i++) expect(proba.at(i, labels[i]!)).toBe(0);
  });

  it("tells of each fold", async () => {
    const told: unknown[] = [];
    await crossValPredict(tree(), X, labels, { cv: 3, onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([1, 2, 3].map((done) => ({ what: "folds", done, total: 3 })));
  });

  it("refuses splits that do not put each row into one test fold", async () => {
    const cv = [{ train: [0, 60, 120], test: [1, 2] }];
    await expect(crossValPredict(tree(), X, labels, { cv })).rejects.toThrow(
      "cv must put each row into one test fold; row 0 is in 0",
    );
  });
});
