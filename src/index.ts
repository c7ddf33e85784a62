export { Classifier } from "./core/classifier.js";
export * from "./core/errors.js";
export { Estimator } from "./core/estimator.js";
export { fitAll, fitEach } from "./core/fit-all.js";
export { Matrix } from "./core/matrix.js";
export { predictAll } from "./core/predict-all.js";
export { Regressor } from "./core/regressor.js";
export { Transformer } from "./core/transformer.js";
