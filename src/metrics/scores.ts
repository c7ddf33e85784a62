import { InvalidDataError } from "../core/errors.js";

/**
 * Probabilities or decision values: one number a row, one list of columns a row, or a row-major matrix
 * (what `predictProba` gives).
 */
export type ScoresLike =
  | ArrayLike<number>
  | ArrayLike<ArrayLike<number>>
  | { readonly data: ArrayLike<number>; readonly rows: number; readonly cols: number };

/** Scores after checking: finite, rectangular, row-major. */
export interface Scores {
  /** Row by row. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
  /** Machine epsilon of the precision that the scores came in: 2^-23 for Float32Array, else 2^-52. */
  readonly epsilon: number;
}

/** Reads scores of any accepted shape; refuses ragged rows and values that are not finite numbers. */
export function readScores(scores: ScoresLike): Scores {
  if ("data" in scores) return fromFlat(scores.data, scores.rows, scores.cols);
  const first = scores[0];
  if (first === undefined || typeof first === "number") return fromFlat(scores as ArrayLike<number>, scores.length, 1);
  const cols = first.length;
  const flat = new (first instanceof Float32Array ? Float32Array : Float64Array)(scores.length * cols);
  for (let row = 0; row < scores.length; row++) {
    const values = (scores as ArrayLike<ArrayLike<number>>)[row];
    if (values?.length !== cols) {
      throw new InvalidDataError(
        `scores must have ${cols} columns as in row 0; got ${values?.length} in row ${row}`,
        row,
      );
    }
    for (let col = 0; col < cols; col++) flat[row * cols + col] = expectFinite(values[col], row, col);
  }
  return fromFlat(flat, scores.length, cols);
}

function fromFlat(values: ArrayLike<number>, rows: number, cols: number): Scores {
  if (values.length !== rows * cols) {
    throw new InvalidDataError(`scores must hold rows x cols = ${rows} x ${cols} values; got ${values.length}`);
  }
  const data = new Float64Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = expectFinite(values[i], Math.floor(i / cols), i % cols);
  return { data, rows, cols, epsilon: values instanceof Float32Array ? 2 ** -23 : Number.EPSILON };
}

function expectFinite(value: unknown, row: number, col: number): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new InvalidDataError(`scores must be finite numbers; got ${value} in row ${row}, column ${col}`, row, col);
}

/** One column of the scores. */
export function scoreColumn(scores: Scores, col: number): Float64Array {
  return Float64Array.from({ length: scores.rows }, (_, row) => scores.data[row * scores.cols + col]!);
}

/** The score of the positive class in a problem of two: the only column, or the second of two. */
export function positiveScores(scores: Scores): Float64Array {
  if (scores.cols === 1 || scores.cols === 2) return scoreColumn(scores, scores.cols - 1);
  throw new InvalidDataError(`scores of a binary problem must have 1 or 2 columns; got ${scores.cols}`);
}
