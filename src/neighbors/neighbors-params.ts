import { integer, oneOf, type Schema } from "../core/params.js";

export interface NeighborsParams {
  /** How many neighbours answer for a row; at most the rows that it was fitted on. Default 5. */
  readonly nNeighbors: number;
  /**
   * "uniform": all neighbours count the same; "distance": by the inverse of their distance, and where some are at distance 0,
   * these alone. Default "uniform".
   */
  readonly weights: "uniform" | "distance";
  /** Root of the sum of squared differences, or sum of absolute differences. Default "euclidean". */
  readonly metric: "euclidean" | "manhattan";
}

export const neighborsRules: Schema<NeighborsParams> = {
  nNeighbors: integer(5, { min: 1 }),
  weights: oneOf("uniform", "uniform", "distance"),
  metric: oneOf("euclidean", "euclidean", "manhattan"),
};
