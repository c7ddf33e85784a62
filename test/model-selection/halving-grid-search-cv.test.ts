import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets.js";
import { DecisionTreeClassifier, GridSearchCV, HalvingGridSearchCV, RandomForestClassifier } from "../../src/index.js";
import { halvingSchedule } from "../../src/model-selection/halving-schedule.js";

interface Case {
  readonly rows: number;
  readonly candidates: number;
  readonly factor: number;
  readonly least: number | "exhaust" | "smallest";
  readonly aggressive: boolean;
  readonly classes: number;
  readonly n_candidates?: readonly number[];
  readonly n_resources?: readonly number[];
  readonly error?: string;
}
const { cases } = JSON.parse(readFileSync(new URL("../golden/halving.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

const { X: digits, y: all } = loadDigits();
const rows = Array.from({ length: 400 }, (_, i) => i);
const X = digits.take(rows);
const y = rows.map((row) => (all as ArrayLike<number>)[row]!);
const forest = () => new RandomForestClassifier({ randomState: 3 });

describe("The schedule of a halving", () => {
  it("is scikit-learn's", () => {
    expect(cases.length).toBeGreaterThan(99);
    for (const { rows: most, candidates, factor, least, aggressive, classes, ...theirs } of cases) {
      const schedule = () =>
        halvingSchedule(candidates, 2 * 3 * classes, most, {
          factor,
          minResources: least,
          aggressiveElimination: aggressive,
        });
      if (theirs.error !== undefined) expect(schedule).toThrow("minResources of HalvingGridSearchCV");
      else {
        expect(schedule().map((round) => round.candidates)).toEqual(theirs.n_candidates);
        expect(schedule().map((round) => round.resources)).toEqual(theirs.n_resources);
      }
    }
  });
});

describe("HalvingGridSearchCV", () => {
  const paramGrid = { maxDepth: [1, 2, 3, 4, 5, 6, 7, 8, 9] };

  it("gives ever more rows to the best, and chooses among those that had the most", async () => {
    const search = new HalvingGridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid,
      cv: 3,
      minResources: 40,
      randomState: 5,
    });
    await search.fit(X, y);
    const { iter, n_resources, params, mean_test_score } = search.cvResults.columns as Record<string, number[]>;
    expect(iter).toEqual([...Array(9).fill(0), ...Array(3).fill(1), 2]);
    expect(n_resources).toEqual([...Array(9).fill(40), ...Array(3).fill(120), 360]);
    const best = (from: number, to: number) =>
      [...Array(to - from).keys()]
        .map((i) => from + i)
        .sort((a, b) => mean_test_score![b]! - mean_test_score![a]! || a - b)
        .map((i) => params![i]);
    expect(params!.slice(9, 12)).toEqual(best(0, 9).slice(0, 3));
    expect(params![12]).toEqual(best(9, 12)[0]);
    expect(search.bestIndex).toBe(12);
  });

  it("gives the last round of all rows the scores that GridSearchCV gives", async () => {
    const search = new HalvingGridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [2, 9] },
      factor: 2,
      minResources: 200,
      cv: 3,
      randomState: 5,
    });
    await search.fit(X, y);
    const grid = new GridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 0 }),
      paramGrid: { maxDepth: [search.bestParams.maxDepth as number] },
      cv: 3,
    });
    await grid.fit(X, y);
    expect(search.cvResults.columns.n_resources).toEqual([200, 200, 400]);
    expect(search.bestScore).toBe(grid.bestScore);
  });

  it("can give more and more trees instead", async () => {
    const search = new HalvingGridSearchCV({
      estimator: forest(),
      paramGrid: { minSamplesLeaf: [1, 2, 4] },
      resource: "nEstimators",
      maxResources: 9,
      cv: 3,
    });
    await search.fit(X, y);
    const { columns } = search.cvResults;
    expect(columns.n_resources).toEqual([3, 3, 3, 9]);
    expect(columns.param_nEstimators).toEqual([3, 3, 3, 9]);
    expect(search.bestParams.nEstimators).toBe(9);
    expect(search.bestEstimator.params.nEstimators).toBe(9);
  });

  it("draws the same rows for a seed, others for another, and smaller parts lie in larger ones", async () => {
    const make = (randomState: number, minResources: number) =>
      new HalvingGridSearchCV({
        estimator: new DecisionTreeClassifier({ randomState: 0 }),
        paramGrid,
        cv: 3,
        minResources,
        randomState,
      });
    const [one, again, other] = [make(1, 60), make(1, 60), make(2, 60)];
    await Promise.all([one, again, other].map((search) => search.fit(X, y)));
    expect(again.state).toEqual(one.state);
    expect(other.cvResults.columns.mean_test_score).not.toEqual(one.cvResults.columns.mean_test_score);
  });

  it.each([
    [{ resource: "nEstimators" }, "maxResources of HalvingGridSearchCV must be a number"],
    [{ maxResources: 1000 }, "maxResources of HalvingGridSearchCV must be at most the 400 rows of X; got 1000"],
    [
      { minResources: 500 },
      "minResources of HalvingGridSearchCV must be at most maxResources, which comes to 400; got 500",
    ],
    [{ factor: 1 }, "factor of HalvingGridSearchCV must be"],
    [{ resource: "maxDepth", maxResources: 9 }, "maxDepth cannot be both the resource and in paramGrid"],
    [{ resource: "nTrees", maxResources: 9 }, "has no parameter 'nTrees'"],
  ])("refuses %o", async (wrong, sentence) => {
    const search = new HalvingGridSearchCV({ estimator: forest(), paramGrid, cv: 3, ...(wrong as object) });
    await expect(search.fit(X, y)).rejects.toThrow(sentence);
  });
});
