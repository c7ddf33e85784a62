// Weights and scores of XGBoost (Chen, Guestrin: "XGBoost: a scalable tree boosting system", KDD 2016, equations 5 to 7),
// with the L1 penalty, the bound on a leaf's weight and the monotone constraints of its implementation. All sums are in
// steps of the fixed point; weights are in units of the margin.

import { alpha, gradientScale, hessianScale, lambda, maxDeltaStep, minHessian, monotone } from "./boosting-job";

@inline
function shrunk(g: f64, a: f64): f64 {
  return g > a ? g - a : g < -a ? g + a : 0;
}

/** The weight that lowers the loss most, within the node's bounds; 0 for too small a node. */
export function weightOf(g: f64, h: f64, lower: f64, upper: f64): f64 {
  const real = h / hessianScale;
  if (real < minHessian || real <= 0) return 0;
  let weight = -shrunk(g / gradientScale, alpha) / (real + lambda);
  if (maxDeltaStep > 0) weight = min(max(weight, -maxDeltaStep), maxDeltaStep);
  return min(max(weight, lower), upper);
}

/** Twice the loss that a node's weight takes away, in units. */
export function scoreOf(g: f64, h: f64, lower: f64, upper: f64): f64 {
  const real = h / hessianScale;
  if (real <= 0) return 0;
  const gradient = g / gradientScale;
  if (maxDeltaStep == 0 && monotone == 0) {
    const shrunken = shrunk(gradient, alpha);
    return (shrunken * shrunken) / (real + lambda);
  }
  const weight = weightOf(g, h, lower, upper);
  return -(2 * gradient * weight + (real + lambda) * weight * weight + 2 * alpha * abs(weight));
}

/** Twice the loss that both children take away, or -Infinity where a monotone constraint forbids the split. */
export function splitScore(
  leftG: f64, leftH: f64, rightG: f64, rightH: f64, lower: f64, upper: f64, direction: i32,
): f64 {
  if (direction != 0) {
    const left = weightOf(leftG, leftH, lower, upper);
    const right = weightOf(rightG, rightH, lower, upper);
    if (direction > 0 ? left > right : left < right) return -Infinity;
  }
  return scoreOf(leftG, leftH, lower, upper) + scoreOf(rightG, rightH, lower, upper);
}

/** The constraint of a feature: 1 where predictions must not fall with it, -1 where they must not rise, else 0. */
@inline
export function directionOf(feature: u32): i32 {
  return monotone ? i32(load<i8>(monotone + feature)) : 0;
}
