import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { fitEach, GridSearchCV, makeScorer, StratifiedKFold, toBytes } from "../../src/index.js";
import { SVC, type SVCParams } from "../../src/svm/svc.js";
import { CheckPools } from "../../src/testing.js";
import {
  distanceAllowed,
  kernels,
  type SmallProblem,
  type SolvedPair,
  scaleOf,
  smallProblem,
  smallProblems,
  solvedPairs,
  stream,
} from "./small-problems.js";

const pools = new CheckPools();
beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterAll(async () => {
  vi.restoreAllMocks();
  await pools.close();
});

const runs = { numRuns: 30 };
const TOL = 1e-9;
/** Kernel values are f32, and of few features hardly positive definite: now and then no solver comes to that tolerance. */
const exactly = { tol: TOL, maxIter: 20_000 };
const budgets = fc.constantFrom(0.05, 1, 20);

async function fitted(
  params: Partial<SVCParams>,
  { X, y }: SmallProblem,
  sampleWeight: readonly number[] | null = null,
) {
  return new SVC(params).fit(X, y, { pool: pools.inline, sampleWeight });
}

/** The largest distance of two lists of values, but for a constant where `isShifted`. */
function distance(a: readonly number[], b: readonly number[], isShifted: boolean): number {
  const differences = a.map((value, i) => value - b[i]!);
  const [low, high] = [Math.min(...differences), Math.max(...differences)];
  return isShifted ? (high - low) / 2 : Math.max(Math.abs(low), Math.abs(high));
}

/** A variable well inside its box tells the intercept; where there is none, an interval of intercepts is as good. */
function tellsIntercept({ alpha }: SolvedPair, C: number): boolean {
  return alpha.some((a) => a > 1e-3 * C && a < (1 - 1e-3) * C);
}

const totalOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Two models of one problem decide alike, as closely as `tol` promises. */
function expectAlike(
  one: readonly SolvedPair[],
  other: readonly { readonly pair: SolvedPair; readonly decision: readonly number[] }[],
  C: number,
  n: number,
  largestK: number,
): void {
  one.forEach((pair, k) => {
    const isShifted = !(tellsIntercept(pair, C) && tellsIntercept(other[k]!.pair, C));
    const allowed = distanceAllowed(TOL, 2 * C * n, largestK);
    expect(distance(pair.decision, other[k]!.decision, isShifted)).toBeLessThan(allowed);
  });
}

describe("A fitted SVC", () => {
  it("obeys the conditions of Karush, Kuhn and Tucker, its bounds and its equality in every pair of classes", async () => {
    const property = async (problem: SmallProblem, params: Parameters<typeof scaleOf>[1], C: number, seed: number) => {
      const next = stream(seed);
      const weights = problem.y.map(() => 0.2 + next());
      const tol = 1e-4;
      const model = await fitted({ ...params, C, tol }, problem, weights);
      expect(model.converged).toBe(true);
      const largestK = scaleOf(problem, params);
      for (const { rows, y, alpha, decision } of solvedPairs(model, problem, params)) {
        const total = totalOf(alpha);
        expect(Math.abs(totalOf(alpha.map((a, t) => a * y[t]!)))).toBeLessThanOrEqual(1e-12 * total);
        const slack = tol + 1e-6 * (1 + total * largestK);
        rows.forEach((row, t) => {
          const upper = C * weights[row]!;
          expect(alpha[t]).toBeGreaterThanOrEqual(0);
          expect(alpha[t]).toBeLessThanOrEqual(upper * (1 + 1e-15));
          const margin = y[t]! * decision[row]!;
          if (alpha[t]! < upper * (1 - 1e-15)) expect(margin).toBeGreaterThanOrEqual(1 - slack);
          if (alpha[t]! > 0) expect(margin).toBeLessThanOrEqual(1 + slack);
        });
      }
    };
    await fc.assert(fc.asyncProperty(smallProblems, kernels, budgets, fc.nat(), property), runs);
  });

  it("lists each support vector once, class by class, and knows how many a class has", async () => {
    const property = async (problem: SmallProblem, params: Parameters<typeof scaleOf>[1], C: number) => {
      const model = await fitted({ ...params, C }, problem);
      const { support, supportVectors, nSupport, dualCoef, intercept, nIter } = model;
      const pairs = (problem.classes * (problem.classes - 1)) / 2;
      expect([nSupport.length, intercept.length, nIter.length]).toEqual([problem.classes, pairs, pairs]);
      expect([dualCoef.rows, dualCoef.cols]).toEqual([problem.classes - 1, support.length]);
      const expected = Array.from({ length: problem.classes }, (_, code) =>
        [...support].filter((row) => problem.y[row] === code).sort((a, b) => a - b),
      );
      expect([...support]).toEqual(expected.flat());
      expect([...nSupport]).toEqual(expected.map((rows) => rows.length));
      expect(supportVectors.toArrays()).toEqual([...support].map((row) => problem.X[row]));
      for (let at = 0; at < support.length; at++) {
        const coefs = Array.from({ length: dualCoef.rows }, (_, k) => dualCoef.at(k, at));
        expect(coefs.some((coef) => coef !== 0)).toBe(true);
      }
    };
    await fc.assert(fc.asyncProperty(smallProblems, kernels, budgets, property), runs);
  });

  it("decides by the sum of its coefficients times the kernel, and predicts the class with most votes", async () => {
    const property = async (problem: SmallProblem, params: Parameters<typeof scaleOf>[1], C: number, seed: number) => {
      const model = await fitted({ ...params, C, decisionFunctionShape: "ovo" }, problem);
      const asked = smallProblem(9, problem.X[0]!.length, 2, seed % 2 === 0, seed).X;
      const values = (await model.decisionFunction(asked, { pool: pools.inline })).toArrays();
      const pairs = solvedPairs(model, { ...problem, X: [...problem.X, ...asked] }, params);
      const largestK = scaleOf({ ...problem, X: [...problem.X, ...asked] }, params);
      pairs.forEach(({ alpha, decision }, k) => {
        const sign = problem.classes === 2 ? -1 : 1;
        asked.forEach((_, i) => {
          const error = Math.abs(values[i]![k]! - sign * decision[problem.X.length + i]!);
          expect(error).toBeLessThanOrEqual(1e-12 * (1 + totalOf(alpha) * largestK));
        });
      });
      const votes = asked.map((_, i) => {
        const count = new Array<number>(problem.classes).fill(0);
        pairs.forEach(({ classes: [first, second] }, k) => {
          const isFirst = problem.classes === 2 ? values[i]![k]! <= 0 : values[i]![k]! > 0;
          count[isFirst ? first : second]!++;
        });
        return count.indexOf(Math.max(...count));
      });
      const isClear = (i: number) => values[i]!.every((value) => Math.abs(value) > 1e-9);
      const predicted = await model.predict(asked, { pool: pools.inline });
      votes.forEach((vote, i) => {
        if (isClear(i)) expect(predicted[i]).toBe(vote);
      });
    };
    await fc.assert(fc.asyncProperty(smallProblems, kernels, budgets, fc.nat(), property), runs);
  });
});

describe("The function that SVC fits", () => {
  it("changes its sign and nothing else when two labels are swapped", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, kernels, async (given, params) => {
        const problem = { ...given, classes: 2, y: given.y.map((code) => code % 2) };
        const swapped = { ...problem, y: problem.y.map((code) => 1 - code) };
        const settings = { ...params, ...exactly };
        const models = [await fitted(settings, problem), await fitted(settings, swapped)];
        fc.pre(models.every(({ converged }) => converged));
        const [one] = solvedPairs(models[0]!, problem, params);
        const [pair] = solvedPairs(models[1]!, swapped, params);
        const other = { pair: pair!, decision: pair!.decision.map((value) => -value) };
        expectAlike([one!], [other], 1, problem.X.length, scaleOf(problem, params));
      }),
      runs,
    );
  });

  it("does not depend on the order of the rows", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, kernels, fc.nat(), async (problem, params, seed) => {
        const next = stream(seed);
        const order = problem.y.map((_, i) => ({ i, key: next() })).sort((a, b) => a.key - b.key);
        const shuffled = {
          ...problem,
          X: order.map(({ i }) => problem.X[i]!),
          y: order.map(({ i }) => problem.y[i]!),
        };
        const settings = { ...params, ...exactly };
        const models = [await fitted(settings, problem), await fitted(settings, shuffled)];
        fc.pre(models.every(({ converged }) => converged));
        const one = solvedPairs(models[0]!, problem, params);
        const other = solvedPairs(models[1]!, shuffled, params).map((pair) => {
          const decision = new Array<number>(pair.decision.length);
          for (const [at, { i }] of order.entries()) decision[i] = pair.decision[at]!;
          return { pair, decision };
        });
        expectAlike(one, other, 1, problem.X.length, scaleOf(problem, params));
      }),
      runs,
    );
  });

  it("with the rbf kernel moves along when whole numbers are moved, to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, fc.integer({ min: -90, max: 90 }), async (given, shift) => {
        const problem = { ...given, X: given.X.map((row) => row.map(Math.round)) };
        const moved = { ...problem, X: problem.X.map((row) => row.map((x) => x + shift)) };
        const settings = { gamma: 0.3, decisionFunctionShape: "ovo" } as const;
        const [one, other] = [await fitted(settings, problem), await fitted(settings, moved)];
        expect(other.support).toEqual(one.support);
        expect(other.dualCoef).toEqual(one.dualCoef);
        expect(other.intercept).toEqual(one.intercept);
        expect(await other.decisionFunction(moved.X)).toEqual(await one.decisionFunction(problem.X));
      }),
      runs,
    );
  });

  it("with the rbf kernel moves along when any numbers are moved, but for rounding", async () => {
    const params = { kernel: "rbf", gamma: 0.3, degree: 3, coef0: 0 } as const;
    await fc.assert(
      fc.asyncProperty(smallProblems, fc.double({ min: -5, max: 5, noNaN: true }), async (problem, shift) => {
        const moved = { ...problem, X: problem.X.map((row) => row.map((x) => x + shift)) };
        const models = [
          await fitted({ ...params, ...exactly }, problem),
          await fitted({ ...params, ...exactly }, moved),
        ];
        fc.pre(models.every(({ converged }) => converged));
        const one = solvedPairs(models[0]!, problem, params);
        const other = solvedPairs(models[1]!, moved, params);
        // Each kernel value may be rounded to the next f32, which moves the gap as much as this.
        const perturbed = distanceAllowed(1e-6 * problem.X.length, 2 * problem.X.length, 1);
        one.forEach((pair, k) => {
          expect(distance(pair.decision, other[k]!.decision, true)).toBeLessThan(perturbed);
        });
      }),
      runs,
    );
  });

  it("takes a weight of 2 for a row that is given twice, and a weight of 0 for one that is not given", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, kernels, fc.nat(), async (problem, params, seed) => {
        const next = stream(seed);
        const { X, y } = problem;
        const weights = y.map((_, i) => (i < 2 * problem.classes ? 1 + (i % 2) : Math.floor(3 * next())));
        const rows = weights.flatMap((weight, i) => new Array<number>(weight).fill(i));
        const repeated = { ...problem, X: rows.map((i) => X[i]!), y: rows.map((i) => y[i]!) };
        const settings = { ...params, ...exactly };
        const model = await fitted(settings, problem, weights);
        const again = await fitted(settings, repeated);
        fc.pre(model.converged && again.converged);
        expect([...model.support].every((row) => weights[row]! > 0)).toBe(true);
        const one = solvedPairs(model, problem, params);
        const other = solvedPairs(again, repeated, params).map((pair) => {
          const decision = problem.X.map(() => Number.NaN);
          for (const [at, i] of rows.entries()) decision[i] = pair.decision[at]!;
          return { pair, decision };
        });
        const given = one.map((pair) => ({ ...pair, decision: pair.decision.filter((_, i) => weights[i]! > 0) }));
        const repeats = other.map(({ pair, decision }) => ({
          pair,
          decision: decision.filter((_, i) => weights[i]! > 0),
        }));
        expectAlike(given, repeats, 1, rows.length, scaleOf(problem, params));
      }),
      runs,
    );
  });

  it("is the same whether rows are kept, made again or filled in, also where a class has few of them", async () => {
    const unbalanced = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 5, max: 60 }), fc.nat());
    await fc.assert(
      fc.asyncProperty(unbalanced, kernels, budgets, async ([few, many, seed], params, C) => {
        const made = smallProblem(few + 2 * many, 3, 2, false, seed);
        const problem = { ...made, y: made.X.map((_, i) => (i < few ? 0 : i < few + many ? 1 : 2)) };
        const kept = await fitted({ ...params, C, maxIter: 500 }, problem);
        const again = await fitted({ ...params, C, maxIter: 500, cacheSize: 1e-6 }, problem);
        expect(kept.state.model).toEqual(again.state.model);
      }),
      { numRuns: 60 },
    );
  });

  it("takes weights of classes for weights of their rows", async () => {
    await fc.assert(
      fc.asyncProperty(smallProblems, kernels, async (problem, params) => {
        const classWeight = Object.fromEntries(
          Array.from({ length: problem.classes }, (_, code) => [code, 1 + code / 2]),
        );
        const byClass = await fitted({ ...params, classWeight }, problem);
        const byRow = await fitted(
          params,
          problem,
          problem.y.map((code) => classWeight[code]!),
        );
        expect(byClass.state.model).toEqual(byRow.state.model);
      }),
      runs,
    );
  });
});

const mixed = smallProblem(72, 6, 4, false, 5);
const bytes = new Matrix(
  Uint8Array.from({ length: 150 * 20 }, (_, i) => (i % 3 === 0 ? 0 : (i * 7919 + (i >> 4)) % 251)),
  150,
  20,
  { scale: 1 / 255 },
);
const byteLabels = Array.from({ length: 150 }, (_, i) => ["x", "y", "z"][(i * 31 + (i >> 3)) % 3]!);
const fractions = new Matrix(Float64Array.from(mixed.X.flat()), 72, 6);
/** Whole numbers, but for the first row. */
const hardlyWhole = new Matrix(
  fractions.toFloat64().map((x, i) => (i === 0 ? Math.PI : Math.round(x))),
  72,
  6,
);

/** Tables on a grid, off it, and between, with labels. */
const tables: Readonly<Record<string, readonly [Matrix, readonly (string | number)[]]>> = {
  bytes: [bytes.take(Array.from({ length: 90 }, (_, i) => i)), byteLabels.slice(0, 90)],
  fractions: [fractions, mixed.y],
  "whole numbers and one fraction": [hardlyWhole, mixed.y],
};

describe("The same bits of SVC", () => {
  const settings: Partial<SVCParams> = { gamma: 0.2, C: 3, probability: true, randomState: 7 };

  it("come out of pools of every width, for models and for answers", async () => {
    const outcome = async (pool = pools.inline) => {
      const model = await new SVC(settings).fit(bytes, byteLabels, { pool });
      const asked = [model.decisionFunction(bytes, { pool }), model.predictProba(bytes, { pool })];
      return { bytes: await toBytes(model), answers: await Promise.all(asked) };
    };
    const inline = await outcome();
    for (const pool of [pools.workers(1), pools.workers(3), pools.apart]) expect(await outcome(pool)).toEqual(inline);
  });

  it("come out of every cacheSize, the smallest too", async () => {
    for (const kernel of ["rbf", "linear", "poly", "sigmoid"] as const) {
      for (const [X, y] of [
        [bytes, byteLabels],
        [fractions, mixed.y],
      ] as const) {
        const of = async (cacheSize: number) =>
          (await new SVC({ ...settings, kernel, cacheSize }).fit(X, y, { pool: pools.inline })).state.model;
        const whole = await of(1000);
        for (const cacheSize of [1e-6, 0.01, 0.05]) expect(await of(cacheSize)).toEqual(whole);
      }
    }
  });

  it("come out of rows that are asked one by one", async () => {
    for (const [X, y] of Object.values(tables)) {
      const model = await new SVC(settings).fit(X, y, { pool: pools.inline });
      const all = (await model.decisionFunction(X)).toArrays();
      const shares = (await model.predictProba(X)).toArrays();
      const labels = await model.predict(X);
      for (let row = 0; row < X.rows; row += 7) {
        expect((await model.decisionFunction(X.take([row]))).toArrays()).toEqual([all[row]]);
        expect((await model.predictProba(X.take([row]))).toArrays()).toEqual([shares[row]]);
        expect(await model.predict(X.take([row]))).toEqual([labels[row]]);
      }
    }
  });

  it("come out of rows on the grid of the model and off it, in one table or each alone", async () => {
    const [X, y] = tables["whole numbers and one fraction"]!;
    const rest = Array.from({ length: 71 }, (_, i) => i + 1);
    const model = await new SVC(settings).fit(
      X.take(rest),
      rest.map((row) => y[row]!),
    );
    const rows = rest.map((row, i) => Array.from({ length: 6 }, (_, j) => X.at(row, j) + (i % 3 === 0 ? 0.1 * j : 0)));
    const all = (await model.decisionFunction(rows)).toArrays();
    for (let i = 0; i < rows.length; i += 4) {
      const few = rows.slice(i, i + 3);
      expect((await model.decisionFunction(few)).toArrays()).toEqual(all.slice(i, i + 3));
      expect((await model.decisionFunction([rows[i]!])).toArrays()).toEqual([all[i]]);
    }
  });

  it("come out of a view of rows and of a copy of them, whatever stands in the rows that are left out", async () => {
    const cells = [1, 100, 255].flatMap((q) => [
      { q, stranger: 0.5 },
      { q, stranger: Math.PI },
      { q, stranger: 40000 },
    ]);
    for (const { q, stranger } of cells) {
      const next = stream(q);
      const values = Float64Array.from({ length: 40 * 5 }, () => Math.floor(9 * next()) / q);
      values.set([stranger, 1, 2, 3, 4], 0);
      const whole = new Matrix(values, 40, 5);
      const index = Array.from({ length: 39 }, (_, i) => i + 1);
      const y = index.map((i) => i % 3);
      const view = whole.take(index);
      const copy = new Matrix(values.slice(5), 39, 5);
      const of = async (X: Matrix) => {
        const model = await new SVC({ gamma: q, C: 2 }).fit(X, y, { pool: pools.inline });
        return { model: model.state.model, values: (await model.decisionFunction(X)).data };
      };
      expect(await of(view)).toEqual(await of(copy));
    }
  });

  it.each(Object.entries(tables))(
    "come out of a search over C, gamma and probability as out of fits of each alone, on copies: %s",
    async (_, [X, y]) => {
      const paramGrid = { C: [0.1, 2], gamma: [0.05, 0.4, "scale" as const], probability: [false, true] };
      const estimator = () => new SVC({ randomState: 3 });
      const copyOf = (rows: Uint32Array) => {
        const { data, rows: count, cols, scale } = X.take(rows);
        return new Matrix(data.slice(), count, cols, { scale });
      };
      const search = new GridSearchCV({ estimator: estimator(), paramGrid, cv: 3, returnTrainScore: true });
      await search.fit(X, y, { pool: pools.workers(2) });
      const { columns } = search.cvResults;
      expect(search.cvResults.length).toBe(12);
      const splits = [...new StratifiedKFold({ nSplits: 3 }).split(X.rows, y)];
      for (const [fold, { train, test }] of splits.entries()) {
        const candidates = columns.params as readonly object[];
        const together = candidates.map((params) => estimator().clone(params));
        const [trainLabels, testLabels] = [train, test].map((rows) => Array.from(rows, (row) => y[row]!));
        await fitEach(together, X.take(train), trainLabels!);
        for (const [i, params] of candidates.entries()) {
          const alone = estimator().clone(params);
          await alone.fit(copyOf(train), trainLabels!, { pool: pools.inline });
          expect(Buffer.compare(await toBytes(together[i]!), await toBytes(alone))).toBe(0);
          expect(columns[`split${fold}_test_score`]![i]).toBe(await alone.score(copyOf(test), testLabels!));
          expect(columns[`split${fold}_train_score`]![i]).toBe(await alone.score(copyOf(train), trainLabels!));
        }
      }
      const refitted = await estimator().clone(search.bestParams).fit(X, y);
      expect(search.bestEstimator.state).toEqual(refitted.state);
    },
  );

  it.each(Object.entries(tables))(
    "come out of values asked together in one verb, whose products are known, as of values asked alone: %s",
    async (_, [X, y]) => {
      const [train, test] = [0, 1].map((k) => Array.from({ length: X.rows >> 1 }, (_, i) => 2 * i + k));
      const labels = (rows: readonly number[]) => rows.map((row) => y[row]!);
      const values: number[][][] = [];
      const scorer = makeScorer(
        (_truth: readonly number[], decided: Matrix) => {
          values.push(decided.toArrays());
          return 0;
        },
        { name: "collected", needs: "decisionFunction" },
      );
      const estimator = new SVC({ decisionFunctionShape: "ovo", gamma: 0.2 });
      const cv = [{ train: Uint32Array.from(train!), test: Uint32Array.from(test!) }];
      const search = new GridSearchCV({ estimator, paramGrid: { C: [0.1, 2] }, cv, scoring: scorer, refit: false });
      await search.fit(X, y, { pool: pools.inline });
      expect(values.length).toBe(2);
      for (const [i, C] of [0.1, 2].entries()) {
        const alone = await estimator.clone({ C }).fit(X.take(train!), labels(train!), { pool: pools.inline });
        expect((await alone.decisionFunction(X.take(test!))).toArrays()).toEqual(values[i]);
      }
    },
  );

  it("come out with probability: true and without it, probabilities aside", async () => {
    const plain = await new SVC({ ...settings, probability: false }).fit(mixed.X, mixed.y);
    const calibrated = await new SVC(settings).fit(mixed.X, mixed.y);
    expect(calibrated.dualCoef).toEqual(plain.dualCoef);
    expect(await calibrated.decisionFunction(mixed.X)).toEqual(await plain.decisionFunction(mixed.X));
    expect(await calibrated.predict(mixed.X)).toEqual(await plain.predict(mixed.X));
  });
});
