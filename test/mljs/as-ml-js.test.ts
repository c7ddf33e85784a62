// The wrapped estimators beside the bare packages, on the same rows with the same options and seeds.
import { DecisionTreeClassifier, DecisionTreeRegression } from "ml-cart";
import { RandomForestClassifier, RandomForestRegression } from "ml-random-forest";
import SVM from "ml-svm";
import { expect, test } from "vitest";
import { Rng } from "../../src/core/random.js";
import { loadIris } from "../../src/datasets.js";
import {
  fromBytes,
  GridSearchCV,
  InvalidModelError,
  inlinePool,
  Pipeline,
  StandardScaler,
  toBytes,
  VotingClassifier,
} from "../../src/index.js";
import {
  MljsDecisionTreeClassifier,
  MljsDecisionTreeRegressor,
  MljsRandomForestClassifier,
  MljsRandomForestRegressor,
  MljsSVC,
  type SvmMachine,
  type TreeNodes,
} from "../../src/mljs.js";
import { memoryTracker, track } from "../../src/tracking.js";

const { X, y } = loadIris();
const rows = X.toArrays();
const labels = Array.from(y as ArrayLike<number>);
/** Petal widths, to be told from the other three columns. */
const widths = rows.map((row) => row[3]!);
const others = rows.map((row) => row.slice(0, 3));

test("A tree of classes answers as ml-cart's, whichever rules end it.", async () => {
  for (const [ours, theirs] of [
    [{}, {}],
    [{ maxDepth: 1 }, { maxDepth: 1 }],
    [
      { minSamplesSplit: 2, gainThreshold: 0 },
      { minNumSamples: 1, gainThreshold: 0 },
    ],
    [{ minSamplesSplit: 60 }, { minNumSamples: 59 }],
  ] as const) {
    const bare = new DecisionTreeClassifier(theirs);
    bare.train(rows, labels);
    const tree = await new MljsDecisionTreeClassifier(ours).fit(X, y);
    expect(await tree.predict(X)).toEqual(bare.predict(rows));
  }
});

test("A tree of numbers answers as ml-cart's, to the last bit.", async () => {
  for (const [ours, theirs] of [
    [{}, {}],
    [
      { maxDepth: 2, minSamplesSplit: 10 },
      { maxDepth: 2, minNumSamples: 9 },
    ],
  ] as const) {
    const bare = new DecisionTreeRegression(theirs);
    bare.train(others, widths);
    const tree = await new MljsDecisionTreeRegressor(ours).fit(others, widths);
    expect(Array.from(await tree.predict(others))).toEqual(bare.predict(others));
  }
});

test("A row that lies on the threshold of a split goes right, as in ml-cart.", async () => {
  const line = [-3, -2, -1, 1, 2, 3].map((x) => [x]);
  const bare = new DecisionTreeClassifier({ minNumSamples: 1 });
  bare.train(line, [0, 0, 0, 1, 1, 1]);
  const tree = await new MljsDecisionTreeClassifier({ minSamplesSplit: 2 }).fit(line, [0, 0, 0, 1, 1, 1]);
  const near = [[-Number.MIN_VALUE], [-0], [0], [Number.MIN_VALUE]];
  expect(await tree.predict(near)).toEqual([0, 1, 1, 1]);
  expect(bare.predict(near)).toEqual([0, 1, 1, 1]);
});

test("A forest of classes has the votes of ml-random-forest's trees, and its labels where one class has most.", async () => {
  const patch = { nEstimators: 7, maxFeatures: 2, bootstrapFeatures: false, randomState: 3 };
  const bare = new RandomForestClassifier({ nEstimators: 7, maxFeatures: 2, replacement: false, seed: 3, noOOB: true });
  bare.train(rows, labels);
  const forest = await new MljsRandomForestClassifier(patch).fit(X, y);
  const votes = bare.predictionValues(rows).to2DArray();
  const shares = votes.map((of) => [0, 1, 2].map((label) => of.filter((vote) => vote === label).length / 7));
  expect((await forest.predictProba(X)).toArrays()).toEqual(shares);
  const [predicted, expected] = [await forest.predict(X), bare.predict(rows)];
  const clear = shares.flatMap((of, i) => (of.filter((share) => share === Math.max(...of)).length === 1 ? [i] : []));
  expect(clear.length).toBeGreaterThan(140);
  expect(clear.map((i) => predicted[i])).toEqual(clear.map((i) => expected[i]));
});

test("A forest of numbers answers as ml-random-forest's, to the last bit.", async () => {
  for (const [ours, theirs] of [
    [{}, {}],
    [
      { bootstrap: false, bootstrapFeatures: true },
      { useSampleBagging: false, replacement: true },
    ],
  ] as const) {
    const bare = new RandomForestRegression({ nEstimators: 3, seed: 5, noOOB: true, ...theirs });
    bare.train(others, widths);
    const forest = new MljsRandomForestRegressor({ nEstimators: 3, randomState: 5, ...ours });
    await forest.fit(others, widths);
    expect(Array.from(await forest.predict(others))).toEqual(bare.predict(others));
  }
});

test("One column a tree is one column, which ml-random-forest reads as all of them.", async () => {
  const params = { nEstimators: 10, maxFeatures: 1, randomState: 0 };
  const { trees } = (await new MljsRandomForestClassifier(params).fit(X, y)).state.model;
  for (const { feature } of trees) expect(new Set(feature.filter((column) => column >= 0)).size).toBeLessThan(2);
});

const two = rows.slice(30, 100);
const sides = labels.slice(30, 100).map((label) => (label === 1 ? 1 : -1));

test.each([
  ["linear", { kernel: "linear" }],
  ["rbf", { kernel: "rbf", kernelOptions: { sigma: 1 } }],
] as const)("A machine of two classes has the margins of ml-svm's with the kernel %s.", async (kernel, options) => {
  const draws = new Rng(2).stream("class", 1);
  const bare = new SVM({ ...options, whitening: false, random: () => draws.next() });
  bare.train(two, sides);
  const machine = await new MljsSVC({ kernel, randomState: 2 }).fit(two, sides);
  expect(await machine.predict(rows)).toEqual(bare.predict(rows));
  (await machine.decisionFunction(rows)).toArrays().forEach(([value], i) => {
    expect(value).toBeCloseTo(bare.marginOne(rows[i]!), 10);
  });
});

test("Rounds that do not suffice are told of, by the parameter to raise.", async () => {
  const short = new MljsSVC({ maxIter: 2, randomState: 0 });
  await expect(short.fit(X, y)).rejects.toThrow(/^maxIter of MljsSVC must suffice to separate class 0, and did not/);
});

test("A stored model that was tampered with is refused.", async () => {
  const machine = await new MljsSVC({ randomState: 0 }).fit(two, sides);
  const [kept] = machine.state.model.machines;
  const forest = await new MljsRandomForestClassifier({ nEstimators: 1, randomState: 0 }).fit(two, sides);
  const [tree] = forest.state.model.trees;
  const withMachines = (...machines: SvmMachine[]) =>
    machine.validate({ ...machine.state, params: machine.params, model: { machines } });
  const withTrees = (...trees: TreeNodes[]) =>
    forest.validate({ ...forest.state, params: forest.params, model: { trees } });

  withMachines(kept!);
  withTrees(tree!);
  expect(() => withMachines()).toThrow(InvalidModelError);
  expect(() => withMachines({ ...kept!, vectors: kept!.vectors.slice(1) })).toThrow("3 values instead of 4");
  expect(() => withMachines({ ...kept!, intercept: Number.NaN })).toThrow(InvalidModelError);
  expect(() => withTrees()).toThrow(InvalidModelError);
  expect(() => withTrees({ ...tree!, feature: tree!.feature.map(() => 4) })).toThrow("splits on feature 4 of 4");
});

test("They are searched in a pipeline, voted over, tracked and stored.", async () => {
  const tracker = memoryTracker();
  const forest = new MljsRandomForestClassifier({ nEstimators: 3, randomState: 0 });
  const steps = [["scale", new StandardScaler()] as const, ["svc", new MljsSVC({ randomState: 0 })] as const];
  const estimators = [["forest", forest] as const, ["svc", new Pipeline({ steps })] as const];
  const estimator = new VotingClassifier({ estimators });
  const search = new GridSearchCV({ estimator, paramGrid: { forest__maxDepth: [1, 2] }, cv: 2 });
  const { onEvent } = track(tracker, { name: "ml.js", children: "all" });
  await search.fit(two, sides, { onEvent, pool: inlinePool() });
  await tracker.flush();
  expect(tracker.runs.map(({ params }) => params.forest__maxDepth)).toEqual([undefined, "1", "2"]);
  expect(search.bestScore).toBeGreaterThan(0.9);
  const classes = [MljsRandomForestClassifier, MljsSVC];
  const loaded = await fromBytes(await toBytes(search), GridSearchCV, { classes });
  expect(await loaded.predict(two)).toEqual(await search.predict(two));
});
