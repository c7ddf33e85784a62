import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { CalibratedClassifierCV } from "../../src/calibration/calibrated-classifier-cv.js";
import type { Progress } from "../../src/core/estimator.js";
import { fitAll, fitEach } from "../../src/core/fit-all.js";
import type { Path } from "../../src/core/paths.js";
import { loadIris } from "../../src/datasets/iris.js";
import { GradientBoostingClassifier } from "../../src/ensemble/gradient-boosting-classifier.js";
import { VotingClassifier } from "../../src/ensemble/voting.js";
import type { LinearSVC } from "../../src/linear/linear-svc.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { KFold } from "../../src/split/k-fold.js";
import { StratifiedKFold } from "../../src/split/stratified-k-fold.js";
import { SVC } from "../../src/svm/svc.js";
import { difference } from "../../src/testing/difference.js";
import { Counter, count, reset, Times } from "../ensemble/toys.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/calibrated.py. */
const golden: {
  readonly cases: readonly {
    readonly estimator: "svc" | "vote";
    readonly method: "sigmoid" | "isotonic";
    readonly classes: 2 | 3;
    readonly cv: number | "shuffled" | "prefit";
    readonly ensemble: boolean;
    readonly weighted: boolean;
    readonly predictProba: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/calibrated.json", import.meta.url), "utf8"));

const iris = loadIris();
const svc = () => new SVC({ gamma: 0.1, tol: 1e-10 });
const vote = () =>
  new VotingClassifier({
    estimators: [["one", new LogisticRegression({ tol: 1e-10, maxIter: 10_000, C: 0.1 })]],
    voting: "soft",
  });

describe("What scikit-learn answers is answered:", () => {
  for (const { estimator, method, classes, cv, ensemble, weighted, predictProba } of golden.cases) {
    const title = `${method} of a ${estimator}, ${classes} classes, cv ${cv}, ensemble ${ensemble}`;
    test(`${title}${weighted ? ", weights" : ""}.`, async () => {
      const rows = Array.from({ length: 150 }, (_, i) => i).slice(classes === 3 ? 0 : 50);
      const X = rows.map((row) => [iris.X.at(row, 0), iris.X.at(row, 1)]);
      const y = rows.map((row) => iris.targetNames![iris.y[row] as number]!);
      const sampleWeight = weighted ? rows.map((row) => 1 + (row % 3)) : null;
      const classifier = estimator === "svc" ? svc() : vote();
      if (cv === "prefit") await classifier.fit(X, y);
      const model = new CalibratedClassifierCV({
        estimator: classifier,
        method,
        cv: cv === "shuffled" ? new StratifiedKFold({ nSplits: 3, shuffle: true, randomState: 0 }) : cv,
        ensemble,
      });
      await model.fit(X, y, { sampleWeight });
      const asked = X.filter((_, i) => i % 7 === 0);
      const worst = (await model.predictProba(asked))
        .toArrays()
        .flatMap((row, i) => row.map((p, c) => Math.abs(p - predictProba[i]![c]!)))
        .reduce((a, b) => Math.max(a, b));
      expect(worst).toBeLessThan(2e-6);
    });
  }
});

const X = iris.X.take(Array.from({ length: 30 }, (_, i) => 5 * i));
const y = Array.from({ length: 30 }, (_, i) => iris.targetNames![Math.floor(i / 10)]!);
const make = () => new CalibratedClassifierCV({ estimator: new Counter(), cv: 3 });

beforeEach(() => {
  reset();
});

const patches = (["sigmoid", "isotonic"] as const).flatMap((method) =>
  [true, false].flatMap((ensemble) => [1, 2].map((depth) => ({ method, ensemble, estimator__depth: depth }) as const)),
);

test("Candidates that differ in their method alone fit their classifiers once, and end as each alone.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  const [perEnsemble, perSingle] = [3, 3 + 1];
  expect(count.fits).toBe(2 * (perEnsemble + perSingle));
  for (const [i, patch] of patches.entries()) {
    const alone = await make().clone(patch).fit(X, y);
    expect(difference(shared[i]!.state, alone.state)).toBeNull();
  }
});

test("A candidate whose classifier fails is the only one to fail.", async () => {
  const failed: number[] = [];
  const done: number[] = [];
  const all = [1, 13, 2].map((depth) => make().clone({ estimator__depth: depth }));
  for await (const i of fitAll(all, X, y, { onFailure: (i) => failed.push(i) })) done.push(i);
  expect(failed).toEqual([1]);
  expect(done.sort()).toEqual([0, 2]);
  await expect(make().clone({ estimator__depth: 13 }).fit(X, y)).rejects.toThrow("depth 13 cannot be learnt");
});

test("There is a classifier a fold, or one of all rows.", async () => {
  expect((await make().fit(X, y)).calibratedClassifiers).toHaveLength(3);
  const single = await make().clone({ ensemble: false }).fit(X, y);
  expect(single.calibratedClassifiers).toHaveLength(1);
  const { estimator, calibrators } = single.calibratedClassifiers[0]!;
  expect(difference(estimator.state, (await new Counter().fit(X, y)).state)).toBeNull();
  expect(calibrators).toHaveLength(3);
});

test("It tells of each fit.", async () => {
  for (const [ensemble, fits] of [[true, 3], [false, 4]] as const) {
    const told: string[] = [];
    const onProgress = ({ what, done, total }: Progress) => void told.push(`${what} ${done}/${total}`);
    await make().clone({ ensemble }).fit(X, y, { onProgress });
    expect(told).toEqual(Array.from({ length: fits }, (_, i) => `fits ${i + 1}/${fits}`));
  } // biome-ignore format: a table
});

test("All fits of the classifier are watched by the evalSet.", async () => {
  const estimator = new GradientBoostingClassifier({ nEstimators: 3, maxDepth: 2 });
  for (const ensemble of [true, false]) {
    const model = new CalibratedClassifierCV({ estimator, cv: 3, ensemble });
    await model.fit(X, y, { evalSet: [X, y] });
    for (const { estimator: fitted } of model.calibratedClassifiers) {
      expect(fitted).toHaveProperty("evalsResult.validation.mlogloss.length", 3);
    }
  }
  await expect(make().fit(X, y, { evalSet: [X, y] })).rejects.toThrow("does not use evaluation sets");
});

test("A classifier that is fitted already is used as it is, whatever becomes of the original.", async () => {
  const counter = await new Counter().fit(X, y);
  reset();
  const model = await new CalibratedClassifierCV({ estimator: counter, cv: "prefit" }).fit(X, y);
  expect(count.fits).toBe(0);
  const before = await model.predictProba(X);
  counter.setParams({ depth: 9 });
  expect(difference(before, await model.predictProba(X))).toBeNull();
  await expect(new CalibratedClassifierCV({ estimator: new Counter(), cv: "prefit" }).fit(X, y)).rejects.toThrow(
    'estimator of CalibratedClassifierCV must be fitted where cv is "prefit"; it is not',
  );
});

const refusals: readonly (readonly [object, string])[] = [
  [
    { estimator: new Times() },
    "estimator of CalibratedClassifierCV must be a classifier with decisionFunction or predictProba; got Times",
  ],
  [{ cv: new KFold({ nSplits: 3 }) }, 'needs all classes in each training fold; fold 0 lacks "setosa"'],
  [{ estimator: new SVC({ decisionFunctionShape: "ovo" }), cv: 2 }, "needs one score a class, 4 in all; SVC gives 6"],
];
for (const [params, sentence] of refusals) {
  test(`It is refused with: ${sentence}.`, async () => {
    const labels = y.map((label, i) => (i % 10 < 5 && sentence.includes("4 in all") && i < 10 ? "other" : label));
    await expect(new CalibratedClassifierCV(params).fit(X, labels)).rejects.toThrow(sentence);
  });
}

test("A single class cannot be calibrated.", async () => {
  await expect(
    make().fit(
      X,
      y.map(() => "one"),
    ),
  ).rejects.toThrow("needs at least 2 classes");
});

test("Test rows without any weight are refused.", async () => {
  const cv = [{ train: [0, 5, 10, 15, 20, 25], test: [1, 11, 21] }];
  const sampleWeight = y.map((_, i) => (i % 5 === 0 ? 1 : 0));
  await expect(make().clone({ cv }).fit(X, y, { sampleWeight })).rejects.toThrow(
    "sampleWeight must leave a row with a weight > 0 in each test fold",
  );
});

test("Stored curves and classifiers that do not suit it are refused.", async () => {
  const model = await make().clone({ method: "isotonic" }).fit(X, y);
  const { state, params } = model;
  const [pair] = state.model.pairs;
  const check = (changed: object) => () =>
    model.validate({ ...state, params, model: { pairs: [{ ...pair!, ...changed }] } });
  expect(check({})).not.toThrow();
  expect(check({ calibrators: pair!.calibrators.slice(1) })).toThrow("has 2 items instead of 3");
  const falling = { kind: "isotonic", scores: Float64Array.of(1, 0), values: Float64Array.of(0, 1) };
  expect(check({ calibrators: [falling, falling, falling] })).toThrow("is no ascending curve");
  expect(check({ estimator: await new Counter().fit([[0], [1]], ["a", "z"]) })).toThrow("do not suit it");
});

test("What was stored answers as before.", async () => {
  for (const method of ["sigmoid", "isotonic"] as const) {
    const model = await make().clone({ method }).fit(X, y);
    const back = await fromBytes(await toBytes(model), { classes: [Counter] });
    expect(difference(back, model)).toBeNull();
  }
});

test("Parameters of the classifier are typed, by default those of LinearSVC.", () => {
  const model = new CalibratedClassifierCV();
  expectTypeOf(model.members.estimator).toEqualTypeOf<LinearSVC>();
  expectTypeOf<"estimator__C">().toExtend<Path<typeof model>>();
  expectTypeOf<"estimator__gamma">().not.toExtend<Path<typeof model>>();
  expect(new CalibratedClassifierCV().members.estimator).not.toBe(model.members.estimator);
});
