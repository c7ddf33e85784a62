import { readFileSync } from "node:fs";
import type { Label } from "../../src/core/labels.js";
import { Matrix } from "../../src/core/matrix.js";
import { loadDigits, loadIris, makeClassification } from "../../src/datasets.js";

/** A table in f32, as ONNX takes it: some rows to learn from, and all of them. */
export interface Problem {
  readonly X: Matrix;
  /** Labels of one kind. */
  readonly y: readonly Label[];
  /** The same as numbers. */
  readonly numbers: Float64Array;
  readonly all: Matrix;
}

interface Stored {
  readonly rows: number;
  readonly cols: number;
  readonly X: readonly number[];
  readonly y: readonly number[];
}

export const stored = (name: string): Stored =>
  JSON.parse(readFileSync(new URL(`../golden/datasets/${name}.json`, import.meta.url), "utf8"));

export const single = (values: ArrayLike<number>, rows: number, cols: number): Matrix =>
  new Matrix(Float32Array.from(values).subarray(0, rows * cols), rows, cols);

/** Two of three rows are to learn from. */
function problem(all: Matrix, codes: ArrayLike<number>, labelOf: (code: number) => Label): Problem {
  const rows = Array.from({ length: all.rows }, (_, row) => row).filter((row) => row % 3 !== 2);
  const ofRows = rows.map((row) => codes[row]!);
  return { X: all.take(rows), y: ofRows.map(labelOf), numbers: Float64Array.from(ofRows), all };
}

function fromStored(name: string, rows: number, labelOf: (code: number) => Label): Problem {
  const { X, y, cols } = stored(name);
  return problem(single(X, rows, cols), y, labelOf);
}

/** Labels of each kind that there is: strings, from 0 on, booleans, with gaps and negative ones, two of them. */
export const PROBLEMS: Readonly<Record<string, () => Problem>> = {
  iris: () => {
    const { X, y, targetNames } = loadIris();
    return problem(single(X.data, 150, 4), y, (code) => targetNames[code]!);
  },
  wine: () => fromStored("wine", 178, (code) => code),
  cancer: () => fromStored("breast-cancer", 160, (code) => code === 1),
  digits: () => {
    const { X, y } = loadDigits();
    return problem(single(X.data, 180, 64), y, (digit) => 7 * digit - 20);
  },
  synthetic: () => {
    const { X, y } = makeClassification({ nSamples: 120, nFeatures: 6, randomState: 3 });
    return problem(single(X.toFloat64(), 120, 6), y, (code) => [3, 8][code]!);
  },
};
