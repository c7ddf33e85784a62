import type { Sigmoid } from "./calibrators.js";

/** Scores are scaled from here on, so that exponents stay small; the probabilities are the same. */
const LARGE = 30;
/** Of the mean loss: below it one more step of Newton's gives all digits. */
const NEAR = 1e-10;
const MOST_STEPS = 100;

/**
 * Platt's sigmoid: the slope A and the offset B for which 1 / (1 + exp(A f + B)) is likeliest, with his targets in place of 0
 * and 1 (J. Platt, "Probabilistic outputs for support vector machines", 1999), by Newton's method with backtracking
 * (H.-T. Lin, C.-J. Lin and R. C. Weng, Machine Learning 68, 2007). What it minimises is what scikit-learn minimises by L-BFGS.
 *
 * @param weights of the rows, not all zero; null for 1 each
 */
export function fitSigmoid(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: Float64Array | null,
): Sigmoid {
  const largest = scores.reduce((most, f) => Math.max(most, Math.abs(f)), 0);
  const scale = largest >= LARGE ? largest : 1;
  const problem = problemOf(
    scores.map((f) => f / scale),
    isPositive,
    weights,
  );
  let point: Point = [0, problem.offset];
  for (let step = 0; step < MOST_STEPS; step++) {
    const { value, gradient, curvature } = problem.at(point);
    const [dA, dB] = solve(curvature, gradient);
    const decrease = dA * gradient[0] + dB * gradient[1];
    const next = (length: number): Point => [point[0] - length * dA, point[1] - length * dB];
    if (decrease <= NEAR * problem.total) {
      point = next(1);
      break;
    }
    let length = 1;
    while (length > 1e-10 && problem.at(next(length)).value > value - 1e-4 * length * decrease) length /= 2;
    point = next(length);
  }
  return { kind: "sigmoid", slope: point[0] / scale, offset: point[1] };
}

type Point = readonly [A: number, B: number];

/** Second derivatives by A, by A and B, and by B. */
type Curvature = readonly [AA: number, AB: number, BB: number];

interface Local {
  readonly value: number;
  readonly gradient: Point;
  readonly curvature: Curvature;
}

/** The negative log-likelihood, and where to start. */
function problemOf(scores: Float64Array, isPositive: (row: number) => boolean, weights: Float64Array | null) {
  let [negatives, positives] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    const weight = weights?.[i] ?? 1;
    if (isPositive(i)) positives += weight;
    else negatives += weight;
  }
  const [low, high] = [1 / (negatives + 2), (positives + 1) / (positives + 2)];
  const total = negatives + positives;
  const at = ([A, B]: Point): Local => {
    let value = 0;
    let [gA, gB, hAA, hAB, hBB] = [0, 0, 0, 0, 0];
    for (let i = 0; i < scores.length; i++) {
      const f = scores[i]!;
      const weight = weights?.[i] ?? 1;
      const target = isPositive(i) ? high : low;
      const z = A * f + B;
      const small = Math.exp(-Math.abs(z));
      const p = (z >= 0 ? small : 1) / (1 + small);
      value += weight * ((z >= 0 ? target : target - 1) * z + Math.log1p(small));
      const slope = weight * (target - p);
      const bend = weight * p * (1 - p);
      gA += slope * f;
      gB += slope;
      hAA += bend * f * f;
      hAB += bend * f;
      hBB += bend;
    }
    // Where all scores are the same, A and B say the same; a little ridge decides between them.
    const ridge = 1e-12 * total;
    return { value, gradient: [gA, gB], curvature: [hAA + ridge, hAB, hBB + ridge] };
  };
  return { total, offset: Math.log((negatives + 1) / (positives + 1)), at };
}

function solve([AA, AB, BB]: Curvature, [gA, gB]: Point): Point {
  const determinant = AA * BB - AB * AB;
  return [(BB * gA - AB * gB) / determinant, (AA * gB - AB * gA) / determinant];
}
