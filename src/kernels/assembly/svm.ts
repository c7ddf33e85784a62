// The family "svm": support vector machines.
export { encodeRows, listEntries, packPanels, widenRows } from "./svm-vectors";
export { gramPanels, kernelDiagonal, kernelFromDots } from "./svm-gram";
export { smo } from "./svm-smo";
export { pairProbabilities } from "./svm-coupling";
export { plattScaling } from "./svm-platt";
export { decide, decideRow } from "./svm-decide";
