import { InvalidDataError } from "../core/errors.js";

/** An option that every metric has. */
export interface SampleWeightOption {
  /** One finite weight >= 0 a row, not all of them 0. Default: every row counts once. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** Checks weights against the number of rows; undefined stays undefined and stands for ones. */
export function checkSampleWeight(sampleWeight: ArrayLike<number> | undefined, rows: number): Float64Array | undefined {
  if (sampleWeight === undefined) return undefined;
  if (sampleWeight.length !== rows) {
    throw new InvalidDataError(`sampleWeight must have one weight a row; got ${sampleWeight.length} for ${rows} rows`);
  }
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = sampleWeight[row];
    if (typeof weight !== "number" || !(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new InvalidDataError(`sampleWeight must be finite numbers >= 0; got ${weight} in row ${row}`, row);
    }
    total += weight;
  }
  if (total === 0) throw new InvalidDataError("sampleWeight must hold at least one weight above 0; got only zeros");
  return Float64Array.from(sampleWeight);
}

/** Mean of `value(row)` over the rows, each counted by its weight; the plain sum where `normalize` is false. */
export function weightedMean(
  rows: number,
  weight: Float64Array | undefined,
  value: (row: number) => number,
  normalize = true,
): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const w = weight?.[row] ?? 1;
    sum += w * value(row);
    total += w;
  }
  return normalize ? sum / total : sum;
}
