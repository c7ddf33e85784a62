// A symmetric table made tridiagonal by Householder reflections, from its last row up. See ../symmetric-eigen.ts.
//
// What a reflection changes is not written back at once: each entry is read and written once a step, when the products with the
// next reflection's vector are summed up.

const MORE: i32 = 1;
/** Entries that one call goes through: some milliseconds. */
const BUDGET: i32 = 1 << 21;

/** Progress: u32 rows done. */
export function tridiagonalize(
  progress: u32, n: u32, stride: u32, table: u32, diagonal: u32, off: u32, taus: u32, scratch: u32,
): i32 {
  const w = scratch;
  const p = scratch + (n << 3);
  let done = load<u32>(progress);
  if (done == 0) memory.fill(w, 0, n << 3);
  for (let budget = BUDGET; done < n; done++) {
    if (budget <= 0) {
      store<u32>(progress, done);
      return MORE;
    }
    const k = n - 1 - done;
    budget -= i32(k * k) >> 1;
    const row = table + k * stride;
    // The vector of the step before, which wrote it over its own row; at first w is 0, and any vector will do.
    const v = done == 0 ? row : row + stride;
    if (done > 0) updateRow(row, k + 1, v, w);
    store<f64>(diagonal + (k << 3), load<f64>(row + (k << 3)));
    if (k == 0) continue;
    const tau = reflector(row, k, off + ((k - 1) << 3));
    store<f64>(taus + (k << 3), tau);
    const changed = done > 0 && load<f64>(taus + ((k + 1) << 3)) != 0;
    if (tau == 0 && !changed) {
      memory.fill(w, 0, k << 3);
      continue;
    }
    if (changed) pass(true, table, stride, k, v, w, row, p);
    else pass(false, table, stride, k, v, w, row, p);
    combine(k, tau, row, p, w);
  }
  return 0;
}

/** row[j] -= v_k w_j + w_k v_j for all j < count, k being the last of them. */
// @ts-ignore: decorator
@inline
function updateRow(row: u32, count: u32, v: u32, w: u32): void {
  const vk = load<f64>(v + ((count - 1) << 3));
  const wk = load<f64>(w + ((count - 1) << 3));
  for (let j: u32 = 0; j < count; j++) {
    const at = j << 3;
    store<f64>(row + at, load<f64>(row + at) - (vk * load<f64>(w + at) + wk * load<f64>(v + at)));
  }
}

/** Makes x[0 .. k) the vector v, v_(k-1) = 1, of the reflection that leaves of x its last entry alone, written to `beta`; answers tau. */
function reflector(x: u32, k: u32, beta: u32): f64 {
  let rest: f64 = 0;
  for (let j: u32 = 0; j + 1 < k; j++) rest += load<f64>(x + (j << 3)) * load<f64>(x + (j << 3));
  const last = x + ((k - 1) << 3);
  const alpha = load<f64>(last);
  store<f64>(last, 1);
  store<f64>(beta, alpha);
  if (rest == 0) return 0;
  const length = sqrt(alpha * alpha + rest);
  const kept = alpha > 0 ? -length : length;
  store<f64>(beta, kept);
  for (let j: u32 = 0; j + 1 < k; j++) store<f64>(x + (j << 3), load<f64>(x + (j << 3)) / (alpha - kept));
  return (kept - alpha) / kept;
}

/** A -= v w' + w v' where `changed`, and p = A x, of the leading k x k part, by its lower triangle; two rows at a time. */
// @ts-ignore: decorator
@inline
function pass(changed: bool, table: u32, stride: u32, k: u32, v: u32, w: u32, x: u32, p: u32): void {
  let i: u32 = 0;
  for (; i + 1 < k; i += 2) {
    const a = table + i * stride;
    const b = a + stride;
    const at = i << 3;
    const end = at + 8;
    const vs = f64x2.splat(load<f64>(v + at));
    const ws = f64x2.splat(load<f64>(w + at));
    const xs = f64x2.splat(load<f64>(x + at));
    const vt = f64x2.splat(load<f64>(v + end));
    const wt = f64x2.splat(load<f64>(w + end));
    const xt = f64x2.splat(load<f64>(x + end));
    let s = f64x2.splat(0);
    let t = s;
    for (let j: u32 = 0; j < at; j += 16) {
      let c = v128.load(a + j);
      let d = v128.load(b + j);
      if (changed) {
        const vj = v128.load(v + j);
        const wj = v128.load(w + j);
        c = f64x2.sub(c, f64x2.add(f64x2.mul(vs, wj), f64x2.mul(ws, vj)));
        d = f64x2.sub(d, f64x2.add(f64x2.mul(vt, wj), f64x2.mul(wt, vj)));
        v128.store(a + j, c);
        v128.store(b + j, d);
      }
      const xj = v128.load(x + j);
      s = f64x2.add(s, f64x2.mul(c, xj));
      t = f64x2.add(t, f64x2.mul(d, xj));
      v128.store(p + j, f64x2.add(f64x2.add(v128.load(p + j), f64x2.mul(c, xs)), f64x2.mul(d, xt)));
    }
    corner(changed, a, at, v, w, at);
    corner(changed, b, at, v, w, end);
    corner(changed, b, end, v, w, end);
    const beside = load<f64>(b + at);
    const first = total(s) + load<f64>(a + at) * load<f64>(x + at);
    store<f64>(p + at, first + beside * load<f64>(x + end));
    store<f64>(p + end, total(t) + beside * load<f64>(x + at) + load<f64>(b + end) * load<f64>(x + end));
  }
  if (i == k) return;
  const a = table + i * stride;
  const at = i << 3;
  const xs = f64x2.splat(load<f64>(x + at));
  const vs = f64x2.splat(load<f64>(v + at));
  const ws = f64x2.splat(load<f64>(w + at));
  let s = f64x2.splat(0);
  for (let j: u32 = 0; j < at; j += 16) {
    let c = v128.load(a + j);
    if (changed) {
      c = f64x2.sub(c, f64x2.add(f64x2.mul(vs, v128.load(w + j)), f64x2.mul(ws, v128.load(v + j))));
      v128.store(a + j, c);
    }
    s = f64x2.add(s, f64x2.mul(c, v128.load(x + j)));
    v128.store(p + j, f64x2.add(v128.load(p + j), f64x2.mul(c, xs)));
  }
  corner(changed, a, at, v, w, at);
  store<f64>(p + at, total(s) + load<f64>(a + at) * load<f64>(x + at));
}

/** The same of one entry: of a row, at a column, both as offsets of their numbers. */
// @ts-ignore: decorator
@inline
function corner(changed: bool, row: u32, column: u32, v: u32, w: u32, number: u32): void {
  if (!changed) return;
  const by = load<f64>(v + number) * load<f64>(w + column) + load<f64>(w + number) * load<f64>(v + column);
  store<f64>(row + column, load<f64>(row + column) - by);
}

/** w = tau p - (tau^2 / 2) (p'x) x. */
function combine(k: u32, tau: f64, x: u32, p: u32, w: u32): void {
  let dot: f64 = 0;
  for (let j: u32 = 0; j < k; j++) dot += load<f64>(p + (j << 3)) * load<f64>(x + (j << 3));
  const half = 0.5 * tau * tau * dot;
  for (let j: u32 = 0; j < k; j++) {
    store<f64>(w + (j << 3), tau * load<f64>(p + (j << 3)) - half * load<f64>(x + (j << 3)));
  }
}

// @ts-ignore: decorator
@inline
function total(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
