import { dots, listCells, spread } from "./linear-cells";
import { log2 } from "./tree-entropy";

/** exp(x) for x <= 0 as fdlibm's e_exp.c, from + - * / alone, so that every engine gets the same bits. */
function exp(x: f64): f64 {
  if (x != x) return x; // its conversion to an integer would trap
  if (x < -745.2) return 0;
  const k = floor(x * 1.4426950408889634 + 0.5);
  const high = x - k * 6.93147180369123816490e-1;
  const low = k * 1.90821492927058770002e-10;
  const r = high - low;
  const t = r * r;
  const c = r - t * (1.66666666666666019037e-1 + t * (-2.77777777770155933842e-3 + t * (6.61375632143793436117e-5
    + t * (-1.65339022054652515390e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  const half = i64(k) >> 1;
  return y * power2(half) * power2(i64(k) - half);
}

/** 2^k for a normal result. */
function power2(k: i64): f64 {
  return reinterpret<f64>((k + 1023) << 52);
}

/** log(1 + s) for s >= 0, accurate near 0 (W. Kahan's way, by the quotient of what was rounded). */
function log1p(s: f64): f64 {
  const u = 1 + s;
  return u == 1 ? s : (log2(u) * 0.6931471805599453 * s) / (u - 1);
}

/** Replaces scores f64[count] by their softmax times `factor`; answers log(sum of exp(score - own)). */
function softmax(scores: u32, count: u32, factor: f64, own: f64): f64 {
  let top: u32 = 0;
  for (let k: u32 = 1; k < count; k++) {
    if (load<f64>(scores + (k << 3)) > load<f64>(scores + (top << 3))) top = k;
  }
  const max = load<f64>(scores + (top << 3));
  let others: f64 = 0;
  for (let k: u32 = 0; k < count; k++) {
    if (k == top) continue;
    const e = exp(load<f64>(scores + (k << 3)) - max);
    others += e;
    store<f64>(scores + (k << 3), e);
  }
  const total = 1 + others;
  store<f64>(scores + (top << 3), 1);
  for (let k: u32 = 0; k < count; k++) store<f64>(scores + (k << 3), (factor * load<f64>(scores + (k << 3))) / total);
  return log1p(others) + (max - own);
}

/** As `softmax` of (0, score) for its second component. */
function sigmoid(score: u32, factor: f64, own: f64): f64 {
  const z = load<f64>(score);
  const e = exp(-abs(z));
  store<f64>(score, (z > 0 ? factor : factor * e) / (1 + e));
  return log1p(e) + (max(z, 0) - own);
}

/**
 * Blocks first .. end of `blockRows` positions each: out f64[block][(cols + 1) * 2 pairs + 2] = the gradient of the
 * block's loss by the weights (laid out as they are), then the loss. See logistic-loss.ts.
 */
export function logisticLoss(
  scratch: u32, out: u32, data: u32, kind: u32, table: u32, cols: u32, rows: u32, targets: u32, sampleWeights: u32, n: u32,
  blockRows: u32, first: u32, end: u32, outputs: u32, weights: u32,
): i32 {
  const pairs = (outputs + 1) >>> 1;
  const step = pairs << 4;
  const list = scratch + step;
  const gradientBytes = (cols + 1) * step;
  for (let block = first; block < end; block++) {
    const gradient = out + block * (gradientBytes + 16);
    memory.fill(gradient, 0, gradientBytes + 16);
    const to = min(n, (block + 1) * blockRows);
    let loss: f64 = 0;
    for (let i = block * blockRows; i < to; i++) {
      const weight = load<f64>(sampleWeights + (i << 3));
      if (weight == 0) continue;
      const last = listCells(data, kind, table, cols, load<u32>(rows + (i << 2)), step, list);
      dots(pairs, list, last, weights, scratch);
      for (let k: u32 = 0; k < step; k += 16) {
        v128.store(scratch + k, f64x2.add(v128.load(scratch + k), v128.load(weights + cols * step + k)));
      }
      loss += weight * rowLoss(scratch, outputs, load<u32>(targets + (i << 2)), weight);
      spread(pairs, list, last, scratch, gradient);
      for (let k: u32 = 0; k < step; k += 16) {
        const at = gradient + cols * step + k;
        v128.store(at, f64x2.add(v128.load(at), v128.load(scratch + k)));
      }
    }
    store<f64>(gradient + gradientBytes, loss);
  }
  return 0;
}

/** The row's loss; replaces its scores by weight * the derivative by them. */
function rowLoss(scores: u32, outputs: u32, target: u32, weight: f64): f64 {
  const at = outputs == 1 ? scores : scores + (target << 3);
  const own = outputs == 1 && target == 0 ? 0 : load<f64>(at);
  const loss = outputs == 1 ? sigmoid(scores, weight, own) : softmax(scores, outputs, weight, own);
  if (outputs > 1 || target == 1) store<f64>(at, load<f64>(at) - weight);
  return loss;
}

/** Probabilities f64[n][max(2, outputs)] of scores f64[n][outputs]; a single output scores the second of two classes. */
export function probabilities(scores: u32, n: u32, outputs: u32, out: u32): i32 {
  for (let i: u32 = 0; i < n; i++) {
    if (outputs == 1) {
      const at = out + (i << 4);
      const score = load<f64>(scores + (i << 3));
      store<f64>(at, -score);
      store<f64>(at, score, 8);
      sigmoid(at, 1, 0);
      sigmoid(at + 8, 1, 0);
    } else {
      const at = out + ((i * outputs) << 3);
      memory.copy(at, scores + ((i * outputs) << 3), outputs << 3);
      softmax(at, outputs, 1, 0);
    }
  }
  return 0;
}
