import { InvalidDataError } from "../core/errors.js";
import { checkRows } from "./rows.js";
import { checkSampleWeight } from "./sample-weight.js";

/** True and predicted values, checked. */
export interface RegressionTargets {
  readonly rows: number;
  readonly yTrue: Float64Array;
  readonly yPred: Float64Array;
  readonly weight: Float64Array | undefined;
}

/** Checks and copies what every regression metric starts from. */
export function regressionTargets(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  sampleWeight: ArrayLike<number> | undefined,
): RegressionTargets {
  const rows = checkRows(yTrue.length, yPred.length, "yPred");
  const weight = checkSampleWeight(sampleWeight, rows);
  return { rows, yTrue: finite(yTrue, "yTrue"), yPred: finite(yPred, "yPred"), weight };
}

function finite(values: ArrayLike<number>, name: string): Float64Array {
  for (let row = 0; row < values.length; row++) {
    if (!Number.isFinite(values[row])) {
      throw new InvalidDataError(`${name} must be finite numbers; got ${String(values[row])} in row ${row}`, row);
    }
  }
  return Float64Array.from(values);
}
