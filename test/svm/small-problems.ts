import fc from "fast-check";
import type { Matrix } from "../../src/core/matrix.js";
import { type KernelParams, kernelValue } from "../kernels/reference/svm-kernel-values.js";

/** A small generator of numbers, so that problems shrink to their seed. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface SmallProblem {
  readonly X: readonly (readonly number[])[];
  /** 0, 1, ..: each at least three times. */
  readonly y: readonly number[];
  readonly classes: number;
  /** Of regression. */
  readonly z: readonly number[];
}

/** Overlapping clouds, one a class; of whole numbers, where equal rows are likely, or not. */
export function smallProblem(n: number, cols: number, classes: number, isWhole: boolean, seed: number): SmallProblem {
  const next = stream(seed);
  const y = Array.from({ length: n }, (_, i) => (i < 3 * classes ? i % classes : Math.floor(next() * classes)));
  const centres = Array.from({ length: classes }, () => Array.from({ length: cols }, () => 4 * next() - 2));
  const cell = (centre: number) => centre + 3 * (next() + next() - 1);
  const X = y.map((code) => centres[code]!.map((centre) => (isWhole ? Math.round(cell(centre)) + 0 : cell(centre))));
  const z = X.map((row) => row.reduce((sum, x, j) => sum + (j % 2 === 0 ? x : -x / 2), 2 * next()));
  return { X, y, classes, z };
}

export const smallProblems = fc
  .record({
    n: fc.integer({ min: 12, max: 30 }),
    cols: fc.integer({ min: 1, max: 5 }),
    classes: fc.integer({ min: 2, max: 4 }),
    isWhole: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ n, cols, classes, isWhole, seed }) => smallProblem(n, cols, classes, isWhole, seed));

/** Positive definite, so that the fitted function is unique. */
export const kernels = fc.constantFrom<KernelParams>(
  { kernel: "linear", gamma: 1, degree: 3, coef0: 0 },
  { kernel: "rbf", gamma: 0.3, degree: 3, coef0: 0 },
  { kernel: "poly", gamma: 0.25, degree: 2, coef0: 1 },
);

/** What a support vector machine has learnt. */
export interface Learnt {
  readonly support: Uint32Array;
  readonly dualCoef: Matrix;
  readonly intercept: Float64Array;
}

/** The largest value of the kernel in a table, and what two solutions of the same problem can differ by, given tol and the sum of all C. */
export function scaleOf({ X }: SmallProblem, params: KernelParams): number {
  return Math.max(...X.map((row) => kernelValue(row, row, null, params)));
}

/**
 * How far the fitted functions of two solutions with a gap below tol may lie apart, but for a constant. With x* optimal, the
 * objective of each lies within tol * sum of C of the best, and half the squared distance of their weights is not more.
 */
export function distanceAllowed(tol: number, totalC: number, largestK: number): number {
  return 4 * Math.sqrt(2 * tol * totalC * largestK) + 1e-6 * totalC * largestK;
}

/** sum of coefficients times kernel + intercept of each row, of one row of dualCoef restricted to some supports. */
export function plainDecision(
  X: readonly (readonly number[])[],
  terms: readonly { readonly row: readonly number[]; readonly coef: number }[],
  intercept: number,
  params: KernelParams,
): number[] {
  return X.map(
    (x) => terms.reduce((sum, { row, coef }) => sum + coef * kernelValue(row, x, null, params), 0) + intercept,
  );
}

/** One pair problem as it was solved. */
export interface SolvedPair {
  readonly classes: readonly [first: number, second: number];
  /** Rows of the first class, then of the second. */
  readonly rows: readonly number[];
  /** By position: 1 for the first class, -1 for the second. */
  readonly y: readonly number[];
  readonly alpha: readonly number[];
  /** The decision value of every row of X, positive for the first class. */
  readonly decision: readonly number[];
}

/** Takes scikit-learn's layout apart: row j - 1 has the coefficients of class i against j, row i those of class j. */
export function solvedPairs(learnt: Learnt, { X, y, classes }: SmallProblem, params: KernelParams): SolvedPair[] {
  const { support, dualCoef, intercept } = learnt;
  // Of two classes scikit-learn turns all signs, so that values are positive for the second.
  const sign = classes === 2 ? -1 : 1;
  const place = new Map(Array.from(support, (row, at) => [row, at]));
  const pairs: SolvedPair[] = [];
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++) {
      const rows = [i, j].flatMap((code) => y.flatMap((own, row) => (own === code ? [row] : [])));
      const signs = rows.map((row) => (y[row] === i ? 1 : -1));
      const coefs = rows.map((row) => {
        const at = place.get(row);
        return at === undefined ? 0 : sign * dualCoef.at(y[row] === i ? j - 1 : i, at);
      });
      const terms = rows.map((row, at) => ({ row: X[row]!, coef: coefs[at]! }));
      pairs.push({
        classes: [i, j],
        rows,
        y: signs,
        alpha: coefs.map((coef, at) => (coef === 0 ? 0 : coef * signs[at]!)),
        decision: plainDecision(X, terms, sign * intercept[pairs.length]!, params),
      });
    }
  }
  return pairs;
}
