/**
 * Models from and for other libraries: gradient boosting to and from XGBoost, neural networks to and from tfjs,
 * all estimators to ONNX. Works in Node and in browsers.
 *
 * @module trellis-learn/exchange
 */
export { type ToOnnxOptions, toOnnx } from "./exchange/onnx.js";
export { fromTfjsLayersModel, toTfjsLayersModel, toTfjsLayersModelFiles } from "./exchange/tfjs.js";
export type {
  NetworkWithWeights,
  TfjsModelArtifacts,
  TfjsModelFiles,
  TfjsModelGiven,
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
