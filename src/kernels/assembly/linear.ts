// The family "linear": dot products of rows with a table of weights, the losses of linear models, and linear machines.
export { dualDescent, keepPairs } from "./linear-dual";
export { linearScores } from "./linear-scores";
export { logisticLoss, probabilities } from "./linear-logistic";
