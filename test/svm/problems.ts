import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Matrix } from "../../src/core/matrix.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { loadIris } from "../../src/datasets/iris.js";

/** A table, of which some rows are to learn from and the others to predict. */
export interface Problem {
  readonly X: Matrix;
  /** Codes of classes, or numbers to predict. */
  readonly y: readonly number[];
  readonly heldOut: Matrix;
}

export type ProblemName = "iris" | "wine" | "cancer" | "digits" | "one-hot" | "synthetic" | "diabetes" | "petals";

interface Stored {
  readonly rows: number;
  readonly cols: number;
  readonly X: readonly number[];
  readonly y: readonly number[];
}

const bytesOf = (path: string) => readFileSync(new URL(`../golden/${path}`, import.meta.url));
const read = (path: string): unknown => JSON.parse(bytesOf(path).toString("utf8"));

/** Columns of mean 0 and variance 1. */
function standardised(X: ArrayLike<number>, rows: number, cols: number): Matrix {
  const out = Float64Array.from(X);
  for (let j = 0; j < cols; j++) {
    const column = Array.from({ length: rows }, (_, i) => X[i * cols + j]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    column.forEach((value, i) => {
      out[i * cols + j] = (value - mean) / deviation;
    });
  }
  return new Matrix(out, rows, cols);
}

function split(X: Matrix, y: ArrayLike<number>, isHeldOut = (row: number) => row % 4 === 3): Problem {
  const rows = Array.from(y, (_, row) => row);
  const learned = rows.filter((row) => !isHeldOut(row));
  return { X: X.take(learned), y: learned.map((row) => y[row]!), heldOut: X.take(rows.filter(isHeldOut)) };
}

function stored(name: string): Problem {
  const { rows, cols, X, y } = read(`datasets/${name}.json`) as Stored;
  return split(standardised(X, rows, cols), y);
}

function petals(): Problem {
  const { data, rows } = standardised(loadIris().X.data, 150, 4);
  const values = Array.from(data);
  const features = values.filter((_, i) => i % 4 !== 3);
  return split(
    new Matrix(Float64Array.from(features), rows, 3),
    values.filter((_, i) => i % 4 === 3),
  );
}

function diabetes(): Problem {
  const { rows, cols, X, y } = read("datasets/diabetes.json") as Stored;
  return split(standardised(X, rows, cols), standardised(y, rows, 1).data);
}

/** 500 digits: every third pixel as one of five bytes, four of which are 0. */
function oneHot(): Problem {
  const { X, y } = loadDigits();
  const pixels = Array.from(X.data.subarray(0, 500 * 64)).filter((_, i) => (i % 64) % 3 === 0);
  const bytes = new Uint8Array(pixels.length * 5);
  pixels.forEach((pixel, i) => {
    bytes[5 * i + Math.floor(pixel / 4)] = 1;
  });
  return split(new Matrix(bytes, 500, bytes.length / 500), y.subarray(0, 500));
}

/** 6000 rows of 20 thousandths (i16), then their classes as bytes. */
function synthetic(): Problem {
  const bytes = gunzipSync(bytesOf("svc/synthetic.gz"));
  const X = Float64Array.from({ length: 6000 * 20 }, (_, i) => bytes.readInt16LE(2 * i) / 1000);
  return split(new Matrix(X, 6000, 20), bytes.subarray(240_000), (row) => row >= 5000);
}

const made = new Map<ProblemName, Problem>();

/** The tables of the golden cases. Digits are bytes with a scale of 1/16. */
export function load(name: ProblemName): Problem {
  const known = made.get(name);
  if (known !== undefined) return known;
  const problem = make(name);
  made.set(name, problem);
  return problem;
}

function make(name: ProblemName): Problem {
  switch (name) {
    case "iris": {
      const { X, y } = loadIris();
      return split(standardised(X.data, X.rows, X.cols), y);
    }
    case "digits": {
      const { X, y } = loadDigits();
      return split(new Matrix(X.data, X.rows, X.cols, { scale: 1 / 16 }), y);
    }
    case "wine":
      return stored("wine");
    case "cancer":
      return stored("breast-cancer");
    case "one-hot":
      return oneHot();
    case "synthetic":
      return synthetic();
    case "diabetes":
      return diabetes();
    case "petals":
      return petals();
  }
}

/** Weights of rows, by the name they have in the golden values. */
export function weightsOf(name: "thirds" | "zeros" | null, rows: number): Float64Array | null {
  if (name === null) return null;
  return Float64Array.from({ length: rows }, (_, i) => (i % 3) + (name === "thirds" ? 0.5 : 0));
}

export interface GoldenParams {
  readonly C: number;
  readonly kernel: "linear" | "poly" | "rbf" | "sigmoid" | "precomputed";
  readonly gamma?: "scale" | "auto" | number;
  readonly degree?: number;
  readonly coef0?: number;
}

/** What scikit-learn 1.9.1 found with tol 1e-6; made by test/golden/make/svc.py. */
export interface GoldenCase<P extends GoldenParams> {
  readonly on: ProblemName;
  readonly params: P;
  readonly weights: "thirds" | "zeros" | null;
  /** Where it is true there is no more: the minimum is one of several. */
  readonly onlyKkt: boolean;
  readonly gamma: number;
  /** Of the dual, one a pair. */
  readonly objectives: readonly number[];
  readonly nSupport: readonly number[];
  readonly intercept: readonly number[];
}

export interface ClassificationParams extends GoldenParams {
  readonly classWeight?: "balanced" | Readonly<Record<string, number>> | null;
  readonly breakTies?: boolean;
}

export interface Classification extends GoldenCase<ClassificationParams> {
  /** Of the first rows held out, a column a pair. */
  readonly decision: readonly number[];
  /** One figure a row held out. */
  readonly predictions: string;
  /** Decision values in the shape "ovr". */
  readonly ovr?: readonly number[];
  readonly support?: readonly number[];
  readonly dualCoef?: readonly number[];
}

export interface Regression extends GoldenCase<GoldenParams & { readonly epsilon: number }> {
  /** Of the first rows held out. */
  readonly predictions: readonly number[];
}

export interface Probabilities {
  readonly on: ProblemName;
  readonly params: { readonly C: number };
  readonly rows: number;
  /** rows x classes, for each of five random states. */
  readonly bySeed: readonly (readonly number[])[];
}

export const classifications = (name: "kernels" | "options" | "synthetic") =>
  read(`svc/${name}.json`) as readonly Classification[];
export const regressions = () => read("svc/regression.json") as readonly Regression[];
export const probabilities = () => read("svc/probabilities.json") as readonly Probabilities[];

/** What a case of the goldens is about, as the title of its test. */
export function titleOf({ on, params, weights, onlyKkt, ...facts }: Classification | Regression): string {
  const { kernel, ...others } = params;
  const settings = Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const weighted = weights === null ? "" : `, rows weighing ${weights === "thirds" ? "0.5, 1.5, 2.5" : "0, 1, 2"}`;
  const full = "dualCoef" in facts ? ", to each coefficient" : "ovr" in facts ? ", in both shapes" : "";
  const what = onlyKkt ? " (the conditions of a minimum)" : full;
  return `${on}, ${kernel}, ${settings.join(", ")}${weighted}${what}.`;
}
