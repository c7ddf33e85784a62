/**
 * What the kernel `smo` must compute, bit for bit: sequential minimal optimisation with second-order selection of the working
 * set (R.-E. Fan, P.-H. Chen, C.-J. Lin, JMLR 6, 2005), as LIBSVM without shrinking.
 *
 * Minimises a'Qa / 2 + p'a with Q_st = y_s y_t K_st, y'a = 0 and 0 <= a_t <= C_t.
 */

export interface SmoProblem {
  /** K of two positions, an f32. */
  readonly K: (s: number, t: number) => number;
  /** 1 or -1 by position. */
  readonly y: readonly number[];
  readonly p: readonly number[];
  readonly C: readonly number[];
  readonly tol: number;
  readonly maxIter: number;
}

export interface SmoSolution {
  readonly alpha: number[];
  /** -y_t times the gradient at t. */
  readonly F: number[];
  readonly rho: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const { fround } = Math;
const TINY = 1e-12;

export function smo({ K, y, p, C, tol, maxIter }: SmoProblem): SmoSolution {
  const alpha = y.map(() => 0);
  const F = y.map((sign, t) => -sign * p[t]!);
  const mayGrow = (t: number) => (y[t] === 1 ? alpha[t]! < C[t]! : alpha[t]! > 0);
  const mayShrink = (t: number) => (y[t] === 1 ? alpha[t]! > 0 : alpha[t]! < C[t]!);
  for (let iterations = 0; ; iterations++) {
    const i = y.reduce((best, _, t) => (mayGrow(t) && (best < 0 || F[t]! > F[best]!) ? t : best), -1);
    let gap = 0;
    let j = -1;
    let largest = 0;
    for (let t = 0; i >= 0 && t < y.length; t++) {
      const b = fround(F[i]! - F[t]!);
      if (!(mayShrink(t) && b > 0)) continue;
      gap = Math.max(gap, b);
      const q = Math.max(fround(fround(K(i, i) + K(t, t)) - fround(2 * K(i, t))), fround(TINY));
      const gain = fround(fround(b * b) / q);
      if (j < 0 || gain > largest) [j, largest] = [t, gain];
    }
    const converged = j < 0 || gap < tol;
    if (converged || iterations === maxIter) {
      return { alpha, F, rho: rhoOf(alpha, F, y, C), iterations, converged };
    }

    const roomI = y[i] === 1 ? C[i]! - alpha[i]! : alpha[i]!;
    const roomJ = y[j] === 1 ? alpha[j]! : C[j]! - alpha[j]!;
    const d = Math.min((F[i]! - F[j]!) / Math.max(K(i, i) + K(j, j) - 2 * K(i, j), TINY), roomI, roomJ);
    alpha[i] = d === roomI ? (y[i] === 1 ? C[i]! : 0) : alpha[i]! + y[i]! * d;
    alpha[j] = d === roomJ ? (y[j] === 1 ? 0 : C[j]!) : alpha[j]! - y[j]! * d;
    for (let t = 0; t < y.length; t++) F[t] = F[t]! - d * (K(i, t) - K(j, t));
  }
}

/** LIBSVM's calculate_rho. Positions that C keeps out have no say. */
function rhoOf(alpha: readonly number[], F: readonly number[], y: readonly number[], C: readonly number[]): number {
  let [below, above, sum, count] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  alpha.forEach((a, t) => {
    if (C[t] === 0) return;
    const yG = -F[t]!;
    if (a > 0 && a < C[t]!) {
      sum += yG;
      count++;
    } else if (a >= C[t]! === (y[t] === -1)) above = Math.min(above, yG);
    else below = Math.max(below, yG);
  });
  if (count > 0) return sum / count;
  if (Number.isFinite(above) && Number.isFinite(below)) return (above + below) / 2;
  return Number.isFinite(above) ? above : Number.isFinite(below) ? below : 0;
}

/** The problem that tells one class (`positive` rows first) from another by the Gram matrix of their rows. */
export function pairProblem(
  gram: readonly Float32Array[],
  positive: number,
  C: readonly number[],
  tol: number,
  maxIter: number,
): SmoProblem {
  const y = gram.map((_, t) => (t < positive ? 1 : -1));
  return { K: (s, t) => gram[s]![t]!, y, p: y.map(() => -1), C, tol, maxIter };
}

/** The problem of regression: a variable a row for errors above, then one a row for those below. */
export function regressionProblem(
  gram: readonly Float32Array[],
  z: readonly number[],
  epsilon: number,
  C: readonly number[],
  tol: number,
  maxIter: number,
): SmoProblem {
  const n = z.length;
  return {
    K: (s, t) => gram[s % n]![t % n]!,
    y: [...z.map(() => 1), ...z.map(() => -1)],
    p: [...z.map((target) => epsilon - target), ...z.map((target) => epsilon + target)],
    C: [...C, ...C],
    tol,
    maxIter,
  };
}
