// Classification, from predicted labels
export * from "./accuracy-score.js";
export * from "./balanced-accuracy-score.js";
// Scorers, and the types that several metrics share
export type { CurveOptions } from "./binary-ranking.js";
export * from "./classification-report.js";
export * from "./confusion-matrix.js";
export * from "./f1-score.js";
// Classification, from probabilities or decision values
export * from "./log-loss.js";
// Regression
export * from "./mean-absolute-error.js";
export * from "./mean-squared-error.js";
export * from "./precision-recall-curve.js";
export * from "./precision-recall-fscore-support.js";
export * from "./precision-score.js";
export * from "./r2-score.js";
export * from "./recall-score.js";
export * from "./roc-auc-score.js";
export * from "./roc-curve.js";
export * from "./root-mean-squared-error.js";
export type { SampleWeightOption } from "./sample-weight.js";
export * from "./scorers.js";
export type { ScoresLike } from "./scores.js";
