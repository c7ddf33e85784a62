import { expect, expectTypeOf, it } from "vitest";
import type { ParamGrid, Path } from "../../src/core/paths.js";
import {
  dense,
  fitEach,
  fromBytes,
  GridSearchCV,
  KerasStyleClassifier,
  KerasStyleRegressor,
  type KerasStyleRegressorParams,
  Pipeline,
  StandardScaler,
  toBytes,
  VotingClassifier,
} from "../../src/index.js";
import { referenceBackend } from "./reference/backend.js";
import { counting, X, y, z } from "./toys.js";

const net = (params: Partial<KerasStyleRegressorParams> = {}) =>
  new KerasStyleRegressor({
    layers: [dense()],
    epochs: 4,
    batchSize: 10,
    learningRate: 0.05,
    randomState: 5,
    ...params,
  });
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it("Epochs 2, 5 and 9 are beginnings of one training, to the byte", async () => {
  const together = [9, 2, 5].map((epochs) => net({ epochs, validationSplit: 0.25 }));
  await fitEach(together, X, z);
  for (const model of together) {
    expect(await toBytes(model)).toEqual(await toBytes(await net({ ...model.params }).fit(X, z)));
  }
  const backend = counting();
  await fitEach(
    [9, 2, 5].map((epochs) => net({ epochs, backend })),
    X,
    z,
  );
  expect([backend.trainings, backend.rates.length]).toEqual([1, 9]);
});

it("It learns what the reference in f64 learns", async () => {
  const layers = [dense({ units: 5, activation: "tanh" }), dense()];
  for (const loss of ["meanSquaredError", "meanAbsoluteError", "huber"] as const) {
    const model = await net({ layers, loss, epochs: 3 }).fit(X, z);
    const other = await net({ layers, loss, epochs: 3, backend: referenceBackend }).fit(X, z);
    const [a, b] = [await model.predict(X), await other.predict(X)];
    for (let i = 0; i < X.length; i++) expect(a[i]).toBeCloseTo(b[i]!, 4);
    for (let i = 0; i < 3; i++) expect(model.history.loss![i]).toBeCloseTo(other.history.loss![i]!, 4);
  }
});

it.each<[KerasStyleRegressorParams["loss"], (error: number) => number]>([
  ["meanSquaredError", (e) => e * e],
  ["meanAbsoluteError", Math.abs],
  ["huber", (e) => (Math.abs(e) <= 1 ? (e * e) / 2 : Math.abs(e) - 0.5)],
])("Its history is the %s of its predictions, and knows no accuracy", async (loss, of) => {
  const model = await net({ loss }).fit(X, z, { evalSet: [X, z] });
  const predicted = await model.predict(X);
  expect(Object.keys(model.history)).toEqual(["loss", "valLoss"]);
  expect(model.history.valLoss!.at(-1)).toBeCloseTo(mean(z.map((value, i) => of(predicted[i]! - value))), 6);
});

it("Its predictions are weighted sums, and come back from its bytes to the bit", async () => {
  const model = await net({ epochs: 60 }).fit(X, z);
  const [kernel, bias] = model.getWeights();
  const predicted = await model.predict(X);
  for (const [i, row] of X.entries()) {
    expect(predicted[i]).toBeCloseTo(
      row.reduce((sum, value, j) => sum + value * kernel![j]!, bias![0]!),
      5,
    );
  }
  expect(await model.score(X, z)).toBeGreaterThan(0.9);
  const back = (await fromBytes(await toBytes(model))) as unknown as KerasStyleRegressor;
  expect(await back.predict(X)).toEqual(predicted);
  expect(back.setWeights([[0, 0, 0], [7]]).bestEpoch).toBeNull();
  expect(await back.predict(X)).toEqual(new Float64Array(X.length).fill(7));
});

it("Rows of weight 0 are not learnt from", async () => {
  const sampleWeight = X.map((_, i) => Number(i % 4 !== 0));
  const other = z.map((value, i) => (i % 4 === 0 ? value + 100 : value));
  const model = await net().fit(X, z, { sampleWeight });
  expect((await net().fit(X, other, { sampleWeight })).getWeights()).toEqual(model.getWeights());
  expect((await net().fit(X, z)).getWeights()).not.toEqual(model.getWeights());
});

it("Settings, paths and grids are typed", async () => {
  const model = ({ units, slope = 1 }: { units: number; slope?: number }) => [
    dense({ units: units * slope, activation: "relu" as const }),
    dense({ activation: "softmax" as const }),
  ];
  const made = new KerasStyleClassifier({ model, model__units: 3, epochs: 1, randomState: 1 });
  const inline = new KerasStyleClassifier({
    model: ({ units }: { units: number }) => [dense({ units }), dense({ activation: "softmax" })],
    model__units: 3,
  });
  expectTypeOf(made.params.model__units).toEqualTypeOf<number>();
  expectTypeOf(inline.params.model__units).toEqualTypeOf<number>();
  expectTypeOf<"model__units">().toExtend<Path<typeof made>>();
  expectTypeOf<"model__unit">().not.toExtend<Path<typeof made>>();
  expectTypeOf<"model__units">().not.toExtend<Path<KerasStyleClassifier>>();
  const pipe = new Pipeline({
    steps: [
      ["scale", new StandardScaler()],
      ["net", made],
    ],
  });
  expectTypeOf<"net__model__units">().toExtend<Path<typeof pipe>>();
  expectTypeOf<"net__epochs">().toExtend<Path<typeof pipe>>();
  const vote = new VotingClassifier({
    estimators: [
      ["plain", new KerasStyleClassifier()],
      ["made", made],
    ],
  });
  const grids = [
    { model__units: [2, 3], epochs: [1], optimizer: ["adam"] } satisfies ParamGrid<typeof made>,
    { net__model__units: [2], net__batchSize: [8] } satisfies ParamGrid<typeof pipe>,
    { plain__epochs: [2], made__model__units: [2] } satisfies ParamGrid<typeof vote>,
    { epochs: [1], layers: [null, [dense()]] } satisfies ParamGrid<KerasStyleClassifier>,
    // @ts-expect-error no such setting
    { model__unit: [2] } satisfies ParamGrid<typeof made>,
    // @ts-expect-error a wrong type of value
    { model__units: ["2"] } satisfies ParamGrid<typeof made>,
    // @ts-expect-error a wrong type of value
    { net__epochs: ["2"] } satisfies ParamGrid<typeof pipe>,
    // @ts-expect-error no such optimizer
    { optimizer: ["adagrad"] } satisfies ParamGrid<typeof made>,
  ];
  const wrong = [
    // @ts-expect-error a setting misspelt
    () => new KerasStyleClassifier({ model, model__unit: 3 }),
    // @ts-expect-error a setting is missing
    () => new KerasStyleClassifier({ model }),
    // @ts-expect-error a setting of another type
    () => new KerasStyleClassifier({ model, model__units: "3" }),
    // @ts-expect-error a parameter misspelt
    () => new KerasStyleClassifier({ epoch: 3 }),
    // @ts-expect-error a layer's option misspelt
    () => dense({ unit: 3 }),
    // @ts-expect-error a number in place of options
    () => dense(3),
    // @ts-expect-error no such activation
    () => dense({ activation: "rleu" }),
    // @ts-expect-error a loss of classes
    () => new KerasStyleRegressor({ loss: "binaryCrossentropy" }),
  ];
  expect([grids.length, wrong.length]).toEqual([8, 8]);
  const search = new GridSearchCV({ estimator: pipe, paramGrid: { net__model__units: [2, 4] }, cv: 2 });
  await search.fit(X, y);
  expect(search.bestEstimator.members.net.params.model__units).toBe(search.bestParams.net__model__units);
});
