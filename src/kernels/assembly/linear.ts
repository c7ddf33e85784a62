// The family "linear": dot products of rows with a table of weights, and the losses of linear models.
export { linearScores } from "./linear-scores";
export { logisticLoss, probabilities } from "./linear-logistic";
