// The family "neighbors": the nearest rows of a table.
export { orderRows } from "./neighbors-boxes";
export { encodePanels } from "./neighbors-codes";
export { nearestEuclidean } from "./neighbors-euclidean";
export { nearestManhattan } from "./neighbors-manhattan";
export { nearestPlain } from "./neighbors-plain";
export { nearestInTree } from "./neighbors-walk";
