// The family "tpe": proposals of the tree-structured Parzen estimator.
export { logDensities, propose } from "./tpe-propose";
