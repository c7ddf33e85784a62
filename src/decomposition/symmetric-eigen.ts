/**
 * Eigenvalues and eigenvectors of a symmetric table: Householder reflections make it tridiagonal (Golub and Van Loan, Matrix
 * Computations, 4th edition, 8.3.1), implicit QL steps with Wilkinson's shift make that diagonal (8.3.3; Bowdler, Martin, Reinsch and
 * Wilkinson 1968, EISPACK's tql2), and the eigenvectors that are wanted are reflected back.
 */
import { EventLoop } from "../parallel/event-loop.js";

export interface Eigenpairs {
  /** Descending. */
  readonly values: Float64Array;
  /** The eigenvectors of the first `count` values, orthonormal. */
  readonly vectors: readonly Float64Array[];
}

/** Steps for one eigenvalue; two or three are usual. */
const MOST_STEPS = 60;

/** Of a table that is given by its lower triangle. */
export async function symmetricEigen(
  lower: readonly Float64Array[],
  count: number,
  signal: AbortSignal,
): Promise<Eigenpairs> {
  const n = lower.length;
  const A = lower.map((_, i) => Float64Array.from({ length: n }, (_, j) => (j <= i ? lower[i]![j]! : lower[j]![i]!)));
  const loop = new EventLoop();
  const turn = async () => {
    if (!loop.isDue) return;
    await loop.turn();
    signal.throwIfAborted();
  };
  const off = new Float64Array(n);
  const taus = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    [off[k], taus[k]] = tridiagonalStep(A, k);
    await turn();
  }
  const values = Float64Array.from(A, (row, i) => row[i]!);
  const rotated = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const size = values.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(off[i]!)), 0);
  for (let l = 0; l < n; l++) {
    isolate(l, values, off, rotated, Number.EPSILON * size);
    await turn();
  }
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
  const vectors: Float64Array[] = [];
  for (const i of order.slice(0, count)) {
    const vector = rotated[i]!;
    for (let k = n - 2; k >= 0; k--) reflect(vector, A[k]!, taus[k]!, k + 1);
    vectors.push(vector);
    await turn();
  }
  return { values: Float64Array.from(order, (i) => values[i]!), vectors };
}

/** Makes column and row k tridiagonal; answers the entry beside the diagonal, and leaves the reflection's vector in row k. */
function tridiagonalStep(A: readonly Float64Array[], k: number): readonly [off: number, tau: number] {
  const n = A.length;
  const v = A[k]!;
  let rest = 0;
  for (let j = k + 2; j < n; j++) rest += v[j]! * v[j]!;
  const alpha = v[k + 1]!;
  if (rest === 0) return [alpha, 0];
  const length = Math.sqrt(alpha * alpha + rest);
  const beta = alpha > 0 ? -length : length;
  for (let j = k + 2; j < n; j++) v[j]! /= alpha - beta;
  v[k + 1] = 1;
  const tau = (beta - alpha) / beta;
  const w = new Float64Array(n);
  let dot = 0;
  for (let i = k + 1; i < n; i++) {
    const row = A[i]!;
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += row[j]! * v[j]!;
    w[i] = tau * sum;
    dot += w[i]! * v[i]!;
  }
  for (let i = k + 1; i < n; i++) w[i]! -= 0.5 * tau * dot * v[i]!;
  for (let i = k + 1; i < n; i++) {
    const row = A[i]!;
    const [vi, wi] = [v[i]!, w[i]!];
    for (let j = k + 1; j < n; j++) row[j]! -= vi * w[j]! + wi * v[j]!;
  }
  return [beta, tau];
}

function reflect(x: Float64Array, v: Float64Array, tau: number, from: number): void {
  if (tau === 0) return;
  let dot = 0;
  for (let i = from; i < x.length; i++) dot += v[i]! * x[i]!;
  const by = tau * dot;
  for (let i = from; i < x.length; i++) x[i]! -= by * v[i]!;
}

/** QL steps until value l stands alone; `rotated` has the eigenvectors of the tridiagonal table in its rows. */
function isolate(
  l: number,
  values: Float64Array,
  off: Float64Array,
  rotated: readonly Float64Array[],
  negligible: number,
): void {
  const last = values.length - 1;
  for (let step = 0; ; step++) {
    let m = l;
    while (m < last && Math.abs(off[m]!) > negligible) m++;
    if (m === l) return;
    if (step === MOST_STEPS) throw new Error(`no eigenvalue was found in ${MOST_STEPS} QL steps`);
    const half = (values[l + 1]! - values[l]!) / (2 * off[l]!);
    const root = Math.hypot(half, 1);
    let g = values[m]! - values[l]! + off[l]! / (half + (half < 0 ? -root : root));
    let [sine, cosine, shift] = [1, 1, 0];
    let i = m - 1;
    for (; i >= l; i--) {
      const f = sine * off[i]!;
      const b = cosine * off[i]!;
      const r = Math.hypot(f, g);
      off[i + 1] = r;
      if (r === 0) break;
      sine = f / r;
      cosine = g / r;
      const d = values[i + 1]! - shift;
      const t = (values[i]! - d) * sine + 2 * cosine * b;
      shift = sine * t;
      values[i + 1] = d + shift;
      g = cosine * t - b;
      rotate(rotated[i]!, rotated[i + 1]!, cosine, sine);
    }
    if (i >= l) values[i + 1]! -= shift;
    else {
      values[l]! -= shift;
      off[l] = g;
    }
    off[m] = 0;
  }
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k]!, b[k]!];
    b[k] = sine * x + cosine * y;
    a[k] = cosine * x - sine * y;
  }
}
