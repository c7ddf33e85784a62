// The family "neighbors": the nearest rows of a table.
export { encodePanels } from "./neighbors-codes";
export { nearestEuclidean } from "./neighbors-euclidean";
export { nearestManhattan } from "./neighbors-manhattan";
