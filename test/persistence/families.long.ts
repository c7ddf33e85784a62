import { expect, test } from "vitest";
import { TrellisError } from "../../src/core/errors.js";
import type { AnyEstimator, Method } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { outputOf } from "../../src/core/predict-all.js";
import { Rng } from "../../src/core/random.js";
import { DummyClassifier } from "../../src/dummy/dummy-classifier.js";
import { choice } from "../../src/model-selection/distributions.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { builtIn, builtInNames } from "../../src/persistence/registry.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { StandardScaler } from "../../src/preprocessing/standard-scaler.js";
import { KFold } from "../../src/split/k-fold.js";
import { DecisionTreeClassifier, DecisionTreeRegressor } from "../../src/tree/decision-tree.js";
import { arraysOf, DTYPES, headerOf, reseal, widened, withHeader } from "./toys.js";

const rng = new Rng(0);
const X = Array.from({ length: 24 }, () => [rng.next(), rng.next(), rng.next()]);
const y = X.map(([a, b]) => Number(a! > 0.5) + Number(b! > 0.7));

/** What is set where a class has it; everything else stays as it is by default. */
const settings = {
  nEstimators: 2,
  randomState: 3,
  maxIter: 1_000,
  estimator: new DummyClassifier({ randomState: 5 }),
  paramGrid: { strategy: ["prior", "uniform"] },
  paramDistributions: { strategy: ["prior", "uniform"] },
  space: { strategy: choice(["prior", "uniform"]) },
  nTrials: 3,
  cv: new KFold({ nSplits: 3 }),
  handleUnknown: "ignore",
  estimators: [
    ["dummy", new DummyClassifier({ randomState: 5 })],
    ["tree", new DecisionTreeClassifier({ randomState: 1, maxDepth: 2 })],
  ],
  steps: [
    ["scale", new StandardScaler()],
    ["tree", new DecisionTreeClassifier({ randomState: 1, maxDepth: 2 })],
  ],
};

/** What is set where those do not suit a class. */
const settingsOf: Readonly<Record<string, object>> = {
  ColumnTransformer: { transformers: [["scale", new StandardScaler(), [0, 2]]] },
  OrdinalEncoder: { handleUnknown: "use_encoded_value", unknownValue: -1 },
  StackingRegressor: { estimators: [["tree", new DecisionTreeRegressor({ randomState: 1, maxDepth: 2 })]] },
};

/** A small fitted model of a class of the library. */
async function fitted(name: string): Promise<AnyEstimator> {
  const Class = (await builtIn(name)) as unknown as new (params: object) => AnyEstimator;
  const { schema } = new Class({}).definition;
  const suitable = Object.fromEntries(Object.entries(settings).filter(([key]) => key in schema));
  return new Class({ ...suitable, ...settingsOf[name] }).fit(X, y);
}

/** What each method answers, as plain values. */
async function answers(estimator: AnyEstimator): Promise<Partial<Record<Method, readonly unknown[]>>> {
  const out: Partial<Record<Method, readonly unknown[]>> = {};
  for (const method of estimator.methods) {
    const output = await outputOf(estimator, X, method, {});
    out[method] = Array.from(output instanceof Matrix ? output.data : output);
  }
  return out;
}

test.each(builtInNames())(
  "A fitted %s answers after loading what it answered before, and saves to the same bytes",
  async (name) => {
    const estimator = await fitted(name);
    const bytes = await toBytes(estimator);
    const loaded = await fromBytes(bytes);
    expect(await answers(loaded)).toEqual(await answers(estimator));
    expect(await toBytes(loaded)).toEqual(bytes);
  },
);

/** A sealed model either is refused, or answers with a value for every row in less than a second. */
async function refusedOrSound(bytes: Uint8Array): Promise<void> {
  const start = performance.now();
  try {
    const loaded = await fromBytes(bytes);
    const output = await answers(loaded);
    if (!loaded.methods.includes("predict")) return; // A scaler has NaN for a column of which it saw no number.
    for (const value of Object.values(output).flat()) {
      expect(value).not.toBeUndefined();
      expect(value).not.toBeNaN();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TrellisError);
  }
  expect(performance.now() - start).toBeLessThan(1_000);
}

test.each(builtInNames())(
  "No changed number in the header of a %s makes it crash, hang or answer NaN",
  async (name) => {
    const bytes = await toBytes(await fitted(name));
    const numbers = [...headerOf(bytes).matchAll(/(?<=[:[,])-?\d+(?=[,}\]])/g)];
    for (const { index, 0: digits } of numbers) {
      for (const to of ["0", "-1", "1", "0.5", "999999999", "null", '{"number":"NaN"}', String(Number(digits) + 1)]) {
        const put = (header: string) => header.slice(0, index) + to + header.slice(index + digits.length);
        await refusedOrSound(withHeader(bytes, put));
      }
    }
  },
);

/** The same bytes as arrays of other kinds. */
function retyped(array: string): string[] {
  const [, dtype, digits] = /"([a-z])\d+",(\d+)/.exec(array)!;
  const bytes = Number(digits) * (array.includes("64") ? 8 : 4);
  return [`["u8",${bytes}]`, `["f32",${bytes / 4}]`, `["${dtype === "u" ? "i32" : "u32"}",${bytes / 4}]`].map(
    (content) => `{"array":${content}}`,
  );
}

test.each(builtInNames())(
  "No wrong kind of value in the header of a %s makes it crash, hang or answer NaN",
  async (name) => {
    const bytes = widened(await toBytes(await fitted(name)));
    const header = headerOf(bytes);
    for (const { index, 0: array } of header.matchAll(/\{"array":\["\w+",\d+(?:,"\w+")?\]\}/g)) {
      for (const to of ["null", "[]", '{"record":{}}', `[${array}]`, `{"record":{"x":${array}}}`, ...retyped(array)]) {
        await refusedOrSound(withHeader(bytes, (text) => text.slice(0, index) + to + text.slice(index + array.length)));
      }
    }
    await refusedOrSound(
      withHeader(bytes, (text) => text.replace(/"model":\{"record":\{/, '"model":{"record":{"a":1,')),
    );
  },
);

/** What a cell of a typed array may be changed to. */
const CELLS = [0, -1, 1, 0.5, 3, 1e308, -1e308, 5e-324, 2 ** 31, Number.NaN, Infinity, -Infinity];

test.each(builtInNames())("No changed cell in the arrays of a %s makes it crash, hang or answer NaN", async (name) => {
  const bytes = widened(await toBytes(await fitted(name)));
  const arrays = arraysOf(bytes);
  const draw = new Rng(1).stream(name);
  for (let i = 0; i < 200 && arrays.length > 0; i++) {
    const [dtype, at, length] = arrays[draw.integer(arrays.length)]!;
    const changed = bytes.slice();
    const cells = new DTYPES[dtype]!(changed.buffer, at, length);
    const cell = draw.integer(length);
    if (draw.integer(4) > 0) cells[cell] = CELLS[draw.integer(CELLS.length)]!;
    else changed[at + cell * cells.BYTES_PER_ELEMENT + draw.integer(cells.BYTES_PER_ELEMENT)]! ^= 1 << draw.integer(8);
    await refusedOrSound(reseal(changed));
  }
});
