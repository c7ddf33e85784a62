import { beforeEach, describe, expect, it } from "vitest";
import {
  Classifier,
  crossValidate,
  crossValPredict,
  DecisionTreeClassifier,
  type EvalSet,
  type EvalSetLike,
  type FittedWith,
  fitAll,
  GridSearchCV,
  InvalidDataError,
  InvalidParameterError,
  inlinePool,
  integer,
  type LabelTarget,
  Matrix,
  type NamedEstimators,
  OneHotEncoder,
  Pipeline,
  Regressor,
  StandardScaler,
  type TrainingData,
  VotingClassifier,
} from "../../src/index.js";
import { estimatorChecks } from "../../src/testing.js";

interface WatcherParams {
  readonly power: number;
}
interface WatcherModel {
  readonly shares: Float64Array;
}

/** Every set that a Watcher was given, fit by fit. */
let fits: { readonly X: Matrix; readonly sets: readonly EvalSet<LabelTarget>[] }[] = [];
beforeEach(() => {
  fits = [];
});
const setsOf = (fit: number) => fits[fit]!.sets;

/** Answers the shares of the classes, and notes the sets that it is watched by. */
class Watcher extends Classifier<WatcherParams, WatcherModel> {
  constructor(params: Partial<WatcherParams> = {}) {
    super({ name: "Watcher", schema: { power: integer(1, { min: 1 }) }, usesEvalSet: true }, params);
  }

  override learn({ X, y, evalSets }: TrainingData<LabelTarget>): WatcherModel {
    fits.push({ X, sets: evalSets });
    const shares = new Float64Array(y.classes.length);
    for (const code of y.codes) shares[code]! += 1 / y.length;
    return { shares };
  }

  override infer({ model: { shares } }: FittedWith<WatcherParams, WatcherModel>, X: Matrix): Matrix {
    const data = Float64Array.from({ length: X.rows * shares.length }, (_, i) => shares[i % shares.length]!);
    return new Matrix(data, X.rows, shares.length);
  }
}

const X = Array.from({ length: 12 }, (_, i) => [i, i % 5]);
const y = X.map((_, i) => ["ant", "bee", "cat"][i % 3]!);
const Xv = [
  [1, 2],
  [3, 4],
];
const yv = ["cat", "ant"];
const options = { pool: inlinePool() };
const watch = (evalSet: unknown, estimator = new Watcher()) =>
  estimator.fit(X, y, { ...options, evalSet: evalSet as EvalSetLike });

describe("the evalSet of a fit", () => {
  it("is empty where none is given", async () => {
    await watch(undefined);
    await watch(null);
    await watch({});
    expect(fits.map(({ sets }) => sets)).toEqual([[], [], []]);
  });

  it("is one set called validation, with labels as positions in the training classes", async () => {
    await watch([Xv, yv]);
    const [set, ...more] = setsOf(0);
    expect(more).toEqual([]);
    expect(set!.name).toBe("validation");
    expect(set!.X.toArrays()).toEqual(Xv);
    expect(set!.y.classes).toEqual(["ant", "bee", "cat"]);
    expect([...set!.y.codes]).toEqual([2, 0]);
    expect(set!.y.toArray()).toEqual(yv);
    expect(set!.sampleWeight).toBeNull();
  });

  it("is several sets in the order in which they are named, each with its weights", async () => {
    await watch({ train: [X, y], held: [Xv, yv, [1, 2]] });
    expect(setsOf(0).map(({ name }) => name)).toEqual(["train", "held"]);
    expect(setsOf(0)[1]!.sampleWeight).toEqual(Float64Array.of(1, 2));
  });

  it("has the X that is learnt from as the very Matrix that is learnt from", async () => {
    await watch({ train: [X, y] });
    expect(setsOf(0)[0]!.X).toBe(fits[0]!.X);
  });

  it("hands a Matrix on as it is, and converts rows once for all candidates", async () => {
    const held = new Matrix(Float64Array.from(Xv.flat()), 2, 2);
    const both = [new Watcher(), new Watcher({ power: 2 })];
    for await (const _ of fitAll(both, X, y, { ...options, evalSet: { held: [held, yv], rows: [Xv, yv] } }));
    expect(setsOf(0)[0]!.X).toBe(held);
    expect(setsOf(1)[1]!.X).toBe(setsOf(0)[1]!.X);
  });

  it("is refused with the name of the set, the row and what is wrong", async () => {
    const refusals: readonly [held: unknown, message: string, row?: number, column?: number][] = [
      [[[[1, 2, 3]], ["ant"]], "evalSet.held: X has 3 features, but the X that is learnt from has 2"],
      [[Xv, ["ant"]], "evalSet.held: X has 2 rows and y has 1; they must have as many"],
      [
        [Xv, ["ant", "dog"]],
        'evalSet.held: y has the label "dog" in row 1, which is not in the y that is learnt from',
        1,
      ],
      [[Xv, [0, 1]], "evalSet.held: y has the label 0 in row 0, which is not in the y that is learnt from", 0],
      [[Xv, yv, [1]], "evalSet.held: X has 2 rows and sampleWeight has 1; they must have as many"],
      [
        [[[1, Number.NaN]], ["ant"]],
        "evalSet.held: X contains NaN at row 0, column 1; finite numbers are needed",
        0,
        1,
      ],
    ];
    for (const [held, message, row, column] of refusals) {
      const error = await watch({ train: [X, y], held }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error).toMatchObject({ message, row, column });
    }
    expect(fits).toEqual([]);
  });

  it("is refused where it is no pair or record of pairs", async () => {
    const wrong: readonly [unknown, string][] = [
      [7, "evalSet must be [X, y], [X, y, sampleWeight], or a record of such; got 7"],
      [new Map([["held", 1]]), "evalSet must be [X, y], [X, y, sampleWeight], or a record of such; got a Map"],
      [[Xv], "evalSet.validation must be [X, y] or [X, y, sampleWeight]; got an array of 1"],
      [{ held: "Xv" }, 'evalSet.held must be [X, y] or [X, y, sampleWeight]; got "Xv"'],
      [{ held: null }, "evalSet.held must be [X, y] or [X, y, sampleWeight]; got null"],
    ];
    for (const [evalSet, message] of wrong) {
      await expect(watch(evalSet)).rejects.toMatchObject({
        name: "InvalidParameterError",
        parameter: "evalSet",
        message,
      });
    }
  });

  it("is refused by an estimator that does not use it, which alone fails among others", async () => {
    const failures: [number, unknown][] = [];
    const both = [new DecisionTreeClassifier(), new Watcher()];
    const onFailure = (index: number, error: unknown) => failures.push([index, error]);
    for await (const _ of fitAll(both, X, y, { ...options, evalSet: [Xv, yv], onFailure }));
    expect(both.map(({ isFitted }) => isFitted)).toEqual([false, true]);
    expect(failures).toEqual([[0, expect.any(InvalidParameterError)]]);
    expect(String(failures[0]![1])).toBe(
      "InvalidParameterError: DecisionTreeClassifier does not use evaluation sets: leave evalSet out of its fit",
    );
  });
});

describe("the evalSet of a regressor", () => {
  it("has numbers, and is refused with the row of what is none", async () => {
    const seen: TrainingData[] = [];
    class Zero extends Regressor<object, object> {
      constructor() {
        super({ name: "Zero", schema: {}, usesEvalSet: true });
      }
      override learn(data: TrainingData): object {
        seen.push(data);
        return {};
      }
    }
    const numbers = X.map(([x]) => x!);
    await new Zero().fit(X, numbers, { ...options, evalSet: [Xv, [0.5, 99]] });
    expect(seen[0]!.evalSets[0]!.y.toArray()).toEqual(Float64Array.of(0.5, 99));
    const refused = new Zero().fit(X, numbers, { ...options, evalSet: [Xv, [0.5, Number.NaN]] });
    await expect(refused).rejects.toMatchObject({ row: 1, message: expect.stringContaining("evalSet.validation: y") });
  });
});

describe("the evalSet of a composite", () => {
  it("reaches the last step of a pipeline transformed by the fitted steps before it", async () => {
    const steps = [
      ["scale", new StandardScaler()],
      ["last", new Watcher()],
    ] as const;
    const pipeline = new Pipeline({ steps });
    await pipeline.fit(X, y, { ...options, evalSet: { train: [X, y], held: [Xv, yv, [1, 3]] } });
    const [train, held] = setsOf(0);
    expect(held!.X.toArrays()).toEqual((await pipeline.namedSteps.scale.transform(Xv, options)).toArrays());
    expect(held!.y.toArray()).toEqual(yv);
    expect(held!.sampleWeight).toEqual(Float64Array.of(1, 3));
    expect(train!.X).toBe(fits[0]!.X);
  });

  it("is named where a step of a pipeline refuses it", async () => {
    const steps = [
      ["encode", new OneHotEncoder()],
      ["last", new Watcher()],
    ] as const;
    const fitted = new Pipeline({ steps }).fit(X, y, { ...options, evalSet: { held: [[[1, 77]], ["ant"]] } });
    await expect(fitted).rejects.toThrow(/^evalSet\.held: .*77/);
  });

  it("is refused by a pipeline whose last step does not use it", async () => {
    const pipeline = new Pipeline({ steps: [["tree", new DecisionTreeClassifier()]] });
    await expect(pipeline.fit(X, y, { ...options, evalSet: [Xv, yv] })).rejects.toThrow("Pipeline does not use");
  });

  it("reaches those members of a voting classifier that use it", async () => {
    const estimators = [
      ["tree", new DecisionTreeClassifier()],
      ["watcher", new Watcher()],
    ] as const;
    const voting = new VotingClassifier({ estimators });
    await voting.fit(X, y, { ...options, evalSet: [Xv, yv] });
    expect(setsOf(0).map(({ y: its }) => its.toArray())).toEqual([yv]);
    const trees = new VotingClassifier({ estimators: [["tree", new DecisionTreeClassifier()]] });
    await expect(trees.fit(X, y, { ...options, evalSet: [Xv, yv] })).rejects.toThrow("VotingClassifier does not use");
  });

  it("reaches every fit of a search, the refit too, as one Matrix", async () => {
    const search = new GridSearchCV({ estimator: new Watcher(), paramGrid: { power: [1, 2] }, cv: 3 });
    await search.fit(X, y, { ...options, evalSet: [Xv, yv] });
    expect(fits.map(({ sets }) => sets.map(({ y: its }) => its.toArray()))).toEqual(Array(7).fill([yv]));
    expect(new Set(fits.map(({ sets }) => sets[0]!.X)).size).toBe(1);
  });

  it("is transformed within each fold of a search over a pipeline", async () => {
    const steps = [
      ["scale", new StandardScaler()],
      ["last", new Watcher()],
    ] as const;
    const cv = [{ train: [0, 1, 2, 3, 4, 5], test: [6, 7, 8] }].map(({ train, test }) => [train, test] as const);
    const search = new GridSearchCV({ estimator: new Pipeline({ steps }), paramGrid: { last__power: [1, 2] }, cv });
    await search.fit(X, y, { ...options, evalSet: [Xv, yv] });
    const scaler = await new StandardScaler().fit(X.slice(0, 6), null, options);
    expect(setsOf(0)[0]!.X.toArrays()).toEqual((await scaler.transform(Xv, options)).toArrays());
    expect(setsOf(1)[0]!.X).toBe(setsOf(0)[0]!.X);
    expect(setsOf(2)[0]!.X.toArrays()).toEqual(
      (await search.bestEstimator.namedSteps.scale.transform(Xv, options)).toArrays(),
    );
  });

  it("leaves candidates of a search that do not use it to learn as without", async () => {
    const watcher: NamedEstimators = [["last", new Watcher()]];
    const tree: NamedEstimators = [["last", new DecisionTreeClassifier()]];
    const estimator = new Pipeline<NamedEstimators>({ steps: watcher });
    const search = new GridSearchCV({ estimator, paramGrid: { steps: [tree, watcher] }, cv: 3, errorScore: "raise" });
    await search.fit(X, y, { ...options, evalSet: [Xv, yv] });
    expect(fits.length).toBeGreaterThanOrEqual(3);
    expect(fits.every(({ sets }) => sets.length === 1)).toBe(true);
  });

  it("has the classes of the fold's rows, and fails the fold that lacks one of its labels", async () => {
    const cv = [
      [
        [0, 3, 1, 4],
        [6, 7],
      ],
      [
        [0, 1, 2],
        [6, 7],
      ],
    ] as const;
    const { testScores } = await crossValidate(new Watcher(), X, y, { ...options, cv, evalSet: [Xv, ["cat", "bee"]] });
    expect(fits.map(({ sets }) => sets[0]!.y.classes)).toEqual([["ant", "bee", "cat"]]);
    expect(Number.isNaN(testScores.accuracy![0])).toBe(true);
    expect(Number.isNaN(testScores.accuracy![1])).toBe(false);
    fits = [];
    await crossValidate(new Watcher(), X, y, { ...options, cv, evalSet: [Xv, ["bee", "ant"]] });
    expect(fits.map(({ sets }) => [sets[0]!.y.classes, [...sets[0]!.y.codes]])).toContainEqual([
      ["ant", "bee"],
      [1, 0],
    ]);
  });

  it("reaches every fit of crossValPredict, and is refused where the estimator does not use it", async () => {
    await crossValPredict(new Watcher(), X, y, { ...options, cv: 3, evalSet: [Xv, yv] });
    expect(fits.map(({ sets }) => sets[0]!.X)).toEqual(Array(3).fill(fits[0]!.sets[0]!.X));
    const refused = crossValidate(new DecisionTreeClassifier(), X, y, { ...options, evalSet: [Xv, yv] });
    await expect(refused).rejects.toThrow("DecisionTreeClassifier does not use");
  });
});

describe("estimatorChecks of evaluation sets", () => {
  const failuresOf = async (Class: new () => Watcher) => {
    const failed: string[] = [];
    const checks = estimatorChecks(() => new Class()).filter(({ name }) => name.includes("evaluation set"));
    expect(checks.length).toBe(2);
    for (const { name, run } of checks) await run().catch(() => failed.push(name));
    return failed;
  };

  it("find nothing in an estimator that only watches", async () => {
    expect(await failuresOf(Watcher)).toEqual([]);
  });

  it("find an estimator that learns from its evaluation sets", async () => {
    class Cheat extends Watcher {
      override learn(data: TrainingData<LabelTarget>): WatcherModel {
        const { shares } = super.learn(data);
        return { shares: shares.map((share, k) => (k === data.evalSets.length ? share + 0.01 : share)) };
      }
    }
    expect(await failuresOf(Cheat)).toEqual([
      "an evaluation set, or several by name, change no answer and are left as they were",
    ]);
  });
});
