/** What the kernels for dense linear algebra compute, bit for bit. */

/** Sums of the products of each two columns of r (x - c) over the rows, in order: the lower triangle. */
export function products(
  X: readonly (readonly number[])[],
  shift: readonly number[],
  roots: readonly number[] | null,
): readonly (readonly number[])[] {
  const rows = X.map((row, k) => row.map((value, j) => (roots?.[k] ?? 1) * (value - shift[j]!)));
  return shift.map((_, i) =>
    Array.from({ length: i + 1 }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
}

/** The lower triangular L with L L' = A; where a pivot is not more than `least` times the entry of A: null, or 0 where it `skips`. */
export function cholesky(
  A: readonly (readonly number[])[],
  least: number,
  skips: boolean,
): readonly (readonly number[])[] | null {
  const L = A.map((row) => row.slice());
  for (const [i, row] of L.entries()) {
    for (let j = 0; j <= i; j++) {
      const above = L[j]!;
      const whole = j - (j % 4);
      const sums = [0, 0];
      for (let k = 0; k < whole; k++) sums[k % 2]! += row[k]! * above[k]!;
      let rest = 0;
      for (let k = whole; k < j; k++) rest += row[k]! * above[k]!;
      const left = row[j]! - (sums[0]! + sums[1]!) - rest;
      if (j < i) row[j] = above[j] === 0 ? 0 : left / above[j]!;
      else if (left > least * row[i]!) row[i] = Math.sqrt(left);
      else if (skips) row[i] = 0;
      else return null;
    }
  }
  return L;
}

/** The diagonal, what lies beside it, and t of each row's reflection, after a symmetric table was made tridiagonal. */
export function tridiagonal(lower: readonly (readonly number[])[]) {
  const A = lower.map((row) => row.slice());
  const n = A.length;
  const [off, taus] = [new Array<number>(n).fill(0), new Array<number>(n).fill(0)];
  const at = (i: number, j: number) => (j <= i ? A[i]![j]! : A[j]![i]!);
  for (let k = n - 1; k > 0; k--) {
    const x = A[k]!.slice(0, k);
    const last = x[k - 1]!;
    const rest = x.slice(0, k - 1).reduce((sum, value) => sum + value * value, 0);
    off[k - 1] = last;
    if (rest === 0) continue;
    const length = Math.sqrt(last * last + rest);
    const b = last > 0 ? -length : length;
    off[k - 1] = b;
    const v = [...x.slice(0, k - 1).map((value) => value / (last - b)), 1];
    const t = (b - last) / b;
    taus[k] = t;
    const p = v.map((_, i) => {
      const sums = [0, 0];
      for (let j = 0; j < i - (i % 2); j++) sums[j % 2]! += at(i, j) * v[j]!;
      let sum = sums[0]! + sums[1]!;
      for (let j = i - (i % 2); j < k; j++) sum += at(i, j) * v[j]!;
      return sum;
    });
    const dot = p.reduce((sum, value, j) => sum + value * v[j]!, 0);
    const half = 0.5 * t * t * dot;
    const w = p.map((value, j) => t * value - half * v[j]!);
    for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) A[i]![j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
  }
  return { diagonal: A.map((row, i) => row[i]!), off, taus };
}

/** Sums of w e z_j over the rows, of w e and of w e^2, where e is what b z + b_0 leaves of y - c_y, and z = x - c. */
export function residualProducts(
  X: readonly (readonly number[])[],
  y: readonly number[],
  shift: readonly number[],
  weights: readonly number[] | null,
  coef: readonly number[],
): readonly number[] {
  const p = coef.length - 1;
  const sums = [...coef.map(() => 0), 0];
  for (const [k, row] of X.entries()) {
    const z = row.map((value, j) => value - shift[j]!);
    const pairs = [0, 0, 0, 0];
    const whole = p - (p % 2);
    for (let j = 0; j < whole; j++) pairs[j % 4]! += z[j]! * coef[j]!;
    let dot = pairs[0]! + pairs[2]! + (pairs[1]! + pairs[3]!);
    if (whole < p) dot += z[whole]! * coef[whole]!;
    const rest = y[k]! - shift[p]! - (dot + coef[p]!);
    const by = weights === null ? rest : weights[k]! * rest;
    for (const [j, value] of z.entries()) sums[j]! += by * value;
    sums[p]! += by;
    sums[p + 1]! += by * rest;
  }
  return sums;
}
