// The Cholesky factor of a symmetric table, row by row (Golub and Van Loan, Matrix Computations, 4th edition, 4.2). See
// ../cholesky.ts.

const MORE: i32 = 1;
const FACTORED: u32 = 1;
const FAILED: u32 = 2;

/** Products in one call: some milliseconds. */
const BUDGET: i32 = 1 << 22;

/** Progress: u32 rows done, u32 how it ended. */
export function choleskyFactor(progress: u32, n: u32, stride: u32, table: u32, least: f64, skips: u32): i32 {
  let i = load<u32>(progress);
  for (let budget = BUDGET; i < n; i++) {
    if (budget <= 0) {
      store<u32>(progress, i);
      return MORE;
    }
    budget -= i32(i * i) >> 1;
    if (factorRow(table, stride, i, least)) continue;
    if (skips) {
      store<f64>(table + i * stride + (i << 3), 0);
      continue;
    }
    store<u32>(progress, FAILED, 4);
    return 0;
  }
  store<u32>(progress, FACTORED, 4);
  return 0;
}

/** False where the pivot is not more than `least` times what stood there. */
function factorRow(table: u32, stride: u32, i: u32, least: f64): bool {
  const row = table + i * stride;
  const pivot = row + (i << 3);
  const before = load<f64>(pivot);
  for (let j: u32 = 0; j <= i; j += 4) {
    subtractDots(row, table + j * stride, stride, j);
    for (let k = j; k < min(j + 4, i); k++) {
      const above = table + k * stride;
      const at = row + (k << 3);
      const diagonal = load<f64>(above + (k << 3));
      store<f64>(at, diagonal == 0 ? 0 : (load<f64>(at) - restOf(row, above, j, k)) / diagonal);
    }
  }
  const rest = load<f64>(pivot) - restOf(row, row, i & ~3, i);
  if (!(rest > least * before)) return false;
  store<f64>(pivot, sqrt(rest));
  return true;
}

// @ts-ignore: decorator
@inline
function restOf(row: u32, above: u32, from: u32, to: u32): f64 {
  let sum: f64 = 0;
  for (let k = from; k < to; k++) sum += load<f64>(row + (k << 3)) * load<f64>(above + (k << 3));
  return sum;
}

/**
 * Takes from row[count .. count + 4) the dot products of row[0 .. count) with four rows; count is a multiple of four. What is beyond the
 * diagonal is nobody's.
 */
function subtractDots(row: u32, others: u32, stride: u32, count: u32): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const second = others + stride;
  const third = second + stride;
  const fourth = third + stride;
  const end = count << 3;
  for (let k: u32 = 0; k < end; k += 16) {
    const x = v128.load(row + k);
    a = f64x2.add(a, f64x2.mul(x, v128.load(others + k)));
    b = f64x2.add(b, f64x2.mul(x, v128.load(second + k)));
    c = f64x2.add(c, f64x2.mul(x, v128.load(third + k)));
    d = f64x2.add(d, f64x2.mul(x, v128.load(fourth + k)));
  }
  const at = row + end;
  store<f64>(at, load<f64>(at) - total(a));
  store<f64>(at, load<f64>(at, 8) - total(b), 8);
  store<f64>(at, load<f64>(at, 16) - total(c), 16);
  store<f64>(at, load<f64>(at, 24) - total(d), 24);
}

// @ts-ignore: decorator
@inline
function total(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
