/** The dual problems of support vector machines in plain arithmetic, to judge solutions by. */
import type { Matrix } from "../../src/core/matrix.js";

export interface KernelFunction {
  readonly kernel: "linear" | "poly" | "rbf" | "sigmoid" | "precomputed";
  readonly gamma: number;
  readonly degree: number;
  readonly coef0: number;
}

/** A solution, its positions being training rows with a sign; coefficient = sign * alpha. */
export interface DualSolution {
  readonly sign: readonly number[];
  readonly alpha: readonly number[];
  /** Linear term of the objective. */
  readonly p: readonly number[];
  /** Upper bounds. */
  readonly C: readonly number[];
  /** The sum of K times the coefficients, by position. */
  readonly Kc: readonly number[];
}

export interface Facts {
  /** a'Qa / 2 + p'a. */
  readonly objective: number;
  /** How far the conditions of Karush, Kuhn and Tucker are missed: 0 at a minimum, at most `tol` at a solver's end. */
  readonly gap: number;
  /** How far alphas lie out of 0 .. C. */
  readonly outOfBox: number;
  /** The sum of the coefficients, which must be 0. */
  readonly balance: number;
}

/** K of all rows and some (`columns`) of them, rounded to f32 as solvers keep it. */
export function kernelColumns(X: Matrix, columns: ArrayLike<number>, fn: KernelFunction): Float32Array[] {
  const { cols } = X;
  const values = X.toFloat64();
  const norms = Float64Array.from({ length: X.rows }, (_, i) => dot(values, i, i, cols));
  return Array.from(columns, (s) =>
    Float32Array.from({ length: X.rows }, (_, i) => {
      if (fn.kernel === "precomputed") return values[i * cols + s]!;
      const product = dot(values, i, s, cols);
      if (fn.kernel === "linear") return product;
      if (fn.kernel === "rbf") return Math.exp(-fn.gamma * Math.max(0, norms[i]! + norms[s]! - 2 * product));
      const z = fn.gamma * product + fn.coef0;
      return fn.kernel === "poly" ? z ** fn.degree : Math.tanh(z);
    }),
  );
}

function dot(values: Float64Array, i: number, j: number, cols: number): number {
  let sum = 0;
  for (let k = 0; k < cols; k++) sum += values[i * cols + k]! * values[j * cols + k]!;
  return sum;
}

export function factsOf({ sign, alpha, p, C, Kc }: DualSolution): Facts {
  let [objective, up, low, outOfBox, balance] = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  alpha.forEach((a, t) => {
    const y = sign[t]!;
    const F = -y * p[t]! - Kc[t]!;
    objective += (0.5 * y * Kc[t]! + p[t]!) * a;
    if (y === 1 ? a < C[t]! : a > 0) up = Math.max(up, F);
    if (y === 1 ? a > 0 : a < C[t]!) low = Math.min(low, F);
    outOfBox = Math.max(outOfBox, -a, a - C[t]!);
    balance += y * a;
  });
  return { objective, gap: Math.max(0, up - low), outOfBox, balance };
}

export interface ClassifierFacts {
  readonly support: ArrayLike<number>;
  readonly nSupport: ArrayLike<number>;
  /** (classes - 1) x support vectors, in scikit-learn's layout. */
  readonly dualCoef: Matrix;
}

/** The solution of each pair problem. `y` has codes of classes, `C` an upper bound a row. */
export function pairSolutions(
  { support, nSupport, dualCoef }: ClassifierFacts,
  K: readonly Float32Array[],
  y: readonly number[],
  C: ArrayLike<number>,
): DualSolution[] {
  const classes = nSupport.length;
  // scikit-learn turns the signs of two classes, so that positive means the second.
  const turn = classes === 2 ? -1 : 1;
  const solutions: DualSolution[] = [];
  for (let a = 0; a < classes; a++) {
    for (let b = a + 1; b < classes; b++) {
      const rows = [...y.keys()].filter((row) => y[row] === a || y[row] === b);
      const coef = new Float64Array(y.length);
      const Kc = new Float64Array(y.length);
      Uint32Array.from(support).forEach((row, s) => {
        if (y[row] !== a && y[row] !== b) return;
        const c = turn * dualCoef.at(y[row] === a ? b - 1 : a, s);
        coef[row] = c;
        if (c !== 0) for (const i of rows) Kc[i]! += c * K[s]![i]!;
      });
      const sign = rows.map((row) => (y[row] === a ? 1 : -1));
      solutions.push({
        sign,
        alpha: rows.map((row, t) => sign[t]! * coef[row]!),
        p: rows.map(() => -1),
        C: rows.map((row) => C[row]!),
        Kc: rows.map((row) => Kc[row]!),
      });
    }
  }
  return solutions;
}

/** The solution of regression: a position a row for errors above, then one a row for those below. */
export function regressionSolution(
  { support, dualCoef }: Pick<ClassifierFacts, "support" | "dualCoef">,
  K: readonly Float32Array[],
  y: readonly number[],
  C: ArrayLike<number>,
  epsilon: number,
): DualSolution {
  const coef = new Float64Array(y.length);
  const Kc = new Float64Array(y.length);
  Uint32Array.from(support).forEach((row, s) => {
    coef[row] = dualCoef.at(0, s);
    for (let i = 0; i < y.length; i++) Kc[i]! += coef[row]! * K[s]![i]!;
  });
  const both = <T>(of: (row: number, sign: number) => T) => [1, -1].flatMap((sign) => y.map((_, row) => of(row, sign)));
  return {
    sign: both((_, sign) => sign),
    alpha: both((row, sign) => Math.max(0, sign * coef[row]!)),
    p: both((row, sign) => epsilon - sign * y[row]!),
    C: both((row) => C[row]!),
    Kc: both((row) => Kc[row]!),
  };
}
