/** What the kernel `dualDescent` must compute, bit for bit: Hsieh et al., ICML 2008, algorithm 3, row by row. */
import { stream } from "./grow-tree.js";

export interface DualProblem {
  readonly X: readonly (readonly number[])[];
  /** +1 or -1. */
  readonly y: readonly number[];
  readonly C: readonly number[];
  readonly squared: boolean;
  readonly bias: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly seed: bigint;
}

export interface DualSolution {
  /** That of the bias last. */
  readonly weights: readonly number[];
  /** Of every row; 0 where C is 0. */
  readonly alpha: readonly number[];
  readonly rounds: number;
  readonly converged: boolean;
}

/** The score of a row that is not lengthened by the bias, summed as the kernel sums. */
function dot(x: readonly number[], weights: readonly number[]): number {
  const pairs = Array.from({ length: Math.ceil(x.length / 2) }, (_, k) =>
    [2 * k, 2 * k + 1].filter((j) => j < x.length),
  );
  const kept = pairs.filter((pair) => pair.some((j) => x[j] !== 0));
  const whole = kept.length - (kept.length % 2);
  const sums = [
    [0, 0],
    [0, 0],
  ];
  for (const [k, pair] of kept.entries()) {
    for (const j of pair) sums[k < whole ? k % 2 : 0]![j % 2]! += x[j]! * weights[j]!;
  }
  return sums[0]![0]! + sums[1]![0]! + (sums[0]![1]! + sums[1]![1]!);
}

export function dualDescent({ X, y, C, squared, bias, tol, maxIter, seed }: DualProblem): DualSolution {
  const random = stream(seed);
  const weights = new Array<number>(X[0]!.length + 1).fill(0);
  const last = weights.length - 1;
  const alpha = y.map(() => 0);
  const diagonal = C.map((c) => (squared ? Math.min(0.5 / c, Number.MAX_VALUE) : 0));
  const upper = C.map((c) => (squared ? Number.MAX_VALUE : Math.min(c, Number.MAX_VALUE)));
  const Q = X.map((x, i) => x.reduce((sum, value) => sum + value * value, 0) + bias * bias + diagonal[i]!);
  const all = y.map((_, i) => i).filter((i) => C[i]! > 0);
  const order = [...all];
  let active = all.length;
  let [oldMax, oldMin] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const swap = (a: number, b: number) => ([order[a], order[b]] = [order[b]!, order[a]!]);

  for (let round = 1; round <= maxIter; round++) {
    for (let i = 0; i < active; i++) swap(i, i + random.bounded(active - i));
    const violations: number[] = [];
    for (let at = 0; at < active; ) {
      const i = order[at]!;
      const gradient = y[i]! * (dot(X[i]!, weights) + bias * weights[last]!) - 1 + alpha[i]! * diagonal[i]!;
      const isLow = alpha[i] === 0;
      const isHigh = alpha[i] === upper[i];
      if ((isLow && gradient > oldMax) || (isHigh && gradient < oldMin)) {
        swap(at, --active);
        continue;
      }
      at++;
      const projected = isLow ? Math.min(gradient, 0) : isHigh ? Math.max(gradient, 0) : gradient;
      violations.push(projected);
      if (Math.abs(projected) <= 1e-12) continue;
      const moved = Math.min(Math.max(alpha[i]! - gradient / Q[i]!, 0), upper[i]!);
      const factor = (moved - alpha[i]!) * y[i]!;
      alpha[i] = moved;
      X[i]!.forEach((value, j) => {
        if (value !== 0) weights[j]! += factor * value;
      });
      weights[last]! += factor * bias;
    }
    const [max, min] = [Math.max(...violations), Math.min(...violations)];
    if (max - min <= tol && max <= tol && min >= -tol) {
      if (active === all.length) return { weights, alpha, rounds: round, converged: true };
      active = all.length;
      [oldMax, oldMin] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    } else {
      oldMax = max > 0 ? max : Number.POSITIVE_INFINITY;
      oldMin = min < 0 ? min : Number.NEGATIVE_INFINITY;
    }
  }
  return { weights, alpha, rounds: maxIter, converged: false };
}

/** Primal objective of the weights less dual objective of alpha; >= 0, and 0 at the solution. */
export function dualityGap(problem: DualProblem, { weights, alpha }: DualSolution): number {
  const { X, y, C, squared, bias } = problem;
  const half = weights.reduce((sum, w) => sum + w * w, 0) / 2;
  let primal = half;
  let dual = -half;
  X.forEach((x, i) => {
    const score = [...x, bias].reduce((sum, value, j) => sum + value * weights[j]!, 0);
    const loss = Math.max(0, 1 - y[i]! * score);
    primal += C[i]! * (squared ? loss * loss : loss);
    dual += alpha[i]! - (squared && C[i]! > 0 ? (alpha[i]! * alpha[i]!) / (4 * C[i]!) : 0);
  });
  return primal - dual;
}
