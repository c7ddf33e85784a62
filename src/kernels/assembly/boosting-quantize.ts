// Gradients as integers, so that their sums do not depend on the order of adding: a sum in f64 of integers below 2^53 is exact.

import {
  G, GRADIENT_SCALE, H, HESSIAN_SCALE, SEED, SUBSAMPLE, TASK_MAX_GRADIENT, TASK_MAX_HESSIAN, openScales, pairs, rows,
} from "./boosting-job";
import { seedStream, uniform } from "./tree-random";

/** The power of two that brings values up to `largest` just below 2^bits. */
function scaleFor(largest: f64, bits: i32): f64 {
  if (!(largest > 0)) return 1;
  const exponent = i32(reinterpret<u64>(largest) >> 52) - 1022;
  return reinterpret<f64>(u64(1023 + bits - exponent) << 52);
}

/**
 * Turns pairs f32[rows][2] in place into pairs i32[rows][2], in steps of 2^-30 of the largest (coarser above four million
 * rows), those of rows that are not drawn into zeros, and stores their sums in the root.
 */
export function quantize(job: u32, task: u32, root: u32): void {
  const bits = min(30, 52 - (32 - i32(clz<u32>(rows))));
  store<f64>(job, scaleFor(load<f64>(task, TASK_MAX_GRADIENT), bits), GRADIENT_SCALE);
  store<f64>(job, scaleFor(load<f64>(task, TASK_MAX_HESSIAN), bits), HESSIAN_SCALE);
  openScales(job);
  const subsample = load<f64>(job, SUBSAMPLE);
  const scales = f64x2(load<f64>(job, GRADIENT_SCALE), load<f64>(job, HESSIAN_SCALE));
  let sum = f64x2.splat(0);
  if (subsample < 1) dropRows(load<u64>(job, SEED), subsample);
  const end = pairs + (rows << 3);
  for (let at = pairs; at < end; at += 8) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(at));
    const steps = f64x2.nearest(f64x2.mul(pair, scales));
    sum = f64x2.add(sum, steps);
    v128.store64_lane(at, i32x4.trunc_sat_f64x2_s_zero(steps), 0);
  }
  store<f64>(root, f64x2.extract_lane(sum, 0), G);
  store<f64>(root, f64x2.extract_lane(sum, 1), H);
}

/** Each row is drawn by itself (XGBoost's uniform sampling), from the tree's seed and its own number alone. */
function dropRows(seed: u64, subsample: f64): void {
  seedStream(seed);
  for (let row: u32 = 0; row < rows; row++) if (uniform() >= subsample) store<u64>(pairs + (row << 3), 0);
}
