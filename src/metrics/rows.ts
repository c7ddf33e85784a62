import { InvalidDataError } from "../core/errors.js";

/** Refuses targets without rows or with different numbers of rows; returns their number. */
export function checkRows(trueRows: number, otherRows: number, otherName: string): number {
  if (trueRows !== otherRows) {
    throw new InvalidDataError(`yTrue and ${otherName} must have as many rows; got ${trueRows} and ${otherRows}`);
  }
  if (trueRows === 0) throw new InvalidDataError(`yTrue and ${otherName} must have at least one row; got none`);
  return trueRows;
}
