import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  choice,
  DecisionTreeClassifier,
  float,
  GridSearchCV,
  int,
  ParameterGrid,
  ParameterSampler,
  Pipeline,
  RandomizedSearchCV,
  StandardScaler,
  SVC,
} from "../../src/index.js";

const X = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11, i % 3]);
const y = X.map(([a, b]) => (a! + b! > 8 ? "high" : a! > 3 ? "middle" : "low"));

describe("ParameterSampler", () => {
  const lists = { a: [1, 2, 3], b: ["x", "y"], c: [true, false, null, 0] };

  it("draws each combination of lists at most once, all of them where there are no more", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, nIter) => {
        const sampler = new ParameterSampler(lists, nIter, seed);
        const drawn = [...sampler].map((one) => JSON.stringify(one));
        expect(drawn).toHaveLength(Math.min(24, nIter));
        expect(sampler.length).toBe(drawn.length);
        expect(new Set(drawn).size).toBe(drawn.length);
        const grid = new Set([...new ParameterGrid(lists as never)].map((one) => JSON.stringify(one)));
        for (const one of drawn) expect(grid).toContain(one);
      }),
      { numRuns: 50 },
    );
  });

  it("draws every combination equally often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 4000; seed++) {
      for (const one of new ParameterSampler({ a: [1, 2], b: [1, 2, 3] }, 2, seed)) {
        const key = JSON.stringify(one);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    // 8000 draws in six cells: the expectation is 1333, the standard deviation 33.
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 8000 / 6)).toBeLessThan(5 * 33);
  });

  it("begins with the same candidates however many are wanted, and manages more combinations than fit into memory", () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, [...Array(10).keys()]]));
    for (const distributions of [lists, many, { lr: float(1e-3, 1, { log: true }), n: int(1, 9) }]) {
      const long = [...new ParameterSampler(distributions, 20, 5)];
      expect([...new ParameterSampler(distributions, 7, 5)]).toEqual(long.slice(0, 7));
    }
  });

  it("draws from distributions what they have, and from several records each", () => {
    const records = [
      { n: int(10, 50, { step: 10 }), s: float(0, 1, { step: 0.25 }) },
      { c: choice(["p", "q"]), l: [7, 8] },
    ];
    const drawn = [...new ParameterSampler(records, 200, 1)] as Record<string, unknown>[];
    const first = drawn.filter((one) => "n" in one);
    const second = drawn.filter((one) => "c" in one);
    expect(first.length + second.length).toBe(200);
    expect(Math.abs(first.length - 100)).toBeLessThan(36);
    expect(new Set(first.map(({ n }) => n))).toEqual(new Set([10, 20, 30, 40, 50]));
    expect(new Set(first.map(({ s }) => s))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
    expect(new Set(second.map(({ c, l }) => `${c}${l}`))).toEqual(new Set(["p7", "p8", "q7", "q8"]));
  });

  it.each([
    [{ a: [] }, "a of paramDistributions must be an array of at least one value"],
    [{ a: 3 }, "a of paramDistributions must be an array of at least one value"],
    [[], "paramDistributions must hold at least one record"],
    [["a"], "paramDistributions must be a record by parameter names"],
  ])("refuses %o", (wrong, sentence) => {
    expect(() => new ParameterSampler(wrong as object, 3, 0)).toThrow(sentence);
  });
});

describe("RandomizedSearchCV", () => {
  it("scores its candidates as GridSearchCV does", async () => {
    const search = new RandomizedSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramDistributions: { maxDepth: [1, 2, 3], minSamplesSplit: [2, 9] },
      nIter: 100,
      cv: 3,
      randomState: 4,
    });
    await search.fit(X, y);
    const grid = new GridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [1, 2, 3], minSamplesSplit: [2, 9] },
      cv: 3,
    });
    await grid.fit(X, y);
    const scoresOf = ({ cvResults: { columns } }: typeof search | typeof grid) =>
      new Map(
        (columns.params as object[]).map((params, i) => [
          JSON.stringify(params),
          (columns.mean_test_score as Float64Array)[i],
        ]),
      );
    expect(search.cvResults.length).toBe(6);
    expect(scoresOf(search)).toEqual(scoresOf(grid));
    expect(search.bestScore).toBe(grid.bestScore);
  });

  it("gives the same candidates for a seed, and others for another", async () => {
    const make = (randomState: number) =>
      new RandomizedSearchCV({
        estimator: new Pipeline({
          steps: [
            ["scale", new StandardScaler()],
            ["svc", new SVC()],
          ],
        }),
        paramDistributions: { svc__C: float(0.01, 100, { log: true }), svc__kernel: choice(["rbf", "linear"]) },
        nIter: 5,
        cv: 3,
        randomState,
      });
    const [one, again, other] = [make(1), make(1), make(2)];
    await Promise.all([one, again, other].map((search) => search.fit(X, y)));
    expect(again.state).toEqual(one.state);
    expect(other.cvResults.columns.params).not.toEqual(one.cvResults.columns.params);
    const C = one.cvResults.columns.param_svc__C as number[];
    for (const value of C) expect(value).toBeGreaterThanOrEqual(0.01);
  });

  it("refuses a parameter that the estimator does not have, by name", async () => {
    const search = new RandomizedSearchCV({
      estimator: new DecisionTreeClassifier(),
      paramDistributions: { maxDepht: int(1, 3) } as object,
      cv: 3,
    });
    await expect(search.fit(X, y)).rejects.toThrow("did you mean maxDepth?");
  });
});
