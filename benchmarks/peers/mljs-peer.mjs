// The side of ml-random-forest, ml-cart and ml-xgboost (protocol: ../README.md).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { answerWith, median, timesOf } from "../harness/answer.mjs";

const require = createRequire(import.meta.url);
const { DecisionTreeClassifier } = require("ml-cart");
const { RandomForestClassifier } = require("ml-random-forest");
const XGBoost = await require("ml-xgboost");
const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

const tables = new Map();
const models = new Map();

/** Their own spelling of our params; out-of-bag predictions, which nobody asked for, are switched off in their favour. */
const estimators = {
  forest: ({ nEstimators, maxFeatures, randomState }) =>
    new RandomForestClassifier({ nEstimators, maxFeatures, seed: randomState, replacement: false, noOOB: true }),
  tree: () => new DecisionTreeClassifier({ gainFunction: "gini", minNumSamples: 1, maxDepth: 1000 }),
  boosting: ({ nEstimators, learningRate, maxDepth }) =>
    new XGBoost({
      objective: "multi:softmax",
      iterations: nEstimators,
      eta: learningRate,
      max_depth: maxDepth,
      subsample: 1,
    }),
};

await answerWith({
  hello: () => ({
    versions: Object.fromEntries(["ml-random-forest", "ml-cart", "ml-xgboost"].map((name) => [name, versionOf(name)])),
  }),
  load({ name, X, y, rows, cols, type }) {
    if (type !== "uint8") throw new Error("ml.js is compared on bytes only");
    const bytes = readFileSync(X);
    const table = Array.from({ length: rows }, (_, i) => Array.from(bytes.subarray(i * cols, (i + 1) * cols)));
    tables.set(name, { X: table, y: Array.from(readFileSync(y)) });
    return {};
  },
  async fit({ data, model = "model", estimator = "forest", params, repeat = 1 }) {
    const { X, y } = tables.get(data);
    const seconds = await timesOf(repeat, () => {
      const fitted = estimators[estimator](params);
      fitted.train(X, y);
      // Nothing collects what ml-xgboost holds in the memory of its WebAssembly module.
      models.get(model)?.free?.();
      models.set(model, fitted);
    });
    return { seconds: median(seconds) };
  },
  accuracy({ data, model = "model" }) {
    const { X, y } = tables.get(data);
    const predicted = models.get(model).predict(X);
    return { accuracy: y.filter((label, i) => predicted[i] === label).length / y.length };
  },
});
