/**
 * XGBoost's automatic base_score: the best constant for some objectives, one Newton step towards it for others. Sums are
 * f64 in the order of the rows, what is kept is f32, as with one thread of XGBoost 3.4 (src/objective/init_estimation.cc,
 * src/tree/fit_stump.cc, src/common/stats.cc).
 */

/** Targets of all rows, and their weights (null: all 1), rounded to f32. */
export interface InterceptData {
  readonly targets: Float32Array;
  readonly weights: Float32Array | null;
}

/** XGBoost's kRtEps. */
const EPSILON = Math.fround(1e-6);
const f32 = Math.fround;

/** (Weighted) mean of the targets. */
export function sampleMean({ targets, weights }: InterceptData): number {
  const total = weights?.reduce((sum, w) => sum + w, 0) ?? targets.length;
  let mean = 0;
  targets.forEach((y, row) => {
    mean += (y / total) * (weights?.[row] ?? 1);
  });
  return f32(mean);
}

/** -sum of gradients / sum of hessians, of the pairs that a row's target and weight give. */
function newtonStep({ targets, weights }: InterceptData, pair: (y: number, w: number) => [number, number]): number {
  let [g, h] = [0, 0];
  targets.forEach((y, row) => {
    const [gradient, hessian] = pair(y, weights?.[row] ?? 1);
    g += gradient;
    h += hessian;
  });
  return f32(-g / Math.max(h, EPSILON));
}

/** log(p / (1 - p)) in f32, p being kept off 0 and 1. */
export function clippedLogit(p: number): number {
  const held = Math.min(Math.max(f32(p), EPSILON), f32(1 - EPSILON));
  return f32(-Math.log(f32(f32(1 / held) - 1)));
}

/** The share of positives; where positives have a weight of their own, one Newton step from 1/2, as XGBoost does. */
export function logisticIntercept(data: InterceptData, scalePosWeight: number): number {
  const scale = f32(scalePosWeight);
  if (Math.abs(f32(scale - 1)) <= EPSILON) return sampleMean(data);
  const step = newtonStep(data, (y, w) => {
    const weight = y === 1 ? f32(w * scale) : w;
    return [f32((0.5 - y) * weight), f32(0.25 * weight)];
  });
  return f32(1 / f32(f32(Math.exp(Math.min(-step, 88.7))) + 1));
}

/** One Newton step from 0. */
export function pseudoHuberIntercept(data: InterceptData, huberSlope: number): number {
  const square = f32(f32(huberSlope) ** 2);
  return newtonStep(data, (y, w) => {
    const zz = f32(y * y);
    const root = f32(Math.sqrt(f32(1 + f32(zz / square))));
    return [f32(f32(-y / root) * w), f32(f32(square / f32(f32(square + zz) * root)) * w)];
  });
}

/** One Newton step from the mean, of the touching parabolas of absoluteErrorGradients. */
export function absoluteErrorIntercept(data: InterceptData): number {
  const { targets, weights } = data;
  const mean = sampleMean(data);
  let [sum, total] = [0, 0];
  targets.forEach((y, row) => {
    const w = weights?.[row] ?? 1;
    sum += f32(w * f32(Math.sqrt(Math.abs(f32(mean - y)))));
    total += w;
  });
  const scale = f32((sum / total) ** 2);
  const step = newtonStep(data, (y, w) => {
    const error = f32(mean - y);
    const norm = f32(Math.sqrt(scale * scale + error * error));
    const curvature = norm > 0 ? f32(scale / norm) : 1;
    return [f32(f32(w * error) * curvature), f32(w * curvature)];
  });
  return f32(step + mean);
}

/** Logarithms of the shares of the classes, less their mean. A class that does not occur gets log(1e-6). */
export function logPriors({ targets, weights }: InterceptData, outputs: number): Float32Array {
  const counts = new Float32Array(outputs);
  let total = 0;
  targets.forEach((k, row) => {
    const w = weights?.[row] ?? 1;
    counts[k]! += w;
    total += w;
  });
  const logs = counts.map((count) => Math.log(f32(f32(count / total) + EPSILON)));
  let mean = 0;
  for (const value of logs) mean = f32(mean + f32(value / outputs));
  return logs.map((value) => value - mean);
}
