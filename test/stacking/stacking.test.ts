import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import type { Progress } from "../../src/core/estimator.js";
import { fitAll, fitEach } from "../../src/core/fit-all.js";
import type { Matrix } from "../../src/core/matrix.js";
import type { NamedEstimators } from "../../src/core/named-estimators.js";
import type { ParamGrid, Path } from "../../src/core/paths.js";
import { predictAll } from "../../src/core/predict-all.js";
import { loadIris } from "../../src/datasets/iris.js";
import { DummyClassifier } from "../../src/dummy/dummy-classifier.js";
import { GradientBoostingClassifier } from "../../src/ensemble/gradient-boosting-classifier.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { crossValPredict } from "../../src/model-selection/cross-validate.js";
import { GridSearchCV } from "../../src/model-selection/grid-search-cv.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { KFold } from "../../src/split/k-fold.js";
import { StackingClassifier } from "../../src/stacking/stacking-classifier.js";
import type { StackMethod } from "../../src/stacking/stacking-params.js";
import { SVC } from "../../src/svm/svc.js";
import { difference } from "../../src/testing/difference.js";
import { Counter, count, reset, Times } from "../ensemble/toys.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/stacking.py. */
const golden: {
  readonly cases: readonly {
    readonly classes: 2 | 3;
    readonly cv: number | "shuffled" | "prefit";
    readonly weighted: boolean;
    readonly params: { readonly passthrough?: boolean; readonly stack_method?: string };
    readonly transform: readonly (readonly number[])[] | null;
    readonly predictProba: readonly (readonly number[])[];
    readonly coef: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/stacking.json", import.meta.url), "utf8"));

const iris = loadIris();

function expectNear(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[], within: number) {
  expect([actual.length, actual[0]!.length]).toEqual([expected.length, expected[0]!.length]);
  let worst = 0;
  expected.forEach((row, i) => {
    row.forEach((value, j) => {
      worst = Math.max(worst, Math.abs(actual[i]![j]! - value) / Math.max(1, Math.abs(value)));
    });
  });
  expect(worst).toBeLessThan(within);
}

describe("What scikit-learn answers is answered:", () => {
  for (const { classes, cv, weighted, params, transform, predictProba, coef } of golden.cases) {
    test(`${classes} classes, cv ${cv}, ${JSON.stringify(params)}${weighted ? ", weights" : ""}.`, async () => {
      const rows = Array.from({ length: 150 }, (_, i) => i).slice(classes === 3 ? 0 : 50);
      const X = iris.X.take(rows);
      const y = rows.map((row) => iris.targetNames![iris.y[row] as number]!);
      const sampleWeight = weighted ? rows.map((row) => 1 + (row % 3)) : null;
      const logistic = new LogisticRegression({ tol: 1e-10, maxIter: 10_000, C: 0.1 });
      const svc = new SVC({ gamma: 0.1, tol: 1e-10 });
      if (cv === "prefit") {
        await logistic.fit(X, y);
        await svc.fit(X, y);
      }
      const stack = new StackingClassifier({
        estimators: [
          ["logistic", logistic],
          ["svc", svc],
        ],
        finalEstimator: new LogisticRegression({ tol: 1e-10, maxIter: 10_000 }),
        cv: cv === "shuffled" ? new KFold({ nSplits: 4, shuffle: true, randomState: 0 }) : cv,
        passthrough: params.passthrough ?? false,
        stackMethod: camelCase(params.stack_method ?? "auto") as StackMethod,
      });
      await stack.fit(X, y, { sampleWeight });
      const asked = X.take(rows.map((_, i) => i).filter((i) => i % 7 === 0));
      if (transform !== null) expectNear((await stack.transform(asked)).toArrays(), transform, 1e-6);
      expectNear((await stack.predictProba(asked)).toArrays(), predictProba, 1e-6);
      expectNear(stack.finalEstimator.coef.toArrays(), coef, 1e-5);
    });
  }
});

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const X = iris.X.take(Array.from({ length: 30 }, (_, i) => 5 * i));
const y = Array.from({ length: 30 }, (_, i) => iris.targetNames![Math.floor(i / 10)]!);
const make = () =>
  new StackingClassifier({
    estimators: [
      ["a", new Counter()],
      ["b", new Counter({ rate: 3 })],
    ],
    cv: 3,
  });

beforeEach(() => {
  reset();
});

const patches = [1, 2, 3].flatMap((depth) =>
  [0.1, 1].flatMap((C) =>
    [false, true].map((passthrough) => ({ a__depth: depth, finalEstimator__C: C, passthrough }) as const),
  ),
);

test("A grid fits and asks each distinct member once a fold, and each state is that of an independent fit.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  const members = 3 + 1;
  expect(count.fits).toBe(members * (1 + 3));
  expect(count.predictions).toBe(members * 3);
  for (const [i, patch] of patches.entries()) {
    const alone = await make().clone(patch).fit(X, y);
    expect(difference(shared[i]!.state, alone.state)).toBeNull();
  }
});

test("Candidates asked together ask each distinct member once, and answer as each alone.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  reset();
  const answers: unknown[] = [];
  for await (const [i, output] of predictAll(shared, X, "predictProba")) answers[i] = output;
  expect(count.predictions).toBe(3 + 1);
  for (const [i, one] of shared.entries()) expect(difference(answers[i], await one.predictProba(X))).toBeNull();
});

test("A search over the final estimator's parameters fits no member again.", async () => {
  const search = new GridSearchCV({ estimator: make(), paramGrid: { finalEstimator__C: [0.1, 1, 10] }, cv: 2 });
  await search.fit(X, y);
  const fitsOfOne = 2 * (1 + 3);
  expect(count.fits).toBe(2 * fitsOfOne + fitsOfOne);
});

test("A candidate whose member fails is the only one to fail.", async () => {
  const failed: number[] = [];
  const done: number[] = [];
  const all = [1, 13, 2].map((depth) => make().clone({ a__depth: depth }));
  for await (const i of fitAll(all, X, y, { onFailure: (i) => failed.push(i) })) done.push(i);
  expect(failed).toEqual([1]);
  expect(done.sort()).toEqual([0, 2]);
  await expect(make().clone({ a__depth: 13 }).fit(X, y)).rejects.toThrow("depth 13 cannot be learnt");
});

test("The user's own estimators stay unfitted; the fitted ones have their names.", async () => {
  const a = new Counter({ depth: 4 });
  const finalEstimator = new LogisticRegression();
  const stack = await new StackingClassifier({ estimators: [["a", a]], finalEstimator, cv: 2 }).fit(X, y);
  expect([a.isFitted, finalEstimator.isFitted]).toEqual([false, false]);
  expect(stack.namedEstimators.a.params.depth).toBe(4);
  expect(stack.finalEstimator.isFitted).toBe(true);
});

test("Two stacks made without a final estimator have none in common.", () => {
  const [one, other] = [make(), make()];
  one.members.finalEstimator.setParams({ C: 5 });
  expect(other.members.finalEstimator.params.C).toBe(1);
});

test("Members and final estimator are given sampleWeight.", async () => {
  const stack = make().clone({ cv: 2 });
  await stack.fit(X, y, { sampleWeight: y.map((_, i) => i + 1) });
  expect(count.weighted).toBe(2 * (1 + 2));
  const plain = await stack.clone().fit(X, y);
  expect(difference(stack.finalEstimator.coef, plain.finalEstimator.coef)).not.toBeNull();
});

test("It tells of each fit: of the members on all rows and on each fold, and of the final estimators.", async () => {
  const told: string[] = [];
  const onProgress = ({ what, done, total }: Progress) => void told.push(`${what} ${done}/${total}`);
  await make().fit(X, y, { onProgress });
  const fits = 2 * (1 + 3) + 1;
  expect(told).toEqual(Array.from({ length: fits }, (_, i) => `fits ${i + 1}/${fits}`));
  told.length = 0;
  await fitEach([make(), make().clone({ finalEstimator__C: 2, a__depth: 2 })], X, y, { onProgress });
  expect(told.at(-1)).toBe(`fits ${3 * (1 + 3) + 2}/${3 * (1 + 3) + 2}`);
});

test("Members are watched by the evalSet, and the final estimator by what they say of it.", async () => {
  const boosting = () => new GradientBoostingClassifier({ nEstimators: 3, maxDepth: 2 });
  const others = iris.X.take(X.index!.map((row) => row + 1));
  const evalSet = { train: [X, y], later: [others, y] } as const;
  const stack = new StackingClassifier({
    estimators: [["boosting", boosting()], ["counter", new Counter()]],
    finalEstimator: boosting(),
    passthrough: true,
    cv: 3,
  }); // biome-ignore format: one list
  await stack.fit(X, y, { evalSet });
  const alone = await boosting().fit(X, y, { evalSet });
  expect(stack.namedEstimators.boosting.evalsResult).toEqual(alone.evalsResult);
  const held = await Promise.all(
    [boosting(), new Counter()].map((member) => crossValPredict(member, X, y, { cv: 3, method: "predictProba" })),
  );
  const Z = X.toArrays().map((row, i) => [...held.flatMap((table) => (table as Matrix).toArrays()[i]!), ...row]);
  const last = await boosting().fit(Z, y, { evalSet: { train: [Z, y], later: [await stack.transform(others), y] } });
  expect(stack.finalEstimator.evalsResult).toEqual(last.evalsResult);
});

test("An evalSet that nobody uses is refused.", async () => {
  await expect(make().fit(X, y, { evalSet: [X, y] })).rejects.toThrow("does not use evaluation sets");
});

test("Fitted members are used as they are, whatever becomes of the originals.", async () => {
  const a = await new Counter().fit(X, y);
  reset();
  const stack = await new StackingClassifier({ estimators: [["a", a]], cv: "prefit" }).fit(X, y);
  expect(count.fits).toBe(0);
  const before = await stack.predictProba(X);
  a.setParams({ depth: 9 });
  expect(difference(before, await stack.predictProba(X))).toBeNull();
});

test("Fitted members that are not fitted, or were fitted on other features or classes, are refused by name.", async () => {
  const prefit = (a: Counter) => new StackingClassifier({ estimators: [["a", a]], cv: "prefit" });
  await expect(prefit(new Counter()).fit(X, y)).rejects.toThrow(
    'the member "a" of StackingClassifier must be fitted where cv is "prefit"; it is not',
  );
  const narrow = await new Counter().fit([[0], [1], [2]], ["setosa", "versicolor", "virginica"]);
  await expect(prefit(narrow).fit(X, y)).rejects.toThrow(
    'X has 4 features, but the member "a" of StackingClassifier was fitted on 1',
  );
});

const refusals: readonly (readonly [Partial<ConstructorParameters<typeof StackingClassifier>[0]>, string])[] = [
  [{ estimators: [["a", new Times()]] }, 'estimators of StackingClassifier must be classifiers; "a" (Times) is none'],
  [{ estimators: [["finalEstimator", new Counter()]] }, 'got "finalEstimator"'],
  [
    { estimators: [["a", new Counter()]], stackMethod: "decisionFunction" },
    'must have decisionFunction where stackMethod is "decisionFunction"; "a" (Counter) has predict, predictProba',
  ],
  [
    { estimators: [["a", new Counter()]], finalEstimator: new Times() as never },
    "finalEstimator of StackingClassifier must be a classifier; got Times",
  ],
  [
    { estimators: [["a", new Counter()]], cv: [{ train: [0, 10, 20], test: [1, 2] }] },
    "cv must put each row into one test fold; row 0 is in 0",
  ],
  [
    { estimators: [["a", new SVC()]], cv: new KFold({ nSplits: 3 }) },
    'each training fold of cv must have all classes where decision values are asked; one lacks "setosa"',
  ],
];
for (const [params, sentence] of refusals) {
  test(`It is refused with: ${sentence}.`, async () => {
    await expect(new StackingClassifier(params as { estimators: NamedEstimators }).fit(X, y)).rejects.toThrow(sentence);
  });
}

test("Stored estimators that do not suit each other are refused.", async () => {
  const stack = await make().fit(X, y);
  const { state, params } = stack;
  const { finalEstimator } = state.model;
  const stranger = await new Counter().fit([[0], [1]], ["a", "z"]);
  expect(() => stack.validate({ ...state, params })).not.toThrow();
  expect(() => stack.validate({ ...state, params, model: { members: [stranger, stranger], finalEstimator } })).toThrow(
    "its estimators do not suit each other",
  );
});

test("What was stored answers as before.", async () => {
  const stack = await make().fit(X, y);
  const back = await fromBytes(await toBytes(stack), { classes: [Counter] });
  expect(difference(back, stack)).toBeNull();
});

test("Paths, patches and grids of members and of the final estimator are typed, however deep.", () => {
  const inner = new StackingClassifier({
    estimators: [
      ["dummy", new DummyClassifier()],
      ["count", new Counter()],
    ],
    finalEstimator: new SVC(),
  });
  const outer = new StackingClassifier({ estimators: [["inner", inner]] });
  expectTypeOf<"inner__finalEstimator__gamma">().toExtend<Path<typeof outer>>();
  expectTypeOf<"inner__count__width">().not.toExtend<Path<typeof outer>>();
  expectTypeOf(outer.members.finalEstimator).toEqualTypeOf<LogisticRegression>();
  const grid: ParamGrid<typeof inner> = { count__depth: [1, 2], finalEstimator__C: [1], passthrough: [true] };
  // @ts-expect-error a parameter of another final estimator
  const wrong: ParamGrid<typeof outer> = { finalEstimator__gamma: [1] };
  expect(outer.clone({ inner__count__depth: 5 }).members.inner.members.count.params.depth).toBe(5);
  expect(outer.clone({ finalEstimator__C: 5 }).params.finalEstimator.params.C).toBe(5);
  expect([grid, wrong]).toHaveLength(2);
});
