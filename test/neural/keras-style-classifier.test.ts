import { afterAll, describe, expect, it, vi } from "vitest";
import {
  adam,
  conv2d,
  cosineDecay,
  dense,
  dropout,
  exponentialDecay,
  fitEach,
  flatten,
  fromBytes,
  GridSearchCV,
  KerasStyleClassifier,
  type KerasStyleClassifierParams,
  Pipeline,
  StandardScaler,
  StratifiedKFold,
  sgd,
  stepDecay,
  toBytes,
  VotingClassifier,
} from "../../src/index.js";
import { CheckPools } from "../../src/testing.js";
import { withHeader } from "../persistence/toys.js";
import { counting, X, y } from "./toys.js";

const pools = new CheckPools();
afterAll(() => pools.close());

const LAYERS = [dense({ units: 8, activation: "tanh" }), dropout(0.2), dense({ activation: "softmax" })];
const net = (params: Partial<KerasStyleClassifierParams> = {}) =>
  new KerasStyleClassifier({ layers: LAYERS, epochs: 3, batchSize: 10, learningRate: 0.05, randomState: 5, ...params });
const stateOf = (model: KerasStyleClassifier) => ({ ...model.state });
const rate = (count: number, right: (i: number) => boolean) =>
  Array.from({ length: count }, (_, i) => right(i)).filter(Boolean).length / count;

describe("Candidates that differ in epochs", () => {
  it.each<[string, Partial<KerasStyleClassifierParams>]>([
    ["without more", {}],
    ["with an exponential decay", { learningRateSchedule: exponentialDecay({ factor: 0.5 }) }],
    ["with held-out rows", { validationSplit: 0.25 }],
    ["with early stopping", { earlyStopping: { monitor: "accuracy", patience: 2, restoreBestWeights: true } }],
    ["with early stopping that keeps the last weights", { earlyStopping: { monitor: "accuracy", patience: 2 } }],
  ])("are beginnings of one training, to the byte, %s", async (_, params) => {
    const together = [9, 2, 5].map((epochs) => net({ ...params, epochs }));
    await fitEach(together, X, y);
    for (const model of together) {
      expect(await toBytes(model)).toEqual(await toBytes(await net(model.params).fit(X, y)));
    }
    const backend = counting();
    await fitEach(
      [9, 2, 5].map((epochs) => net({ ...params, epochs, backend })),
      X,
      y,
    );
    expect(backend.trainings).toBe(1);
    expect(backend.rates.length).toBe(together[0]!.history.loss!.length);
  });

  it("are trainings of their own where the schedule looks at the total", async () => {
    const backend = counting();
    const models = [2, 4].map((epochs) => net({ epochs, backend, learningRateSchedule: cosineDecay() }));
    await fitEach(models, X, y);
    expect(backend.trainings).toBe(2);
    const expected = [0.05, 0.025, 0.05, (0.05 * (1 + Math.SQRT1_2)) / 2, 0.025, (0.05 * (1 - Math.SQRT1_2)) / 2];
    for (const [i, value] of expected.entries()) expect(backend.rates[i]).toBeCloseTo(value, 12);
  });

  it("are no one training where they differ in anything else, be it a setting that one of them lacks", async () => {
    const model = ({ width = 2, depth = 1 }: { width?: number; depth?: number }) => [
      ...Array.from({ length: depth }, () => dense({ units: width, activation: "relu" })),
      dense({ activation: "softmax" }),
    ];
    const make = (settings: object) => new KerasStyleClassifier({ model, epochs: 1, randomState: 1, ...settings });
    const all = [make({}), make({ model__width: 3 }), make({ model__depth: 3 })];
    await fitEach(all, X, y);
    expect(all.map(({ layers }) => layers.length)).toEqual([2, 2, 4]);
    expect(all.map(({ layers }) => "units" in layers[0]! && layers[0].units)).toEqual([2, 3, 2]);
  });
});

it.each([
  ["exponential", exponentialDecay({ factor: 0.5 }), [1, 0.5, 0.25, 0.125]],
  ["in steps", stepDecay({ every: 2, factor: 0.1 }), [1, 1, 0.1, 0.1]],
  ["a function", (epoch: number, from: number) => from / (1 + epoch), [1, 1 / 2, 1 / 3, 1 / 4]],
] as const)("The learning rate follows its schedule: %s", async (_, learningRateSchedule, shares) => {
  const backend = counting();
  await net({ backend, epochs: 4, optimizer: sgd({ learningRate: 7 }), learningRateSchedule }).fit(X, y);
  for (const [i, share] of shares.entries()) expect(backend.rates[i]).toBeCloseTo(0.05 * share, 12);
});

describe("The history", () => {
  it("is that of the weights, seen where hardly anything is learnt", async () => {
    const still = { layers: [dense({ activation: "softmax" })], learningRate: 1e-12, epochs: 2 };
    const sampleWeight = X.map((_, i) => 1 + (i % 3));
    const model = await net(still).fit(X, y, {
      sampleWeight,
      evalSet: { validation: [X, y], heavy: [X, y, sampleWeight] },
    });
    const probabilities = (await model.predictProba(X)).toArrays();
    const codes = y.map((label) => model.classes.indexOf(label));
    const losses = probabilities.map((row, i) => -Math.log(row[codes[i]!]!));
    const right = probabilities.map((row, i) => Number(row[codes[i]!]! > 0.5));
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const ones = X.map(() => 1);
    const total = dot(sampleWeight, ones);
    const { history } = model;
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy", "heavyLoss", "heavyAccuracy"]);
    for (const epoch of [0, 1]) {
      expect(history.loss![epoch]).toBeCloseTo(dot(losses, sampleWeight) / X.length, 5);
      expect(history.accuracy![epoch]).toBeCloseTo(dot(right, sampleWeight) / total, 6);
      expect(history.valLoss![epoch]).toBeCloseTo(dot(losses, ones) / X.length, 5);
      expect(history.valAccuracy![epoch]).toBe(rate(X.length, (i) => right[i] === 1));
      expect(history.heavyLoss![epoch]).toBeCloseTo(dot(losses, sampleWeight) / total, 5);
    }
  });

  it("tells of held-out rows that are not learnt from, of each class its share, drawn by the seed", async () => {
    const backend = counting();
    const params = { validationSplit: 0.25, backend };
    const model = await net(params).fit(X, y);
    expect(backend.rows).toEqual([36]);
    expect(model.history.valLoss!.length).toBe(3);
    expect(stateOf(await net(params).fit(X, y))).toEqual(stateOf(model));
    const other = await net({ ...params, randomState: 6 }).fit(X, y);
    expect(other.history.valLoss).not.toEqual(model.history.valLoss);
  });

  it("weighs held-out rows by sampleWeight, and not by the weights of classes", async () => {
    const params = { validationSplit: 0.25, learningRate: 1e-12, epochs: 1 };
    const plain = await net(params).fit(X, y);
    const weighted = await net({ ...params, classWeight: { no: 1, yes: 9 } }).fit(X, y);
    expect(weighted.history.valLoss![0]).toBeCloseTo(plain.history.valLoss![0]!, 6);
    expect(weighted.history.loss![0]).toBeGreaterThan(2 * plain.history.loss![0]!);
  });
});

describe("Early stopping", () => {
  /** A training whose validation loss is as told. */
  const told = (values: readonly number[], earlyStopping: object, epochs = values.length) => {
    let at = 0;
    const backend = counting();
    const predict = async () => {
      const p = Math.exp(-values[at++]!);
      return Float32Array.of(p, 1 - p);
    };
    return net({ backend: { ...backend, predict }, epochs, earlyStopping: earlyStopping as { patience: number } }).fit(
      X,
      y,
      {
        evalSet: { test: [[X[0]!], ["no"]] },
      },
    );
  };

  it.each([
    [0, [5, 4, 4.5, 3, 2], 3, 1],
    [1, [5, 4, 4.5, 3, 2], 3, 1],
    [2, [5, 4, 4.5, 3, 3.5, 3.25, 2], 6, 3],
    [2, [5, 4, 3], 3, 2],
    [1, [5, 5, 4], 2, 0],
  ])(
    "with patience %i stops as Keras does: losses %j end after %i epochs, best %i",
    async (patience, values, epochs, best) => {
      const model = await told(values, { patience });
      expect(model.history.testLoss!.length).toBe(epochs);
      expect(model.bestEpoch).toBe(best);
    },
  );

  it("counts a change of less than minDelta for none", async () => {
    const model = await told([5, 4.9, 4.8, 4.7, 3], { patience: 2, minDelta: 0.5 });
    expect([model.history.testLoss!.length, model.bestEpoch]).toEqual([3, 0]);
  });

  it("goes back to the weights of the best epoch, also where it did not stop, and keeps the last without", async () => {
    const values = [5, 3, 4, 4.5];
    for (const patience of [2, 50]) {
      const best = await told(values, { patience, restoreBestWeights: true });
      expect(best.bestEpoch).toBe(1);
      expect(best.getWeights()).toEqual((await net({ epochs: 2 }).fit(X, y)).getWeights());
      const last = await told(values, { patience });
      expect(last.getWeights()).toEqual((await net({ epochs: 4 }).fit(X, y)).getWeights());
    }
  });

  it("lets accuracies rise", async () => {
    const model = await net({ epochs: 6, earlyStopping: { monitor: "accuracy", patience: 50 } }).fit(X, y);
    const { accuracy } = model.history;
    expect(model.bestEpoch).toBe(accuracy!.indexOf(Math.max(...accuracy!)));
    expect(model.bestEpoch).toBeGreaterThan(0);
  });
});

describe("Weights of rows and batches", () => {
  it("are what class weights come to", async () => {
    const count = y.filter((label) => label === "no").length;
    const explicit = { no: y.length / (2 * count), yes: y.length / (2 * (y.length - count)) };
    const balanced = await net({ classWeight: "balanced" }).fit(X, y);
    expect(balanced.getWeights()).toEqual((await net({ classWeight: explicit }).fit(X, y)).getWeights());
    const sampleWeight = y.map((label) => explicit[label as "no"]);
    expect((await net().fit(X, y, { sampleWeight })).getWeights()).toEqual(balanced.getWeights());
  });

  it("take all rows at once where a batch could hold more", async () => {
    const all = await net({ batchSize: X.length }).fit(X, y);
    expect((await net({ batchSize: 10 ** 12 }).fit(X, y)).getWeights()).toEqual(all.getWeights());
    const single = await net({ batchSize: 1 }).fit(X, y);
    expect(single.getWeights()).not.toEqual(all.getWeights());
  });

  it("come in their own order without shuffle", async () => {
    const params = { shuffle: false, layers: [dense({ activation: "softmax", kernelInitializer: "zeros" })] } as const;
    const one = await net({ ...params, randomState: 1 }).fit(X, y);
    expect((await net({ ...params, randomState: 2 }).fit(X, y)).getWeights()).toEqual(one.getWeights());
    const shuffled = await net({ ...params, shuffle: true, randomState: 2 }).fit(X, y);
    expect(shuffled.getWeights()).not.toEqual(one.getWeights());
  });
});

describe("A fitted network", () => {
  it("ends in one sigmoid for two classes, whose probabilities are both told", async () => {
    const model = await net({ layers: [dense({ activation: "sigmoid" })], epochs: 40 }).fit(X, y);
    expect(model.getWeights().map(({ length }) => length)).toEqual([3, 1]);
    const [kernel, bias] = model.getWeights();
    const probabilities = (await model.predictProba(X)).toArrays();
    for (const [i, row] of X.entries()) {
      const sum = row.reduce((s, value, j) => s + value * kernel![j]!, bias![0]!);
      expect(probabilities[i]![1]).toBeCloseTo(1 / (1 + Math.exp(-sum)), 5);
      expect(probabilities[i]![0]! + probabilities[i]![1]!).toBe(1);
    }
    expect(await model.predict(X)).toEqual(probabilities.map(([no, yes]) => (yes! > no! ? "yes" : "no")));
  });

  it("shows its layers as a table", async () => {
    const layers = [conv2d({ filters: 2, kernelSize: [1, 2] }), flatten(), dense({ activation: "softmax" })];
    const model = await net({ layers, inputShape: [1, 3, 1], epochs: 1 }).fit(X, y);
    expect(model.summary()).toBe(`layer       output      weights
-------------------------------
input       [1, 3, 1]         0
conv2d_1    [1, 2, 2]         6
flatten_1   [4]               0
dense_1     [2]              10
-------------------------------
16 weights are learnt`);
  });

  it("takes weights as Keras gives them, and refuses those that do not fit, by name", async () => {
    const model = await net().fit(X, y);
    const other = await net({ randomState: 6 }).fit(X, y);
    const before = (await other.predictProba(X)).toArrays();
    expect((await model.setWeights(other.getWeights()).predictProba(X)).toArrays()).toEqual(before);
    const weights = model.getWeights();
    expect(() => model.setWeights(weights.slice(1))).toThrow("there are 3 arrays of weights instead of 4");
    expect(() => model.setWeights([[1], ...weights.slice(1)])).toThrow(
      "dense_1/kernel has 1 values instead of 24, [3, 8]",
    );
    expect(() => model.setWeights([...weights.slice(0, 3), [0, Number.NaN]])).toThrow("dense_2/bias holds NaN at 1");
    expect(() => model.setWeights(null as never)).toThrow("are null instead of a list");
    weights[0]!.fill(7);
    expect((await model.predictProba(X)).toArrays()).toEqual(before);
  });

  it("comes back from its bytes to the bit, and damaged layers and weights do not", async () => {
    const model = await net().fit(X, y);
    const bytes = await toBytes(model);
    const back = (await fromBytes(bytes)) as unknown as KerasStyleClassifier;
    expect((await back.predictProba(X)).toArrays()).toEqual((await model.predictProba(X)).toArrays());
    expect(back.history).toEqual(model.history);
    const fitted = (from: string, to: string) => (header: string) => {
      const at = header.indexOf('"fitted"');
      const end = header.indexOf('"params"', at);
      const part = header.slice(at, end);
      expect(part).toContain(from);
      return header.slice(0, at) + part.replace(from, to) + header.slice(end);
    };
    for (const [from, to] of [
      ['"units":8', '"units":9'],
      ['"units":2', '"units":3'],
      ['"type":"dropout"', '"type":"dropped"'],
      ['"activation":"softmax"', '"activation":"relu"'],
      ['"rate":0.2', '"rate":1'],
      ['"inputShape":[3]', '"inputShape":[4]'],
      ['"bestEpoch":null', '"bestEpoch":-1'],
    ] as const) {
      await expect(fromBytes(withHeader(bytes, fitted(from, to)))).rejects.toThrow(/damaged/);
    }
  });
});

describe("A model function", () => {
  const model = ({ units, rate }: { units: number; rate?: number }) => [
    dense({ units, activation: "relu" }),
    dropout(rate ?? 0.1),
    dense({ activation: "softmax" }),
  ];

  it("is called once for a training, with its settings and what it is for", async () => {
    const spy = vi.fn(model);
    const make = (epochs: number) => new KerasStyleClassifier({ model: spy, model__units: 6, epochs, randomState: 1 });
    await fitEach([make(1), make(3)], X, y);
    expect(spy.mock.calls).toEqual([[{ units: 6 }, { nFeatures: 3, inputShape: [3], outputs: 2 }]]);
  });

  it("gives its errors to the caller as they are", async () => {
    const error = new Error("my own");
    const broken = () => {
      throw error;
    };
    await expect(new KerasStyleClassifier({ model: broken }).fit(X, y)).rejects.toBe(error);
    await expect(new KerasStyleClassifier({ model: (() => []) as never }).fit(X, y)).rejects.toThrow(
      "model of KerasStyleClassifier must return a non-empty array of layers",
    );
  });

  it("is searched by its settings, which are parameters", async () => {
    const estimator = new KerasStyleClassifier({ model, model__units: 2, epochs: 1, randomState: 3 });
    expect(estimator.getParams()).toMatchObject({ model__units: 2, epochs: 1 });
    expect(estimator.clone({ model__units: 4 }).params).toMatchObject({ model, model__units: 4 });
    const search = new GridSearchCV({ estimator, paramGrid: { model__units: [3, 5] }, cv: 2 });
    await search.fit(X, y);
    expect(search.cvResults.columns.params).toEqual([{ model__units: 3 }, { model__units: 5 }]);
    const alone = await estimator.clone(search.bestParams).fit(X, y);
    expect(search.bestEstimator.state).toEqual(alone.state);
    await expect(toBytes(alone)).rejects.toThrow(/params\.model cannot be stored: it is a function/);
  });

  it("can be given a setting later that it had left to its default", async () => {
    const optional = ({ units = 2 }: { units?: number }) => [dense({ units }), dense({ activation: "softmax" })];
    const estimator = new KerasStyleClassifier({ model: optional, epochs: 1, randomState: 3 });
    expect(estimator.clone({ model__units: 4 }).params.model__units).toBe(4);
    const search = new GridSearchCV({ estimator, paramGrid: { model__units: [3] }, cv: 2 });
    await search.fit(X, y);
    expect(search.bestEstimator.layers[0]).toMatchObject({ units: 3 });
  });
});

describe("Among other estimators", () => {
  it("a search finds, byte for byte, what independent fits do", async () => {
    const paramGrid = { batchSize: [7, 20], epochs: [1, 3], optimizer: ["adam", adam({ beta1: 0.5 })] } as const;
    const search = new GridSearchCV({ estimator: net({ learningRate: null }), paramGrid, cv: 2 });
    await search.fit(X, y);
    const candidates = search.cvResults.columns.params as readonly Partial<KerasStyleClassifierParams>[];
    expect(candidates.length).toBe(8);
    const splits = [...new StratifiedKFold({ nSplits: 2 }).split(X.length, y)];
    for (const [fold, { train, test }] of splits.entries()) {
      const part = <T>(of: readonly T[], rows: Uint32Array) => Array.from(rows, (row) => of[row]!);
      for (const [i, params] of candidates.entries()) {
        const alone = await net({ learningRate: null, ...params }).fit(part(X, train), part(y, train));
        const score = await alone.score(part(X, test), part(y, test));
        expect(search.cvResults.columns[`split${fold}_test_score`]![i]).toBe(score);
      }
    }
    const best = await net({ learningRate: null, ...search.bestParams }).fit(X, y);
    expect(await toBytes(search.bestEstimator)).toEqual(await toBytes(best));
  });

  it("pools of any kind give the same bytes", async () => {
    const fits = async (pool: typeof pools.inline) => {
      const models = [net({ validationSplit: 0.2 }), net({ randomState: 6 }), net({ epochs: 1 })];
      await fitEach(models, X, y, { pool });
      return Promise.all(models.map((model) => toBytes(model)));
    };
    const expected = await fits(pools.inline);
    for (const pool of [pools.workers(1), pools.workers(2), pools.workers(3), pools.apart]) {
      expect(await fits(pool)).toEqual(expected);
    }
  });

  it("works as a step of a pipeline and as a voter", async () => {
    const scaled = await new StandardScaler().fitTransform(X);
    const alone = await net().fit(scaled, y);
    const pipe = new Pipeline({
      steps: [
        ["scale", new StandardScaler()],
        ["net", net()],
      ],
    });
    await pipe.fit(X, y);
    expect((await pipe.predictProba(X)).toArrays()).toEqual((await alone.predictProba(scaled)).toArrays());
    const voters = [
      ["a", net()],
      ["b", net({ randomState: 6 })],
    ] as const;
    const vote = await new VotingClassifier({ estimators: voters, voting: "soft" }).fit(X, y);
    const [a, b] = [await net().fit(X, y), await net({ randomState: 6 }).fit(X, y)];
    const [p, q] = [await a.predictProba(X), await b.predictProba(X)];
    const mean = (await vote.predictProba(X)).toArrays();
    for (let i = 0; i < X.length; i++) expect(mean[i]![0]).toBeCloseTo((p.at(i, 0) + q.at(i, 0)) / 2, 12);
  });

  it("progress rises to its total, epoch by epoch", async () => {
    const seen: number[] = [];
    await net().fit(X, y, {
      onProgress: ({ what, done, total }) => {
        expect([what, total]).toEqual(["batches", 15]);
        seen.push(done);
      },
    });
    expect(seen).toEqual([5, 10, 15]);
  });
});
