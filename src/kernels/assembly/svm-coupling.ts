import { exp2Lanes } from "./svm-exp";

const LEAST: f64 = 1e-7;

/** 1 / (1 + exp(z)), held off 0 and 1. */
function sigmoid(z: f64): f64 {
  const e = f64x2.extract_lane(exp2Lanes(f64x2.splat(-abs(z))), 0);
  const large = 1 / (1 + e);
  return min(max(z >= 0 ? e * large : large, LEAST), 1 - LEAST);
}

/** Adds z to the cell's value. */
function add(cell: u32, z: f64): void {
  store<f64>(cell, load<f64>(cell) + z);
}

/**
 * Probabilities of the classes, f64[rows][classes], from the decision values of their pairs, f64[rows][pairs]. See
 * ../svm-probabilities.ts. Rows of tables in scratch are padded with zeros to `wide` bytes, a multiple of 16.
 */
export function pairProbabilities(
  scratch: u32, decisions: u32, rows: u32, classes: u32, probA: u32, probB: u32, out: u32,
): i32 {
  const wide = (classes << 3) + ((classes & 1) << 3);
  const Q = scratch + (wide << 1);
  for (let row: u32 = 0; row < rows; row++) {
    memory.fill(scratch, 0, wide * (classes + 2));
    let pair: u32 = 0;
    for (let i: u32 = 0; i < classes; i++) {
      for (let j = i + 1; j < classes; j++) {
        const r = sigmoid(load<f64>(decisions) * load<f64>(probA + pair) + load<f64>(probB + pair));
        const s = 1 - r;
        decisions += 8;
        pair += 8;
        if (classes == 2) {
          store<f64>(scratch, r);
          store<f64>(scratch, s, 8);
          continue;
        }
        add(Q + i * wide + (i << 3), s * s);
        add(Q + j * wide + (j << 3), r * r);
        store<f64>(Q + i * wide + (j << 3), -s * r);
        store<f64>(Q + j * wide + (i << 3), -s * r);
      }
    }
    if (classes > 2) couple(scratch, scratch + wide, Q, classes, wide);
    memory.copy(out, scratch, classes << 3);
    out += classes << 3;
  }
  return 0;
}

/** Minimises p'Qp over distributions p f64[classes]: Wu, Lin, Weng (2004), algorithm 2. Qp is scratch. */
function couple(p: u32, Qp: u32, Q: u32, classes: u32, wide: u32): void {
  const k = f64(classes);
  for (let t: u32 = 0; t < classes; t++) store<f64>(p + (t << 3), 1 / k);
  for (let rounds = max<u32>(100, classes); rounds > 0; rounds--) {
    let pQp: f64 = 0;
    for (let t: u32 = 0; t < classes; t++) {
      let sum = f64x2.splat(0);
      for (let j: u32 = 0; j < wide; j += 16) {
        sum = f64x2.add(sum, f64x2.mul(v128.load(Q + t * wide + j), v128.load(p + j)));
      }
      const dot = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
      store<f64>(Qp + (t << 3), dot);
      pQp += load<f64>(p + (t << 3)) * dot;
    }
    let worst: f64 = 0;
    for (let t: u32 = 0; t < classes; t++) worst = max(worst, abs(load<f64>(Qp + (t << 3)) - pQp));
    if (worst < 0.005 / k) return;
    for (let t: u32 = 0; t < classes; t++) {
      const own = load<f64>(Q + t * wide + (t << 3));
      const dot = load<f64>(Qp + (t << 3));
      const change = (pQp - dot) / own;
      const shrink = 1 / (1 + change);
      pQp = (pQp + change * (change * own + 2 * dot)) * shrink * shrink;
      store<f64>(p + (t << 3), load<f64>(p + (t << 3)) + change);
      for (let j: u32 = 0; j < wide; j += 16) {
        const moved = f64x2.add(v128.load(Qp + j), f64x2.mul(f64x2.splat(change), v128.load(Q + t * wide + j)));
        v128.store(Qp + j, f64x2.mul(moved, f64x2.splat(shrink)));
        v128.store(p + j, f64x2.mul(v128.load(p + j), f64x2.splat(shrink)));
      }
    }
  }
}
