/**
 * Models from and for other libraries: gradient boosting to and from XGBoost, neural networks to and from tfjs. Works in Node and in browsers.
 *
 * @module
 */
export { fromTfjsLayersModel, toTfjsLayersModel, toTfjsLayersModelFiles } from "./exchange/tfjs.js";
export type {
  NetworkWithWeights,
  TfjsModelArtifacts,
  TfjsModelFiles,
  TfjsWeightSpec,
} from "./exchange/tfjs-model.js";
export {
  type FromXGBoostOptions,
  fromXGBoost,
  type GradientBoosting,
  type ToXGBoostOptions,
  toXGBoostJSON,
  toXGBoostUBJ,
} from "./exchange/xgboost.js";
