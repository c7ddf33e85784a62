import type { Method, Output } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";

/** What a member said of the rows, and when asked what. */
export interface Answer {
  readonly method: Method;
  readonly output: Output;
}

/**
 * What the final estimator learns from, in f64: the members' answers side by side, then X where it is passed through.
 * Labels are positions in the classes; of the two probabilities of two classes the first says nothing new and is left out.
 */
export function metaTable(answers: readonly Answer[], classes: readonly Label[] | null, X: Matrix | null): Matrix {
  const parts = answers.map((answer) => columnsOf(answer, classes));
  if (X !== null) parts.push({ values: X.toFloat64(), from: 0, width: X.cols, stride: X.cols });
  const cols = parts.reduce((sum, { width }) => sum + width, 0);
  const rows = parts[0]!.values.length / parts[0]!.stride;
  const table = new Float64Array(rows * cols);
  let at = 0;
  for (const { values, from, width, stride } of parts) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < width; j++) table[i * cols + at + j] = values[i * stride + from + j]!;
    }
    at += width;
  }
  return new Matrix(table, rows, cols);
}

/** Some neighbouring columns of a table, `stride` columns wide. */
interface Columns {
  readonly values: ArrayLike<number>;
  readonly from: number;
  readonly width: number;
  readonly stride: number;
}

function columnsOf({ method, output }: Answer, classes: readonly Label[] | null): Columns {
  if (output instanceof Matrix) {
    const from = method === "predictProba" && output.cols === 2 ? 1 : 0;
    return { values: output.toFloat64(), from, width: output.cols - from, stride: output.cols };
  }
  const values = output instanceof Float64Array ? output : codesOf(output, classes!);
  return { values, from: 0, width: 1, stride: 1 };
}

function codesOf(labels: readonly Label[], classes: readonly Label[]): Float64Array {
  const codeOf = new Map(classes.map((label, code) => [label, code]));
  return Float64Array.from(labels, (label) => codeOf.get(label)!);
}
