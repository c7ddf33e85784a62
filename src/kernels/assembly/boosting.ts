// The family "boosting": binning, growing and walking gradient-boosted trees.
export { count } from "./boosting-evaluate";
export * from "./boosting-gradients";
export { grow } from "./boosting-grow";
export * from "./boosting-walk";
export * from "./boosting-bins";
