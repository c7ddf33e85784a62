/** What the kernels of svm-probabilities.ts must compute, bit for bit. */
import { log2 } from "./linear.js";
import { exp } from "./svm-kernel-values.js";

const CHUNK = 512;

interface Sums {
  loss: number;
  slopeA: number;
  slopeB: number;
  curveAA: number;
  curveAB: number;
  curveBB: number;
}

/** The loss of plattScaling at A, B, its negated gradient, and its Hessian. */
function lossAt(first: readonly number[], second: readonly number[], A: number, B: number): Sums {
  const none = { loss: 0, slopeA: 0, slopeB: 0, curveAA: 0, curveAB: 0, curveBB: 0 };
  const even: Sums = { ...none };
  const odd: Sums = { ...none };
  for (const [decisions, t] of [
    [first, (first.length + 1) / (first.length + 2)],
    [second, 1 / (second.length + 2)],
  ] as const) {
    for (let from = 0; from < decisions.length; from += CHUNK) {
      const products = [1, 1];
      decisions.slice(from, from + CHUNK).forEach((d, i) => {
        const sums = i % 2 === 0 ? even : odd;
        const z = d * A + B;
        const e = exp(-Math.abs(z));
        const large = 1 / (1 + e);
        const small = e * large;
        const slope = t - (z >= 0 ? small : large);
        const curve = small * large;
        products[i % 2]! *= 1 + e;
        sums.loss += (z >= 0 ? t : t - 1) * z;
        sums.slopeA += d * slope;
        sums.slopeB += slope;
        sums.curveAA += d * (d * curve);
        sums.curveAB += d * curve;
        sums.curveBB += curve;
      });
      even.loss += Math.LN2 * log2(products[0]! * products[1]!);
    }
  }
  const keys = Object.keys(none) as (keyof Sums)[];
  return Object.fromEntries(keys.map((key) => [key, even[key] + odd[key]])) as unknown as Sums;
}

/** A and B of the sigmoid 1 / (1 + exp(A d + B)) for the first class: LIBSVM's sigmoid_train. */
export function plattScaling(first: readonly number[], second: readonly number[]): [A: number, B: number] {
  let A = 0;
  let B = Math.LN2 * (log2(second.length + 1) - log2(first.length + 1));
  let now = lossAt(first, second, A, B);
  for (let iteration = 0; iteration < 100; iteration++) {
    const { slopeA: g1, slopeB: g2 } = now;
    if (Math.abs(g1) < 1e-5 && Math.abs(g2) < 1e-5) break;
    const h11 = now.curveAA + 1e-12;
    const h22 = now.curveBB + 1e-12;
    const h21 = now.curveAB;
    const det = h11 * h22 - h21 * h21;
    const dA = -(h22 * g1 - h21 * g2) / det;
    const dB = -(h11 * g2 - h21 * g1) / det;
    const descent = g1 * dA + g2 * dB;
    let step = 1;
    let next = lossAt(first, second, A + dA, B + dB);
    while (!(next.loss < now.loss + 0.0001 * step * descent)) {
      step /= 2;
      if (step < 1e-10) return [A, B];
      next = lossAt(first, second, A + step * dA, B + step * dB);
    }
    A += step * dA;
    B += step * dB;
    now = next;
  }
  return [A, B];
}

/** 1 / (1 + exp(z)). */
function sigmoid(z: number): number {
  const e = exp(-Math.abs(z));
  const large = 1 / (1 + e);
  return z >= 0 ? e * large : large;
}

/** Probabilities of the classes of one row; pairs in the order 0 1, 0 2, ..., 1 2, ...: LIBSVM's svm_predict_probability. */
export function pairProbabilities(
  decisions: readonly number[],
  classes: number,
  probA: readonly number[],
  probB: readonly number[],
): number[] {
  const r = table(classes);
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      const p = sigmoid(decisions[pair]! * probA[pair]! + probB[pair]!);
      r[i]![j] = Math.min(Math.max(p, 1e-7), 1 - 1e-7);
      r[j]![i] = 1 - r[i]![j]!;
    }
  }
  return classes === 2 ? [r[0]![1]!, r[1]![0]!] : couple(r);
}

const table = (k: number): number[][] => Array.from({ length: k }, () => new Array<number>(k).fill(0));

/** LIBSVM's multiclass_probability of r[i][j], the probability of class i where it is i or j. */
export function couple(r: readonly (readonly number[])[]): number[] {
  const k = r.length;
  const Q = table(k);
  for (let t = 0; t < k; t++) {
    for (let j = 0; j < k; j++) {
      if (j === t) continue;
      Q[t]![t]! += r[j]![t]! * r[j]![t]!;
      Q[t]![j] = -r[j]![t]! * r[t]![j]!;
    }
  }
  const p = new Array<number>(k).fill(1 / k);
  for (let iteration = 0; iteration < Math.max(100, k); iteration++) {
    const Qp = Q.map((row) => {
      const halves = [0, 0];
      row.forEach((q, j) => {
        halves[j % 2]! += q * p[j]!;
      });
      return halves[0]! + halves[1]!;
    });
    let pQp = p.reduce((sum, own, t) => sum + own * Qp[t]!, 0);
    if (Math.max(...Qp.map((own) => Math.abs(own - pQp))) < 0.005 / k) break;
    for (let t = 0; t < k; t++) {
      const own = Q[t]![t]!;
      const change = (pQp - Qp[t]!) / own;
      const shrink = 1 / (1 + change);
      pQp = (pQp + change * (change * own + 2 * Qp[t]!)) * shrink * shrink;
      p[t]! += change;
      for (let j = 0; j < k; j++) {
        Qp[j] = (Qp[j]! + change * Q[t]![j]!) * shrink;
        p[j]! *= shrink;
      }
    }
  }
  return p;
}
