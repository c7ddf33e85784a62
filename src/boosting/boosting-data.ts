import type { Matrix } from "../core/matrix.js";

/** What boosted trees learn from. */
export interface BoostingData {
  readonly X: Matrix;
  /** Positions of classes, or numbers. */
  readonly targets: Float32Array;
  readonly weights: Float32Array | null;
  /** The weights as they were given, by which quantiles go. */
  readonly sampleWeight: Float64Array | null;
}
