import { beforeEach, expect, expectTypeOf, test } from "vitest";
import { Pipeline } from "../../src/compose/pipeline.js";
import { fitAll, fitEach } from "../../src/core/fit-all.js";
import type { Label } from "../../src/core/labels.js";
import type { Matrix } from "../../src/core/matrix.js";
import type { ParamGrid, Path } from "../../src/core/paths.js";
import { predictAll } from "../../src/core/predict-all.js";
import { VotingClassifier } from "../../src/ensemble/voting.js";
import { difference } from "../../src/testing/difference.js";
import { Counter, count, reset, Times } from "../ensemble/toys.js";

const X = Array.from({ length: 9 }, (_, i) => [i / 4, (i * 3) % 5]);
const y = X.map((_, i) => i % 3);
const make = () =>
  new Pipeline({
    steps: [
      ["first", new Times()],
      ["second", new Times({ by: 3 })],
      ["clf", new Counter()],
    ],
  });

beforeEach(() => {
  reset();
});

test("The last step learns from what the steps before made of X, and answers the same way.", async () => {
  const pipe = await make().fit(X, y);
  const byHand = X.map((row) => row.map((v) => v * 2 * 3));
  const alone = await new Counter().fit(byHand, y);
  expect(difference(pipe.namedSteps.clf.state.model, alone.state.model)).toBeNull();
  expect((await pipe.predictProba(X)).toArrays()).toEqual((await alone.predictProba(byHand)).toArrays());
  expect(await pipe.predict(X)).toEqual(await alone.predict(byHand));
  expect(await pipe.score(X, y)).toBe(await alone.score(byHand, y));
  expect(pipe.classes).toEqual([0, 1, 2]);
  expect(pipe.nFeaturesIn).toBe(2);
});

const patches = [2, 5].flatMap((first) =>
  [3, 4].flatMap((second) => [1, 2, 3].map((depth) => ({ first__by: first, second__by: second, clf__depth: depth }))),
);

test("Candidates share their beginnings, and each state is that of an independent fit.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  expect(count).toMatchObject({ scales: 2 + 4, transforms: 2 + 4, fits: 12 });
  for (const [i, patch] of patches.entries()) {
    expect(difference(shared[i]!.state, (await make().clone(patch).fit(X, y)).state)).toBeNull();
  }
});

test("Candidates asked together transform X once for each beginning, and answer as each alone.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  reset();
  const answers: Matrix[] = [];
  for await (const [i, output] of predictAll(shared, X, "predictProba")) answers[i] = output as Matrix;
  expect(count).toMatchObject({ transforms: 2 + 4, predictions: 12 });
  for (const [i, one] of shared.entries()) expect(difference(answers[i], await one.predictProba(X))).toBeNull();
});

test("A candidate that fails is the only one to fail.", async () => {
  const failed: number[] = [];
  const done: number[] = [];
  const all = [1, 13, 2].map((depth) => make().clone({ clf__depth: depth }));
  for await (const i of fitAll(all, X, y, { onFailure: (i) => failed.push(i) })) done.push(i);
  expect(failed).toEqual([1]);
  expect(done.sort()).toEqual([0, 2]);
});

test("sampleWeight is given to the last step alone.", async () => {
  await make().fit(X, y, { sampleWeight: X.map(() => 2) });
  expect(count.weighted).toBe(1);
});

test("A pipeline of transformers transforms, learns without y, and has no predictions.", async () => {
  const pipe = new Pipeline({
    steps: [
      ["a", new Times()],
      ["b", new Times({ by: 3 })],
    ],
  });
  expect((await pipe.fitTransform([[1, 2]])).toArrays()).toEqual([[6, 12]]);
  await expect(pipe.predictProba([[1, 2]])).rejects.toMatchObject({ code: "NO_SUCH_METHOD" });
  expect(() => pipe.classes).toThrow("this Pipeline is no classifier");
});

test("The user's own steps stay unfitted.", async () => {
  const clf = new Counter();
  const pipe = await new Pipeline({ steps: [["clf", clf]] }).fit(X, y);
  expect(clf.isFitted).toBe(false);
  expect(pipe.namedSteps.clf.isFitted).toBe(true);
});

test("Pipelines are members of votes, and share as such.", async () => {
  const vote = new VotingClassifier({
    estimators: [
      ["pipe", make()],
      ["plain", new Counter()],
    ],
    voting: "soft",
  });
  const all = [1, 2].flatMap((a) => [1, 2].map((b) => vote.clone({ pipe__clf__depth: a, plain__depth: b })));
  await fitEach(all, X, y);
  expect(count).toMatchObject({ scales: 2, fits: 4 });
  for (const one of all) expect(difference(one.state, (await one.clone().fit(X, y)).state)).toBeNull();
});

test("Steps that cannot be are refused in a sentence.", async () => {
  await expect(new Pipeline().fit(X, y)).rejects.toThrow(
    "steps of Pipeline must be a non-empty array of pairs [name, estimator]; got an array of 0",
  );
  const twice = new Pipeline({
    steps: [
      ["a", new Counter()],
      ["b", new Counter()],
    ],
  });
  await expect(twice.fit(X, y)).rejects.toThrow(
    'steps of Pipeline must be transformers but for the last; got "a" (Counter), which has no transform',
  );
  await expect(new Pipeline({ steps: [["steps", new Counter()]] }).fit(X, y)).rejects.toThrow('got "steps"');
});

test("Stored steps that do not suit each other are refused.", async () => {
  const pipe = await make().fit(X, y);
  const { state, params } = pipe;
  const [a, b, c] = state.model.steps as [never, never, never];
  expect(() => pipe.validate({ ...state, params })).not.toThrow();
  expect(() => pipe.validate({ ...state, params, model: { steps: [a, c, b] } })).toThrow("do not suit each other");
  expect(() => pipe.validate({ ...state, params, model: { steps: [a, b] } })).toThrow("2 items instead of 3");
});

test("Paths, grids and predictions are typed.", () => {
  const pipe = make();
  expectTypeOf<"clf__depth">().toExtend<Path<typeof pipe>>();
  expectTypeOf<"clf__by">().not.toExtend<Path<typeof pipe>>();
  expectTypeOf(pipe.predict).returns.resolves.toEqualTypeOf<readonly Label[]>();
  const grid: ParamGrid<typeof pipe> = { first__by: [1, 2], clf__depth: [1] };
  // @ts-expect-error a wrong type of value
  const wrong: ParamGrid<typeof pipe> = { first__by: ["1"] };
  // @ts-expect-error no such step
  expect(() => pipe.clone({ third__by: 1 })).toThrow("no parameter 'third__by'");
  expect([grid, wrong]).toHaveLength(2);
});
