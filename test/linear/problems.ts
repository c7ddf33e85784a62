import { readFileSync } from "node:fs";
import { Matrix } from "../../src/core/matrix.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { loadIris } from "../../src/datasets/iris.js";
import { StandardScaler } from "../../src/preprocessing/standard-scaler.js";

export type ProblemName = "iris" | "wine" | "cancer" | "digits";

export interface Problem {
  readonly X: Matrix;
  readonly y: readonly number[];
}

interface Stored {
  readonly rows: number;
  readonly cols: number;
  readonly X: readonly number[];
  readonly y: readonly number[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../golden/${path}`, import.meta.url), "utf8"));

function stored(name: string): Problem {
  const { rows, cols, X, y } = read(`datasets/${name}.json`) as Stored;
  return { X: new Matrix(Float64Array.from(X), rows, cols), y };
}

/** Digits as bytes with a scale of 1/16, the others standardised. */
export async function load(name: ProblemName): Promise<Problem> {
  if (name === "digits") {
    const { X, y } = loadDigits();
    return { X: new Matrix(X.data, X.rows, X.cols, { scale: 1 / 16 }), y: [...y] };
  }
  const iris = loadIris();
  const { X, y } = name === "iris" ? { X: iris.X, y: [...iris.y] } : stored(name === "wine" ? "wine" : "breast-cancer");
  return { X: await new StandardScaler().fitTransform(X), y };
}

type Rows = readonly (readonly number[])[];

/** Values of scikit-learn 1.9.1; made by test/golden/make/logistic.py. */
export const goldens = read("logistic.json") as {
  readonly cases: readonly {
    readonly on: ProblemName;
    readonly weighted: boolean;
    readonly params: { readonly C: number; readonly classWeight?: "balanced" | Readonly<Record<string, number>> };
    readonly loss: number;
    readonly nIter: number;
    readonly coef: Rows | null;
    readonly intercept: readonly number[] | null;
    readonly decision: Rows | null;
    readonly probabilities: Rows | null;
    readonly predictions: string;
  }[];
};

/** The weights of the golden cases. */
export const weightsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 3) + 0.5);
