import { readFileSync } from "node:fs";
import { beforeEach, expect, expectTypeOf, test } from "vitest";
import { fitAll, fitEach } from "../../src/core/fit-all.js";
import type { Matrix } from "../../src/core/matrix.js";
import type { NamedEstimators } from "../../src/core/named-estimators.js";
import type { ParamGrid, Path } from "../../src/core/paths.js";
import { predictAll } from "../../src/core/predict-all.js";
import { DummyClassifier } from "../../src/dummy/dummy-classifier.js";
import { VotingClassifier } from "../../src/ensemble/voting.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { difference } from "../../src/testing/difference.js";
import { Counter, count, reset, Table, Times } from "./toys.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/voting.py. */
const golden: {
  readonly tables: readonly (readonly (readonly number[])[])[];
  readonly y: readonly string[];
  readonly cases: readonly {
    readonly voting: "hard" | "soft";
    readonly weights: readonly number[] | null;
    readonly predict: readonly string[];
    readonly predictProba: readonly (readonly number[])[] | null;
  }[];
} = JSON.parse(readFileSync(new URL("../golden/voting.json", import.meta.url), "utf8"));

const X = golden.y.map((_, i) => [i]);
const y = golden.y;
const make = () =>
  new VotingClassifier({
    estimators: [
      ["a", new Counter()],
      ["b", new Counter({ rate: 3 })],
    ],
    voting: "soft",
  });

beforeEach(() => {
  reset();
});

for (const { voting, weights, predict, predictProba } of golden.cases) {
  test(`A ${voting} vote with weights ${JSON.stringify(weights)} answers as scikit-learn's.`, async () => {
    const estimators = golden.tables.map((table, k) => [`m${k}`, new Table({ table })] as const);
    const vote = await new VotingClassifier({ estimators, voting, weights }).fit(X, y);
    expect(await vote.predict(X)).toEqual(predict);
    if (predictProba === null) return;
    expect((await vote.predictProba(X)).toArrays()).toEqual(
      predictProba.map((row) => row.map((p) => expect.closeTo(p, 15))),
    );
  });
}

test("Three members that all disagree leave the lowest label.", async () => {
  const estimators = [2, 1, 0].map(
    (code) => [`m${code}`, new Table({ table: [[0, 1, 2].map((k) => Number(k === code))] })] as const,
  );
  const vote = await new VotingClassifier({ estimators }).fit([[0], [0], [0]], [30, 10, 20]);
  expect(await vote.predict([[0]])).toEqual([10]);
});

const patches = [1, 2, 3].flatMap((depth) =>
  [0.1, 0.2].flatMap((rate) =>
    ([null, [1, 2]] as const).map((weights) => ({ a__depth: depth, b__rate: rate, weights }) as const),
  ),
);

test("A product grid over members costs the sum, and each state is that of an independent fit.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  expect(count.fits).toBe(3 + 2);
  for (const [i, patch] of patches.entries()) {
    const alone = await make().clone(patch).fit(X, y);
    expect(difference(shared[i]!.state, alone.state)).toBeNull();
  }
});

test("Candidates asked together ask each distinct member once, and answer as each alone.", async () => {
  const shared = patches.map((patch) => make().clone(patch));
  await fitEach(shared, X, y);
  reset();
  const answers: Matrix[] = [];
  for await (const [i, output] of predictAll(shared, X, "predictProba")) answers[i] = output as Matrix;
  expect(count.predictions).toBe(5);
  for (const [i, one] of shared.entries()) {
    expect(difference(answers[i], await one.predictProba(X))).toBeNull();
  }
});

test("Hard and soft candidates may be asked together.", async () => {
  const both = [make().clone({ voting: "hard" }), make()];
  await fitEach(both, X, y);
  const answers: unknown[] = [];
  for await (const [i, output] of predictAll(both, X, "predict")) answers[i] = output;
  expect(answers).toEqual([await both[0]!.predict(X), await both[1]!.predict(X)]);
});

test("A candidate whose member fails is the only one to fail.", async () => {
  const failed: number[] = [];
  const all = [1, 13, 2].map((depth) => make().clone({ a__depth: depth }));
  const done: number[] = [];
  for await (const i of fitAll(all, X, y, { onFailure: (i) => failed.push(i) })) done.push(i);
  expect(failed).toEqual([1]);
  expect(done.sort()).toEqual([0, 2]);
  await expect(make().clone({ a__depth: 13 }).fit(X, y)).rejects.toThrow("depth 13 cannot be learnt");
});

test("The user's own estimators stay unfitted; the fitted ones have their names.", async () => {
  const a = new Counter({ depth: 4 });
  const vote = await new VotingClassifier({ estimators: [["a", a]], voting: "soft" }).fit(X, y);
  expect(a.isFitted).toBe(false);
  expect(vote.namedEstimators.a.isFitted).toBe(true);
  expect(vote.namedEstimators.a).not.toBe(a);
  expect(vote.namedEstimators.a.params.depth).toBe(4);
});

test("Every member is given sampleWeight.", async () => {
  await make().fit(X, y, { sampleWeight: X.map((_, i) => i + 1) });
  expect(count.weighted).toBe(2);
});

test("Members that are fitted already are used as they are, whatever becomes of the originals.", async () => {
  const a = await new Counter().fit(X, y);
  const b = await new Counter({ depth: 2 }).fit(X, y);
  reset();
  const vote = new VotingClassifier({
    estimators: [
      ["a", a],
      ["b", b],
    ],
    voting: "soft",
    prefit: true,
  });
  const clone = vote.clone();
  await vote.fit(X, y);
  await clone.fit(X, y);
  expect(count.fits).toBe(0);
  const before = await vote.predictProba(X);
  expect(difference(before, await clone.predictProba(X))).toBeNull();
  a.setParams({ depth: 9 });
  expect(difference(before, await vote.predictProba(X))).toBeNull();
});

test("Prefit members that are not fitted, or were fitted on other features or classes, are refused by name.", async () => {
  const prefit = (a: Counter) => new VotingClassifier({ estimators: [["a", a]], prefit: true });
  await expect(prefit(new Counter()).fit(X, y)).rejects.toThrow(
    'the member "a" of VotingClassifier must be fitted where prefit is true; it is not',
  );
  const wide = await new Counter().fit(
    X.map((row) => [...row, 1]),
    y,
  );
  await expect(prefit(wide).fit(X, y)).rejects.toThrow(
    'X has 1 features, but the member "a" of VotingClassifier was fitted on 2',
  );
  const others = await new Counter().fit([[0], [1]], ["a", "z"]);
  await expect(prefit(others).fit(X, y)).rejects.toThrow(
    'y has the classes "a", "b", "c", but the member "a" of VotingClassifier was fitted on "a", "z"',
  );
});

const refusals: readonly (readonly [Partial<ConstructorParameters<typeof VotingClassifier>[0]>, string])[] = [
  [{}, "estimators of VotingClassifier must be a non-empty array of pairs [name, estimator]; got an array of 0"],
  [{ estimators: [["a", new Times()]] }, 'estimators of VotingClassifier must be classifiers; "a" (Times) is none'],
  [
    {
      estimators: [
        ["a", new Counter()],
        ["a", new Counter()],
      ],
    },
    'estimators of VotingClassifier must have names that differ; got "a" twice',
  ],
  [{ estimators: [["", new Counter()]] }, 'must have names that are not empty; got ""'],
  [{ estimators: [["a__b", new Counter()]] }, 'must have names without "__"; got "a__b"'],
  [{ estimators: [["weights", new Counter()]] }, 'got "weights"'],
  [
    { estimators: [["a", new Counter()]], weights: [1, 2] },
    "weights of VotingClassifier must be one for each of its 1 members a; got 2",
  ],
  [
    { estimators: [["a", new Counter()]], weights: [-1] },
    'weights of VotingClassifier must be finite numbers >= 0; got -1 for "a"',
  ],
  [{ estimators: [["a", new Counter()]], weights: [0] }, "weights of VotingClassifier must not all be zero"],
  [
    {
      estimators: [["a", new VotingClassifier({ estimators: [["b", new Counter()]] })]],
      voting: "soft",
    },
    'estimators of VotingClassifier must have predictProba where voting is "soft"; "a" (VotingClassifier) has predict',
  ],
];
for (const [params, sentence] of refusals) {
  test(`It is refused with: ${sentence}.`, async () => {
    await expect(new VotingClassifier(params as { estimators: NamedEstimators }).fit(X, y)).rejects.toThrow(sentence);
  });
}

test("Hard votes have no probabilities.", async () => {
  const vote = await make().clone({ voting: "hard" }).fit(X, y);
  await expect(vote.predictProba(X)).rejects.toMatchObject({ code: "NO_SUCH_METHOD" });
});

test("Stored members that are not like the rest are refused.", async () => {
  const vote = await make().fit(X, y);
  const { state, params } = vote;
  const stranger = await new Counter().fit([[0], [1]], ["a", "z"]);
  expect(() => vote.validate({ ...state, params })).not.toThrow();
  expect(() => vote.validate({ ...state, params, model: { members: [stranger, stranger] } })).toThrow(
    'its member "a" is not like the rest',
  );
  expect(() => vote.validate({ ...state, params, model: { members: [new Counter(), new Counter()] } })).toThrow(
    "instead of a fitted estimator",
  );
});

test("What was stored answers as before.", async () => {
  const vote = await make().fit(X, y);
  const back = await fromBytes(await toBytes(vote), { classes: [VotingClassifier, Counter] });
  expect(difference(back, vote)).toBeNull();
});

test("Paths, patches and grids of members are typed, however deep.", () => {
  const inner = new VotingClassifier({
    estimators: [
      ["dummy", new DummyClassifier()],
      ["count", new Counter()],
    ],
  });
  const outer = new VotingClassifier({ estimators: [["inner", inner]], voting: "soft" });
  expectTypeOf<"inner__count__depth">().toExtend<Path<typeof outer>>();
  expectTypeOf<"inner__count__width">().not.toExtend<Path<typeof outer>>();
  const grid: ParamGrid<typeof inner> = { count__depth: [1, 2], dummy__strategy: ["prior"], weights: [null, [1, 2]] };
  // @ts-expect-error no such parameter
  const unknown: ParamGrid<typeof inner> = { count__width: [1] };
  // @ts-expect-error a wrong type of value
  const wrong: ParamGrid<typeof inner> = { dummy__strategy: ["best"] };
  // @ts-expect-error no such member
  expect(() => inner.clone({ forest__depth: 1 })).toThrow("no parameter 'forest__depth'");
  expect(outer.clone({ inner__count__depth: 5 }).members.inner.members.count.params.depth).toBe(5);
  expectTypeOf(outer.members.inner.members.count).toEqualTypeOf<Counter>();
  expect([grid, unknown, wrong]).toHaveLength(3);
});
