import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import {
  fromBytes,
  GridSearchCV,
  InvalidDataError,
  InvalidModelError,
  InvalidParameterError,
  TrellisError,
  toBytes,
} from "../../src/index.js";
import { SVC, type SVCParams } from "../../src/svm/svc.js";
import { SVR, type SVRParams } from "../../src/svm/svr.js";
import { smallProblem } from "./small-problems.js";

const { X, y, z } = smallProblem(24, 3, 3, false, 2);

let warn: MockInstance<typeof console.warn>;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** What a promise was rejected with. */
async function rejection(
  promise: Promise<unknown>,
): Promise<Error & { readonly parameter?: string; readonly row?: number }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was refused");
}

const linearTable = (rows: readonly (readonly number[])[], columns = rows) =>
  rows.map((a) => columns.map((b) => a.reduce((sum, value, j) => sum + value * b[j]!, 0)));
const linearKernel = (a: Matrix, b: Matrix) => linearTable(a.toArrays(), b.toArrays());
const finite = (values: Iterable<number>) => expect([...values].every(Number.isFinite)).toBe(true);

describe("Parameters that support vector machines cannot use", () => {
  const wrong: readonly (readonly [parameter: keyof SVCParams & keyof SVRParams & string, value: unknown])[] = [
    ["C", 0],
    ["C", -1],
    ["C", Number.NaN],
    ["C", Number.POSITIVE_INFINITY],
    ["gamma", 0],
    ["gamma", -0.1],
    ["gamma", Number.NaN],
    ["gamma", "scaled"],
    ["tol", 0],
    ["tol", -1e-3],
    ["tol", Number.NaN],
    ["degree", 2.5],
    ["degree", -1],
    ["coef0", Number.NaN],
    ["coef0", Number.POSITIVE_INFINITY],
    ["kernel", "radial"],
    ["kernel", null],
    ["maxIter", 0],
    ["maxIter", -1],
    ["maxIter", 1.5],
    ["cacheSize", 0],
    ["cacheSize", -5],
    ["cacheSize", Number.NaN],
  ];

  it.each(wrong)("are refused by name: %s = %s", async (parameter, value) => {
    for (const [name, learn] of [
      ["SVC", () => new SVC({ [parameter]: value }).fit(X, y)],
      ["SVR", () => new SVR({ [parameter]: value }).fit(X, z)],
    ] as const) {
      const error = await rejection(learn());
      expect(error).toBeInstanceOf(InvalidParameterError);
      expect(error.parameter).toBe(parameter);
      expect(error.message).toMatch(new RegExp(`^${parameter} of ${name} must be `));
    }
  });

  it.each([
    ["decisionFunctionShape", "ovm"],
    ["probability", 1],
    ["breakTies", "yes"],
    ["classWeight", "even"],
  ])("are refused by name: %s = %s of SVC", async (parameter, value) => {
    const error = await rejection(new SVC({ [parameter]: value }).fit(X, y));
    expect(error).toBeInstanceOf(InvalidParameterError);
    expect(error.message).toMatch(new RegExp(`^${parameter} of SVC must be `));
  });

  it.each([-0.1, Number.NaN])("are refused by name: epsilon = %s of SVR", async (epsilon) => {
    const error = await rejection(new SVR({ epsilon }).fit(X, z));
    expect(error).toBeInstanceOf(InvalidParameterError);
    expect(error.parameter).toBe("epsilon");
  });

  it("are refused together: ties cannot be broken between pairs", async () => {
    const learn = async () => (await new SVC({ breakTies: true, decisionFunctionShape: "ovo" }).fit(X, y)).predict(X);
    const error = await rejection(learn());
    expect(error).toBeInstanceOf(InvalidParameterError);
    expect(error.message).toMatch('breakTies of SVC must be false where decisionFunctionShape is "ovo"');
  });

  it("are refused when a weight is for no label of y", async () => {
    const error = await rejection(new SVC({ classWeight: { 0: 1, 7: 2 } }).fit(X, y));
    expect(error).toBeInstanceOf(InvalidParameterError);
    expect(error.message).toMatch("classWeight of SVC has a weight for '7', which is no label of y");
  });
});

describe("Data that SVC cannot learn from", () => {
  it("is refused when y has one class", async () => {
    const error = await rejection(new SVC().fit([[1], [2]], ["a", "a"]));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toBe("SVC needs at least 2 classes in y; got only one class: a");
  });

  it("is refused when a value is NaN or infinite, with its place, in fit and in predict", async () => {
    const model = await new SVC().fit(X, y);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const bad = X.map((row, i) => (i === 5 ? [row[0]!, value, row[2]!] : row));
      for (const error of [await rejection(new SVC().fit(bad, y)), await rejection(model.predict(bad))]) {
        expect(error).toBeInstanceOf(InvalidDataError);
        expect(error).toMatchObject({ row: 5, column: 1 });
      }
    }
    expect(await rejection(model.predict([[1, 2]]))).toBeInstanceOf(InvalidDataError);
  });

  it("is refused when weights leave a class without a row, by rows or by classes", async () => {
    const none = y.map((code) => (code === 1 ? 0 : 1));
    const byRow = await rejection(new SVC().fit(X, y, { sampleWeight: none }));
    expect(byRow).toBeInstanceOf(TrellisError);
    expect(byRow.message).toMatch(/weight/);
    const byClass = await rejection(new SVC({ classWeight: { 1: 0 } }).fit(X, y));
    expect(byClass).toBeInstanceOf(TrellisError);
    expect(byClass.message).toMatch(/[wW]eight/);
    expect(await rejection(new SVC().fit(X, y, { sampleWeight: y.map(() => 0) }))).toBeInstanceOf(InvalidDataError);
    expect(await rejection(new SVC().fit(X, y, { sampleWeight: y.map(() => -1) }))).toBeInstanceOf(InvalidDataError);
  });

  it("is as if rows of weight 0 were not there", async () => {
    const kept = X.map((_, i) => i % 4 !== 3);
    const sampleWeight = kept.map(Number);
    const settings = { gamma: 0.3, decisionFunctionShape: "ovo", probability: true, randomState: 3 } as const;
    const weighted = await new SVC(settings).fit(X, y, { sampleWeight });
    const fewer = await new SVC(settings).fit(
      X.filter((_, i) => kept[i]),
      y.filter((_, i) => kept[i]),
    );
    const rows = kept.flatMap((isKept, i) => (isKept ? [i] : []));
    expect([...weighted.support]).toEqual([...fewer.support].map((row) => rows[row]));
    expect(weighted.dualCoef.toArrays()).toEqual(fewer.dualCoef.toArrays());
    expect(weighted.intercept).toEqual(fewer.intercept);
    expect(await weighted.decisionFunction(X)).toEqual(await fewer.decisionFunction(X));
    expect(await weighted.predictProba(X)).toEqual(await fewer.predictProba(X));
  });

  it("gives finite answers or an error, however large or small its numbers are", async () => {
    for (const factor of [1e-300, 1e-30, 1e12, 1e150, 1e300]) {
      for (const kernel of ["linear", "poly", "rbf", "sigmoid"] as const) {
        for (const gamma of ["scale", 1] as const) {
          const table = X.map((row) => row.map((x) => x * factor));
          const learn = async () => {
            const model = await new SVC({ kernel, gamma, maxIter: 1000 }).fit(table, y);
            return { model, values: await model.decisionFunction(table), labels: await model.predict(table) };
          };
          const outcome = await learn().catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TrellisError);
          else {
            const { model, values, labels } = outcome as Awaited<ReturnType<typeof learn>>;
            finite(values.toFloat64());
            finite(model.intercept);
            finite(model.dualCoef.toFloat64());
            expect(labels.every((label) => model.classes.includes(label))).toBe(true);
          }
        }
      }
    }
  });

  it("is refused when curvatures would not fit into 32 bits, where nothing could be learnt", async () => {
    for (const factor of [1e18, 1.3e19, 1e20]) {
      const table = [[-1], [-0.5], [0.6], [1.1]].map(([x]) => [x! * factor]);
      const fitted = new SVC({ kernel: "linear" }).fit(table, [0, 0, 1, 1]);
      if (factor > 1e19) expect((await rejection(fitted)).message).toMatch(/row . of X .*scale the features/);
      else expect(await (await fitted).predict(table)).toEqual([0, 0, 1, 1]);
    }
  });

  it("gives finite answers for the largest and the smallest C", async () => {
    for (const C of [1e300, 1e-300, 5e-324]) {
      const model = await new SVC({ C, maxIter: 1000 }).fit(X, y);
      finite((await model.decisionFunction(X)).toFloat64());
      const regression = await new SVR({ C, maxIter: 1000 }).fit(X, z);
      finite(await regression.predict(X));
    }
  });

  it("can leave SVR without support vectors, whose answer is then the same everywhere", async () => {
    const targets = [3, 3.5, 4, ...z.slice(3).map(() => 3.5)];
    for (const kernel of ["linear", "rbf", "precomputed", linearKernel] as const) {
      const table = kernel === "precomputed" ? linearTable(X) : X;
      const model = await new SVR({ kernel, epsilon: 1 }).fit(table, targets);
      expect([model.support.length, model.supportVectors.rows, model.dualCoef.cols]).toEqual([0, 0, 0]);
      expect([...(await model.predict(table))]).toEqual(table.map(() => 3.5));
      expect([...(await model.predict(table.slice(0, 1)))]).toEqual([3.5]);
    }
    const stored = await toBytes(await new SVR({ epsilon: 1 }).fit(X, targets));
    expect([...(await ((await fromBytes(stored)) as SVR).predict(X))]).toEqual(X.map(() => 3.5));
    const single = await new SVR().fit([[1, 2]], [7]);
    expect([...(await single.predict([[5, 5]]))]).toEqual([7]);
  });

  it("can be of one value only: every row equal", async () => {
    const model = await new SVC({ probability: true, randomState: 0 }).fit(
      X.map(() => [3, 3, 3]),
      y,
    );
    finite((await model.decisionFunction([[3, 3, 3]])).toFloat64());
    finite((await model.predictProba([[3, 3, 3]])).toFloat64());
  });

  it("can be a row of each class", async () => {
    const model = await new SVC({ kernel: "linear", C: 10 }).fit([[0], [1], [5]], ["a", "b", "c"]);
    expect(await model.predict([[-1], [1.2], [9]])).toEqual(["a", "b", "c"]);
  });
});

describe("Kernel matrices", () => {
  it("must be square in fit, and as wide in predict", async () => {
    const error = await rejection(new SVC({ kernel: "precomputed" }).fit(X, y));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(/square.*24 x 3|24 x 3.*square/);
    const model = await new SVC({ kernel: "precomputed" }).fit(linearTable(X), y);
    expect(await rejection(model.predict(X))).toBeInstanceOf(InvalidDataError);
    expect((await rejection(new SVR({ kernel: "precomputed" }).fit(X, z))).message).toMatch(/square/);
    const large = linearTable(X).map((row, i) => (i === 3 ? row.map(() => 1e39) : row));
    const tooLarge = await rejection(new SVC({ kernel: "precomputed" }).fit(large, y));
    expect(tooLarge).toBeInstanceOf(InvalidDataError);
    expect(tooLarge.row).toBe(3);
  });

  it("give what the kernel that made them gives", async () => {
    for (const data of [X, X.map((row) => row.map(Math.round))]) {
      const own = await new SVC({ kernel: "linear", decisionFunctionShape: "ovo" }).fit(data, y);
      const given = await new SVC({ kernel: "precomputed", decisionFunctionShape: "ovo" }).fit(linearTable(data), y);
      expect(given.support).toEqual(own.support);
      expect(given.nSupport).toEqual(own.nSupport);
      const values = [own, given].map((model) => model.dualCoef.toFloat64());
      expect(values[1]).toEqual(values[0]);
      expect(await given.predict(linearTable(data))).toEqual(await own.predict(data));
    }
  });

  it("may be cut by a search's folds, rows and columns", async () => {
    const search = new GridSearchCV({
      estimator: new SVC({ kernel: "precomputed" }),
      paramGrid: { C: [0.1, 1] },
      cv: 3,
      errorScore: "raise",
    });
    const own = new GridSearchCV({ estimator: new SVC({ kernel: "linear" }), paramGrid: { C: [0.1, 1] }, cv: 3 });
    await search.fit(linearTable(X), y);
    await own.fit(X, y);
    expect(search.cvResults.columns.mean_test_score).toEqual(own.cvResults.columns.mean_test_score);
  });
});

describe("A kernel that is a function", () => {
  const of = (kernel: (a: Matrix, b: Matrix) => unknown) => new SVC({ kernel: kernel as never });

  it("gives what the kernel of that name gives", async () => {
    const own = await new SVC({ kernel: "linear" }).fit(X, y);
    const given = await new SVC({ kernel: linearKernel }).fit(X, y);
    expect(given.support).toEqual(own.support);
    expect(given.dualCoef.toFloat64()).toEqual(own.dualCoef.toFloat64());
    expect(await given.predict(X)).toEqual(await own.predict(X));
    const regression = await new SVR({ kernel: linearKernel }).fit(X, z);
    finite(await regression.predict(X));
  });

  it("may throw, and its error comes through as it is", async () => {
    const thrown = new Error("no such kernel today");
    const model = of(() => {
      throw thrown;
    });
    expect(await rejection(model.fit(X, y))).toBe(thrown);
    expect(model.isFitted).toBe(false);
  });

  it("is refused when its answer has the wrong shape or holds what is no finite number", async () => {
    const answers: readonly (readonly [string, (a: Matrix, b: Matrix) => unknown])[] = [
      ["too few rows", (a, b) => linearTable(a.toArrays().slice(1), b.toArrays())],
      ["too few columns", (a, b) => linearTable(a.toArrays(), b.toArrays().slice(1))],
      ["a number", () => 1],
      ["nothing", () => undefined],
      [
        "numbers too large for f32",
        (a, b) => linearTable(a.toArrays(), b.toArrays()).map((row) => row.map((x) => x * 1e60)),
      ],
      [
        "NaN",
        (a, b) => linearTable(a.toArrays(), b.toArrays()).map((row, i) => (i === 4 ? row.map(() => Number.NaN) : row)),
      ],
      [
        "Infinity",
        (a, b) => linearTable(a.toArrays(), b.toArrays()).map((row) => row.map(() => Number.POSITIVE_INFINITY)),
      ],
    ];
    for (const [what, kernel] of answers) {
      const error = await rejection(of(kernel).fit(X, y));
      expect(error, what).toBeInstanceOf(TrellisError);
      expect(error.message, what).toMatch(/kernel/);
    }
  });

  it("cannot be stored", async () => {
    const model = await of((a, b) => linearTable(a.toArrays(), b.toArrays())).fit(X, y);
    expect(await rejection(toBytes(model))).toBeInstanceOf(TrellisError);
  });
});

describe("A fit that maxIter ends", () => {
  it("warns once, in one sentence with what to do, and leaves a model that can be used", async () => {
    const model = await new SVC({ maxIter: 2, C: 100, gamma: 0.3 }).fit(X, y);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]).toHaveLength(1);
    const sentence = String(warn.mock.calls[0]![0]);
    expect(sentence).toMatch(/^SVC .*maxIter = 2/);
    expect(sentence).toMatch(/raise maxIter/);
    expect(sentence).toMatch(/scale the features|raise tol/);
    expect(model.converged).toBe(false);
    expect([...model.nIter].every((rounds) => rounds <= 2)).toBe(true);
    expect((await model.predict(X)).length).toBe(X.length);
    finite((await model.decisionFunction(X)).toFloat64());
  });

  it("warns of SVR likewise", async () => {
    const model = await new SVR({ maxIter: 2, C: 100 }).fit(X, z);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]![0])).toMatch(/^SVR .*maxIter = 2/);
    expect(model.converged).toBe(false);
    finite(await model.predict(X));
  });

  it("says nothing where all pairs converge", async () => {
    const model = await new SVC().fit(X, y);
    expect(model.converged).toBe(true);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("Probabilities", () => {
  it("are not given by a model that was not calibrated, whose error says what to set", async () => {
    const model = await new SVC().fit(X, y);
    const error = await rejection(model.predictProba(X));
    expect(error).toBeInstanceOf(TrellisError);
    expect(error.message).toMatch(/probability: true/);
  });

  it("sum to 1 where a class has fewer rows than there are folds", async () => {
    const few = [...X.slice(0, 9), [9, 9, 9]];
    const labels = [...y.slice(0, 9).map((code) => Math.min(code, 1)), 2];
    const model = await new SVC({ probability: true, randomState: 1 }).fit(few, labels);
    for (const row of (await model.predictProba(few)).toArrays()) {
      finite(row);
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });
});

describe("A stored model", () => {
  type Fields = Record<string, unknown>;
  /** The model after `change` has had its way with what was stored. */
  const damaged = (model: SVC | SVR, change: (fields: Fields) => void) => {
    const { state, params } = model;
    const fields = structuredClone(state.model) as unknown as Fields;
    change(fields);
    return () => model.validate({ ...state, params, model: fields } as never);
  };

  it("comes back as it was", async () => {
    for (const params of [{}, { probability: true, randomState: 4 }, { kernel: "poly", degree: 2 }] as const) {
      const model = await new SVC(params).fit(X, y);
      const again = (await fromBytes(await toBytes(model))) as SVC;
      expect(again.state).toEqual(model.state);
      expect(await again.predict(X)).toEqual(await model.predict(X));
    }
  });

  it("is let through when nothing is wrong with it", async () => {
    for (const model of [
      await new SVC().fit(X, y),
      await new SVC({ probability: true, randomState: 0 }).fit(X, y),
      await new SVC({ kernel: "precomputed" }).fit(linearTable(X), y),
      await new SVR().fit(X, z),
    ]) {
      expect(damaged(model, () => {})).not.toThrow();
    }
  });

  it("is refused whichever of its fields is missing, of another kind, shorter, or not a number", async () => {
    for (const model of [
      await new SVC({ probability: true, randomState: 0 }).fit(X, y),
      await new SVC({ kernel: "precomputed" }).fit(linearTable(X), y),
      await new SVR().fit(X, z),
    ]) {
      const fields = model.state.model as unknown as Fields;
      for (const [name, value] of Object.entries(fields)) {
        expect(
          damaged(model, (all) => delete all[name]),
          `without ${name}`,
        ).toThrow(InvalidModelError);
        expect(
          damaged(model, (all) => void (all[name] = "text")),
          `${name} as text`,
        ).toThrow(InvalidModelError);
        if (!ArrayBuffer.isView(value)) continue;
        const array = value as Float64Array;
        if (array.length === 0) continue;
        expect(
          damaged(model, (all) => void (all[name] = array.slice(1))),
          `short ${name}`,
        ).toThrow(InvalidModelError);
        if (!(array instanceof Float64Array)) continue;
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          const change = (all: Fields) => void (all[name] = array.map((x, i) => (i === 0 ? bad : x)));
          expect(damaged(model, change), `${name} with ${bad}`).toThrow(InvalidModelError);
        }
      }
    }
  });
});

it("Rows whose kernel values are beyond the range of f64 are refused by their number, not answered with NaN.", async () => {
  const model = await new SVC({ kernel: "poly", degree: 3 }).fit(X, y);
  const error = await rejection(model.decisionFunction([[0, 0, 0], [1e120, -1e120, 1e120]])); // biome-ignore format: rows
  expect(error).toBeInstanceOf(InvalidDataError);
  expect(error.message).toContain("kernel values of row 1 of X are beyond the range of f64");
  expect(error.row).toBe(1);
});
