/**
 * Gradients and hessians of the objectives of gradient boosting, for rows rowBegin .. rowEnd of N rows with K outputs.
 *
 * Problem: of the margins f32[K][N] of the rows (output by output), their targets f32[N] (position of the class; 0 or 1; y)
 * and their weights f32[N] (address 0: all 1), write for each row and output the first and the second derivative of the
 * row's loss by that margin, times the row's weight, as pairs into gh f32[K][N][2]. Besides, extremes f32[K][2] gets the largest
 * |gradient| and the largest hessian of these rows.
 *
 * The formulas are XGBoost 3.4's (https://github.com/dmlc/xgboost, src/objective), f32 rounding included:
 *
 *   softprobGradients       p = exp(z_k - max z) / sum:   g = (p - [k = t]) w, h = max(2 p (1 - p) w, 1e-16)
 *   logisticGradients       p = 1 / (1 + exp(-z)):        g = (p - t) w',      h = max(p (1 - p), 1e-16) w'
 *                           own = scalePosWeight:         w' = own w where t = 1, else w
 *   squaredErrorGradients                                 g = (z - t) w,       h = w
 *   absoluteErrorGradients  own = s, c = s / |(s, z - t)|: g = (z - t) c w,    h = c w
 *   pseudoHuberGradients    own = d, r = sqrt(1 + ((z - t) / d)^2):  g = (z - t) / r w,  h = d^2 / ((d^2 + (z - t)^2) r) w
 *   poissonGradients        own = maxDeltaStep:           g = (exp(z) - t) w,  h = exp(z + own) w
 *
 * The absolute error has no second derivative: its hessian is the curvature of a parabola that touches the hyperbola
 * sqrt(s^2 + (z - t)^2) and lies above it. Its scale s is that of all rows' errors, measured each round by
 * absoluteErrorScale: (the weighted mean of sqrt|z - t|)^2.
 *
 * A row's result depends on that row alone: not on its place, not on how rows are divided among calls. exp is computed in
 * f64 by a series and rounded to f32 once, so that all engines give the same bits, which are nearly always glibc's.
 */

import type { Kernel } from "./kernel.js";
import { boosting } from "./modules.js";

const kernel = (name: string): Kernel => ({ module: boosting, name });

/** The kernels all take `gradientArgs` and answer DONE. */
export const softprobGradients = kernel("softprobGradients");
export const logisticGradients = kernel("logisticGradients");
export const squaredErrorGradients = kernel("squaredErrorGradients");
export const absoluteErrorGradients = kernel("absoluteErrorGradients");
export const pseudoHuberGradients = kernel("pseudoHuberGradients");
export const poissonGradients = kernel("poissonGradients");

/**
 * absoluteErrorScale(margins, targets, weights, rows, out) -> DONE: s of all rows, into out f32[1]. Their weights must not
 * all be 0.
 */
export const absoluteErrorScale = kernel("absoluteErrorScale");

/** Addresses (byte offsets, multiples of 4) and sizes of one round's problem. */
export interface GradientProblem {
  /** f32[outputs][rows] */
  readonly margins: number;
  /** f32[rows] */
  readonly targets: number;
  /** f32[rows], or 0. */
  readonly weights: number;
  /** f32[outputs][rows][2], written. */
  readonly gh: number;
  readonly rows: number;
  /** 1 for all kernels but softprobGradients. */
  readonly outputs: number;
}

/**
 * Arguments of a call that does the rows rowBegin .. rowEnd. `extremes` is f32[outputs][2], written; `own` is the
 * objective's own number (see above; any number where there is none).
 */
export function gradientArgs(
  p: GradientProblem,
  rowBegin: number,
  rowEnd: number,
  extremes: number,
  own: number,
): number[] {
  return [p.margins, p.targets, p.weights, p.gh, p.rows, p.outputs, rowBegin, rowEnd, extremes, own];
}

/** Arguments of absoluteErrorScale, whose result is `own` of absoluteErrorGradients in the same round. */
export function scaleArgs(p: GradientProblem, out: number): number[] {
  return [p.margins, p.targets, p.weights, p.rows, out];
}
