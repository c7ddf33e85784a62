// The family "tree": growing, encoding and walking decision trees.
export { byteRanges, rankColumn, transposeBytes } from "./tree-encode";
export { entropyTable, log2 } from "./tree-entropy";
export { growTree } from "./tree-grow";
export { walk } from "./tree-walk";
