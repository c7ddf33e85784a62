/**
 * Linear least squares by orthogonal transformations: min |A x - b|, and of all that reach the minimum the shortest x.
 *
 * Rows come in blocks: each is folded by Householder reflections into the triangle R of the rows before (sequential TSQR: Demmel,
 * Grigori, Hoemmen and Langou 2012, section 4), b being the last column, so that memory is one block and R. Then R is factored
 * with column pivoting, which shows the rank, and rows that are left over in width are folded from the right (complete orthogonal
 * decomposition: Golub and Van Loan, Matrix Computations, 4th edition, 5.4.2 and 5.5.4; LAPACK's xGELSY).
 */

export interface LeastSquares {
  readonly x: Float64Array;
  /** Columns that count as independent. */
  readonly rank: number;
}

/** R of a QR decomposition of the rows [a, b] that were folded in. Columns are arrays, which reflections run along. */
export class RowTriangle {
  /** Column j has its j + 1 entries on and above the diagonal; the last one is that of b. */
  readonly #columns: readonly Float64Array[];

  constructor(readonly cols: number) {
    this.#columns = Array.from({ length: cols + 1 }, (_, j) => new Float64Array(j + 1));
  }

  /**
   * One step of folding in a block of rows, given by its cols + 1 columns, b last: eliminates column k, where those before have
   * been. The block is overwritten; it is in R after the steps 0 .. cols.
   */
  eliminate(block: readonly Float64Array[], k: number): void {
    const v = block[k]!;
    const tau = reflector(this.#columns[k]!, k, v, 0);
    if (tau === 0) return;
    for (let j = k + 1; j <= this.cols; j++) reflect(this.#columns[j]!, k, block[j]!, v, 0, tau);
  }

  /**
   * The shortest x. A pivot counts as zero if it is no larger than `tolerance` times the largest. NaN where squares of the rows
   * were beyond the range of f64.
   */
  solve(tolerance: number): LeastSquares {
    const p = this.cols;
    const isSound = this.#columns.every((column) => column.every(Number.isFinite));
    if (!isSound) return { x: new Float64Array(p).fill(Number.NaN), rank: 0 };
    const columns = this.#columns.map((column) => Float64Array.from({ length: p }, (_, i) => column[i] ?? 0));
    const b = columns.pop()!;
    const { order, rank } = pivotedTriangle(columns, b, tolerance);
    const independent = rank === p ? backSubstituted(columns, b) : shortest(columns, b, rank);
    const x = new Float64Array(p);
    for (const [k, j] of order.entries()) x[j] = independent[k]!;
    return { x, rank };
  }
}

/** Makes columns upper triangular, the longest remainder first, and b along with them. */
function pivotedTriangle(columns: Float64Array[], b: Float64Array, tolerance: number) {
  const p = columns.length;
  const order = Array.from({ length: p }, (_, j) => j);
  let largest = 0;
  for (let k = 0; k < p; k++) {
    // Lengths are computed anew: p is small beside the rows, and updates lose digits (Drmac and Bujanovic 2008).
    const lengths = columns.map((column, j) => (j < k ? -1 : length(column, k)));
    const pivot = lengths.indexOf(Math.max(...lengths));
    if (k === 0) largest = lengths[pivot]!;
    if (!(lengths[pivot]! > tolerance * largest)) return { order, rank: k };
    [columns[k], columns[pivot]] = [columns[pivot]!, columns[k]!];
    [order[k], order[pivot]] = [order[pivot]!, order[k]!];
    const v = columns[k]!;
    const tau = reflector(v, k, v, k + 1);
    for (let j = k + 1; j < p; j++) reflect(columns[j]!, k, columns[j]!, v, k + 1, tau);
    reflect(b, k, b, v, k + 1, tau);
  }
  return { order, rank: p };
}

/** x with R x = b. */
function backSubstituted(columns: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = b.slice();
  for (let k = x.length - 1; k >= 0; k--) {
    x[k]! /= columns[k]![k]!;
    for (let i = 0; i < k; i++) x[i]! -= x[k]! * columns[k]![i]!;
  }
  return x;
}

/** The shortest x with R x = b, R being the first `rank` rows of the columns. */
function shortest(columns: readonly Float64Array[], b: Float64Array, rank: number): Float64Array {
  const p = columns.length;
  // R' = Q T: then x = Q [u; 0] with T' u = b.
  const rows = Array.from({ length: rank }, (_, i) =>
    Float64Array.from({ length: p }, (_, j) => (j < i ? 0 : columns[j]![i]!)),
  );
  const taus = rows.map((v, k) => {
    const tau = reflector(v, k, v, k + 1);
    for (let j = k + 1; j < rank; j++) reflect(rows[j]!, k, rows[j]!, v, k + 1, tau);
    return tau;
  });
  const x = new Float64Array(p);
  for (let i = 0; i < rank; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= rows[i]![k]! * x[k]!;
    x[i] = sum / rows[i]![i]!;
  }
  for (let k = rank - 1; k >= 0; k--) reflect(x, k, x, rows[k]!, k + 1, taus[k]!);
  return x;
}

/**
 * The reflection I - tau [1; v] [1; v]' that makes [head[at]; tail[from ..]] a multiple of the first unit vector. Head and tail
 * are overwritten by that multiple and by v; tau is 0 where the tail is zero already.
 */
function reflector(head: Float64Array, at: number, tail: Float64Array, from: number): number {
  const alpha = head[at]!;
  const rest = length(tail, from);
  if (rest === 0) return 0;
  const beta = alpha > 0 ? -Math.hypot(alpha, rest) : Math.hypot(alpha, rest);
  for (let i = from; i < tail.length; i++) tail[i]! /= alpha - beta;
  head[at] = beta;
  return (beta - alpha) / beta;
}

/** Reflects [head[at]; tail[from ..]] by tau and [1; v[from ..]]. */
function reflect(head: Float64Array, at: number, tail: Float64Array, v: Float64Array, from: number, tau: number): void {
  let dot = head[at]!;
  for (let i = from; i < v.length; i++) dot += v[i]! * tail[i]!;
  const by = tau * dot;
  head[at]! -= by;
  for (let i = from; i < v.length; i++) tail[i]! -= by * v[i]!;
}

function length(column: Float64Array, from: number): number {
  let squares = 0;
  for (let i = from; i < column.length; i++) squares += column[i]! * column[i]!;
  return Math.sqrt(squares);
}
