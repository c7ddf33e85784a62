/** Gradients of the boosting objectives, one row after the other, each operation rounded to f32 by itself. */

export interface Row {
  /** One an output. */
  readonly margins: readonly number[];
  readonly target: number;
  readonly weight: number;
}

export type Pair = readonly [gradient: number, hessian: number];

const f = Math.fround;
const FLOOR = f(1e-16);
/** 1/n! for n = 9 down to 0. */
const SERIES = [362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1].map((factorial) => 1 / factorial);

/** The kernels' exp: 2^k times the series of e^r in f64, rounded to f32 at the end. */
export function exp(x: number): number {
  const held = Math.min(Math.max(x, -150), 130);
  const ROUNDER = 1.5 * 2 ** 52;
  const k = held * Math.LOG2E + ROUNDER - ROUNDER;
  const r = held - k * Math.LN2;
  return f(SERIES.reduce((sum, coefficient) => sum * r + coefficient, 0) * 2 ** k);
}

export function softprob({ margins, target, weight }: Row): Pair[] {
  const highest = Math.max(f(1.17549435e-38), ...margins);
  const exps = margins.map((z) => exp(f(z - highest)));
  const sum = f(exps.reduce((total, e) => total + e, 0));
  return exps.map((e, k) => {
    const p = f(e / sum);
    const h = f(f(f(2 * p) * f(1 - p)) * weight);
    return [f(f(p - (k === target ? 1 : 0)) * weight), Math.max(h, FLOOR)];
  });
}

export function logistic({ margins: [z], target, weight }: Row, scalePosWeight: number): Pair[] {
  const w = target === 1 ? f(weight * f(scalePosWeight)) : weight;
  const p = f(1 / f(exp(Math.min(-z!, f(88.7))) + 1));
  return [[f(f(p - target) * w), f(Math.max(f(p * f(1 - p)), FLOOR) * w)]];
}

export const squaredError = ({ margins: [z], target, weight }: Row): Pair[] => [[f(f(z! - target) * weight), weight]];

/** The weighted mean of the roots of the errors, squared. */
export function absoluteErrorScale(rows: readonly Row[]): number {
  let [sum, total] = [0, 0];
  for (const { margins, target, weight } of rows) {
    sum += f(weight * f(Math.sqrt(Math.abs(f(margins[0]! - target)))));
    total += weight;
  }
  return f((sum / total) * (sum / total));
}

export function absoluteError({ margins: [z], target, weight }: Row, scale: number): Pair[] {
  const error = f(z! - target);
  const norm = f(Math.sqrt(scale * scale + error * error));
  const curvature = norm > 0 ? f(scale / norm) : 1;
  return [[f(f(weight * error) * curvature), f(weight * curvature)]];
}

export function pseudoHuber({ margins: [z], target, weight }: Row, huberSlope: number): Pair[] {
  const square = f(f(huberSlope) * f(huberSlope));
  const error = f(z! - target);
  const root = f(Math.sqrt(f(1 + f(f(error * error) / square))));
  const h = f(square / f(f(square + f(error * error)) * root));
  return [[f(f(error / root) * weight), f(h * weight)]];
}

export const poisson = ({ margins: [z], target, weight }: Row, maxDeltaStep: number): Pair[] => [
  [f(f(exp(z!) - target) * weight), f(exp(f(z! + f(maxDeltaStep))) * weight)],
];
