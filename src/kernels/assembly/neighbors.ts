// The family "neighbors": the nearest rows of a table.
export { nearest } from "./neighbors-nearest";
