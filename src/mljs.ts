/**
 * The estimators of ml.js in Trellis's contract, for searches, votes, pipelines, files and trackers: decision trees of
 * `ml-cart`, forests of `ml-random-forest`, support vector machines of `ml-svm`. Each of these packages is an optional peer
 * that `fit` imports; fitted models answer without it. They train on the calling thread. Works in Node and in browsers.
 *
 * @module trellis-learn/mljs
 */
export { MissingPackageError } from "./core/missing-package.js";
export type { CartClassifierParams, CartParams } from "./mljs/cart-params.js";
export {
  MljsDecisionTreeClassifier,
  type MljsDecisionTreeClassifierParams,
  MljsDecisionTreeRegressor,
  type MljsDecisionTreeRegressorParams,
} from "./mljs/decision-tree.js";
export {
  type MljsForest,
  MljsRandomForestClassifier,
  type MljsRandomForestClassifierParams,
  MljsRandomForestRegressor,
  type MljsRandomForestRegressorParams,
} from "./mljs/random-forest.js";
export { MljsSVC, type MljsSVCParams, type MljsSVCState } from "./mljs/svc.js";
export type { SvmKernel, SvmMachine } from "./mljs/svm-machine.js";
export type { TreeNodes } from "./tree/tree-model.js";
