/**
 * Models from and for other libraries: gradient boosting to and from XGBoost. Works in Node and in browsers.
 *
 * @module
 */
export {
  type FromXGBoostOptions,
  fromXGBoost,
  type GradientBoosting,
  type ToXGBoostOptions,
  toXGBoostJSON,
  toXGBoostUBJ,
} from "./exchange/xgboost.js";
