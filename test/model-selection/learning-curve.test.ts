import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadIris } from "../../src/datasets.js";
import {
  DecisionTreeClassifier,
  DummyClassifier,
  KFold,
  LogisticRegression,
  learningCurve,
  type ScorerName,
} from "../../src/index.js";
import { learningCurvePicture } from "../../src/report.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/learning_curve.py. */
const golden: {
  readonly cases: readonly {
    readonly estimator: "logistic" | "dummy";
    readonly params: {
      readonly train_sizes: readonly number[];
      readonly cv?: number | "KFold";
      readonly scoring?: ScorerName;
      readonly shuffle?: boolean;
      readonly random_state?: number;
    };
    readonly trainSizes: readonly number[];
    readonly trainScores: readonly (readonly number[])[];
    readonly testScores: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/learning-curve.json", import.meta.url), "utf8"));

const iris = loadIris();
const order = Array.from({ length: 150 }, (_, i) => (7 * i) % 150);
const X = iris.X.take(order);
const y = order.map((row) => iris.y[row] as number);

describe("learningCurve", () => {
  for (const { estimator, params, trainSizes, trainScores, testScores } of golden.cases) {
    it(`scores a ${estimator} with ${JSON.stringify(params)} as scikit-learn does`, async () => {
      const { train_sizes, cv = 5, scoring = null, shuffle = false, random_state = null } = params;
      const made =
        estimator === "dummy" ? new DummyClassifier() : new LogisticRegression({ tol: 1e-10, maxIter: 10_000 });
      const curve = await learningCurve(made, X, y, {
        trainSizes: train_sizes,
        cv: cv === "KFold" ? new KFold({ nSplits: 4 }) : cv,
        scoring,
        shuffle,
        randomState: random_state,
      });
      expect([...curve.trainSizes]).toEqual(trainSizes);
      const near = (table: readonly (readonly number[])[]) => table.map((row) => row.map((v) => expect.closeTo(v, 6)));
      expect(curve.trainScores.map((row) => [...row])).toEqual(near(trainScores));
      expect(curve.testScores.map((row) => [...row])).toEqual(near(testScores));
      expect(made.isFitted).toBe(false);
    });
  }

  it("takes sampleWeight of the rows that are learnt from", async () => {
    const weights = y.map((_, i) => (i % 3 === 0 ? 50 : 1));
    const tree = new DecisionTreeClassifier({ maxDepth: 1 });
    const plain = await learningCurve(tree, X, y, { trainSizes: [0.5] });
    const weighed = await learningCurve(tree, X, y, { trainSizes: [0.5], sampleWeight: weights });
    expect(weighed.trainScores).not.toEqual(plain.trainScores);
  });

  it("is what learningCurvePicture draws", async () => {
    const curve = await learningCurve(new DecisionTreeClassifier({ maxDepth: 2 }), X, y, {
      trainSizes: [0.2, 1],
      cv: 3,
    });
    expect(await learningCurvePicture(curve, { scoreName: "accuracy" })).toContain("Training rows");
  });

  it.each([
    [[], "trainSizes must be shares within (0, 1] or integers >= 1; got an array of 0"],
    [[0, 0.5], "trainSizes must be shares within (0, 1] or integers >= 1; got"],
    [[0.5, 30], "trainSizes must be shares within (0, 1] or integers >= 1, all of one kind; got 30"],
    [[20, 121], "trainSizes must be at most the 120 training rows of the first fold; got 121"],
  ])("refuses sizes %j", async (trainSizes, sentence) => {
    await expect(learningCurve(new DummyClassifier(), X, y, { trainSizes })).rejects.toThrow(sentence);
  });
});
