import { expect, it } from "vitest";
import { LabelTarget } from "../../src/core/target.js";
import { Workspace } from "../../src/core/workspace.js";
import { loadIris } from "../../src/datasets/iris.js";
import { DummyClassifier } from "../../src/dummy/dummy-classifier.js";
import { scoreFolds } from "../../src/model-selection/score-folds.js";
import { scorersOf } from "../../src/model-selection/scoring.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { KFold } from "../../src/split/k-fold.js";

it("The rows of a fold are let go once it is scored, where no further round will ask for them.", async () => {
  const { X } = loadIris();
  const y = new LabelTarget(
    [0, 1],
    Int32Array.from({ length: X.rows }, (_, row) => row % 2),
  );
  const estimator = new DummyClassifier();
  for (const isOnlyRound of [true, false]) {
    const workspace = new Workspace();
    const splits = [...new KFold({ nSplits: 4 }).split(X.rows)];
    const options = {
      scorers: scorersOf(null, estimator),
      returnTrainScore: false,
      errorScore: "raise",
      sampleWeight: null,
      evalSets: [],
      keepEstimators: false,
      isOnlyRound,
    } as const;
    const ctx = { pool: inlinePool(), workspace, signal: new AbortController().signal };
    for await (const _ of scoreFolds([estimator], X, y, splits, options, ctx));
    expect(splits.map((split) => workspace.known(split, "parts") === undefined)).toEqual(splits.map(() => isOnlyRound));
    workspace.close();
  }
});
