import { exp2Lanes } from "./svm-exp";
import { log2 } from "./tree-entropy";

const LN2: f64 = 0.6931471805599453;
const MAX_ITERATIONS: i32 = 100;
const MIN_STEP: f64 = 1e-10;
/** Keeps the Hessian positive definite. */
const RIDGE: f64 = 1e-12;
const TOLERANCE: f64 = 1e-5;
/** Decision values of one logarithm: factors of 1 to 2, whose product must stay finite. */
const CHUNK: u32 = 512;

/** Of a scratch v128[6], lane by lane; the logarithms go to lane 0. */
const LOSS: u32 = 0;
const SLOPE_A: u32 = 16;
const SLOPE_B: u32 = 32;
const CURVE_AA: u32 = 48;
const CURVE_AB: u32 = 64;
const CURVE_BB: u32 = 80;

// @ts-ignore: decorator
@inline
function increase(at: u32, by: v128): void {
  v128.store(at, f64x2.add(v128.load(at), by));
}

function lanesOf(at: u32): f64 {
  return load<f64>(at) + load<f64>(at, 8);
}

/** Adds n <= CHUNK decision values whose target is t: their loss at A, B, its gradient (negated) and its Hessian. */
function addChunk(sums: u32, decisions: u32, n: u32, t: f64, A: f64, B: f64): void {
  const one = f64x2.splat(1);
  let product = one;
  for (let i: u32 = 0; i < n; i += 2) {
    const at = decisions + (i << 3);
    const pair = i + 1 < n;
    const d = pair ? v128.load(at) : v128.load64_zero(at);
    const live = i64x2.replace_lane(i64x2.splat(-1), 1, pair ? -1 : 0);
    const z = f64x2.add(f64x2.mul(d, f64x2.splat(A)), f64x2.splat(B));
    const up = f64x2.ge(z, f64x2.splat(0));
    const e = exp2Lanes(f64x2.neg(f64x2.abs(z)));
    const large = f64x2.div(one, f64x2.add(one, e));
    const small = f64x2.mul(e, large);
    // log(1 + exp(z)) - (1 - t) z, written so that nothing large cancels.
    product = f64x2.mul(product, f64x2.add(one, v128.and(e, live)));
    increase(sums + LOSS, v128.and(f64x2.mul(v128.bitselect(f64x2.splat(t), f64x2.splat(t - 1), up), z), live));
    const slope = v128.and(f64x2.sub(f64x2.splat(t), v128.bitselect(small, large, up)), live);
    const curve = v128.and(f64x2.mul(small, large), live);
    const dCurve = f64x2.mul(d, curve);
    increase(sums + SLOPE_A, f64x2.mul(d, slope));
    increase(sums + SLOPE_B, slope);
    increase(sums + CURVE_AA, f64x2.mul(d, dCurve));
    increase(sums + CURVE_AB, dCurve);
    increase(sums + CURVE_BB, curve);
  }
  const logs = LN2 * log2(f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
  store<f64>(sums + LOSS, load<f64>(sums + LOSS) + logs);
}

function addRange(sums: u32, decisions: u32, n: u32, t: f64, A: f64, B: f64): void {
  for (let from: u32 = 0; from < n; from += CHUNK) {
    addChunk(sums, decisions + (from << 3), min(CHUNK, n - from), t, A, B);
  }
}

/** The sigmoid that fits decision values of two classes best, into out f64[2]: A, B. See ../svm-probabilities.ts. */
export function plattScaling(scratch: u32, first: u32, nFirst: u32, second: u32, nSecond: u32, out: u32): i32 {
  const t1 = (f64(nFirst) + 1) / (f64(nFirst) + 2);
  const t2 = 1 / (f64(nSecond) + 2);
  let A: f64 = 0;
  let B = LN2 * (log2(f64(nSecond) + 1) - log2(f64(nFirst) + 1));
  let bound = Infinity;
  let loss: f64 = 0;
  let stepA: f64 = 0;
  let stepB: f64 = 0;
  let descent: f64 = 0;
  let step: f64 = 0;
  let iterations = 0;
  while (true) {
    const a = A + step * stepA;
    const b = B + step * stepB;
    memory.fill(scratch, 0, 96);
    addRange(scratch, first, nFirst, t1, a, b);
    addRange(scratch, second, nSecond, t2, a, b);
    loss = lanesOf(scratch + LOSS);
    // A loss that is not a number fails here, too.
    if (loss < bound + 0.0001 * step * descent) {
      A = a;
      B = b;
      bound = loss;
      const g1 = lanesOf(scratch + SLOPE_A);
      const g2 = lanesOf(scratch + SLOPE_B);
      if ((abs(g1) < TOLERANCE && abs(g2) < TOLERANCE) || iterations++ == MAX_ITERATIONS) break;
      const h11 = lanesOf(scratch + CURVE_AA) + RIDGE;
      const h22 = lanesOf(scratch + CURVE_BB) + RIDGE;
      const h21 = lanesOf(scratch + CURVE_AB);
      const det = h11 * h22 - h21 * h21;
      stepA = -(h22 * g1 - h21 * g2) / det;
      stepB = -(h11 * g2 - h21 * g1) / det;
      descent = g1 * stepA + g2 * stepB;
      step = 1;
    } else {
      step /= 2;
      if (!(step >= MIN_STEP)) break;
    }
  }
  store<f64>(out, A);
  store<f64>(out, B, 8);
  return 0;
}
