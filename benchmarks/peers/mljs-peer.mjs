// The side of ml-random-forest, ml-cart and ml-xgboost.
import { createRequire } from "node:module";
import { answerAsPeer } from "./side.mjs";

const require = createRequire(import.meta.url);
const { DecisionTreeClassifier } = require("ml-cart");
const { RandomForestClassifier } = require("ml-random-forest");
const XGBoost = await require("ml-xgboost");

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

await answerAsPeer({ estimators, packages: ["ml-random-forest", "ml-cart", "ml-xgboost"] });
