// Eight vectors at a time, an entry of each beside the other, rotated and reflected back. See ../symmetric-eigen.ts.

/** Applies to the vectors the transposes of the rotations, the last one first. */
export function rotateBack(vectors: u32, rotations: u32, kept: u32, steps: u32, listed: u32): i32 {
  let end = rotations + (kept << 4);
  for (let step = steps + (listed << 3); step > steps; ) {
    step -= 8;
    const count = load<u32>(step, 4);
    if (count == 0) continue;
    let at = vectors + ((load<u32>(step) + 1 - count) << 6);
    let a = v128.load(at);
    let b = v128.load(at, 16);
    let c = v128.load(at, 32);
    let d = v128.load(at, 48);
    const begin = end - (count << 4);
    while (end > begin) {
      end -= 16;
      const cosine = v128.load_splat<f64>(end);
      const sine = v128.load_splat<f64>(end, 8);
      const e = v128.load(at, 64);
      const f = v128.load(at, 80);
      const g = v128.load(at, 96);
      const h = v128.load(at, 112);
      v128.store(at, f64x2.add(f64x2.mul(cosine, a), f64x2.mul(sine, e)));
      v128.store(at, f64x2.add(f64x2.mul(cosine, b), f64x2.mul(sine, f)), 16);
      v128.store(at, f64x2.add(f64x2.mul(cosine, c), f64x2.mul(sine, g)), 32);
      v128.store(at, f64x2.add(f64x2.mul(cosine, d), f64x2.mul(sine, h)), 48);
      a = f64x2.sub(f64x2.mul(cosine, e), f64x2.mul(sine, a));
      b = f64x2.sub(f64x2.mul(cosine, f), f64x2.mul(sine, b));
      c = f64x2.sub(f64x2.mul(cosine, g), f64x2.mul(sine, c));
      d = f64x2.sub(f64x2.mul(cosine, h), f64x2.mul(sine, d));
      at += 64;
    }
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
  return 0;
}

/** Applies to the vectors the reflections of rows 1 .. n of the table, in this order; two at a time, so that vectors are read half as often. */
export function reflectBack(vectors: u32, n: u32, stride: u32, table: u32, taus: u32): i32 {
  for (let k: u32 = 1; k < n; k += 2) {
    const v = table + k * stride;
    const tau = load<f64>(taus + (k << 3));
    // Row n is nobody's: the last reflection may be alone.
    if (k + 1 < n) reflect(true, vectors, k, v, tau, v + stride, load<f64>(taus + (k << 3), 8));
    else reflect(false, vectors, k, v, tau, v, 0);
  }
  return 0;
}

/** x -= t v (v'x) in the first k entries; then x -= u w (w'x) in the first k + 1, of which w has 1 in the last, if there are `two`. */
// @ts-ignore: decorator
@inline
function reflect(two: bool, vectors: u32, k: u32, v: u32, t: f64, w: u32, u: f64): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let both: f64 = 0;
  const end = k << 3;
  for (let at: u32 = 0, x = vectors; at < end; at += 8, x += 64) {
    const p = v128.load(x);
    const q = v128.load(x, 16);
    const r = v128.load(x, 32);
    const s = v128.load(x, 48);
    const value = v128.load_splat<f64>(v + at);
    a = f64x2.add(a, f64x2.mul(value, p));
    b = f64x2.add(b, f64x2.mul(value, q));
    c = f64x2.add(c, f64x2.mul(value, r));
    d = f64x2.add(d, f64x2.mul(value, s));
    if (!two) continue;
    const other = v128.load_splat<f64>(w + at);
    e = f64x2.add(e, f64x2.mul(other, p));
    f = f64x2.add(f, f64x2.mul(other, q));
    g = f64x2.add(g, f64x2.mul(other, r));
    h = f64x2.add(h, f64x2.mul(other, s));
    both += load<f64>(v + at) * load<f64>(w + at);
  }
  const by = f64x2.splat(t);
  a = f64x2.mul(by, a);
  b = f64x2.mul(by, b);
  c = f64x2.mul(by, c);
  d = f64x2.mul(by, d);
  if (two) {
    // w'(x - t v (v'x)) of w'x
    const less = f64x2.splat(both);
    const times = f64x2.splat(u);
    const x = vectors + (k << 6);
    e = f64x2.mul(times, f64x2.sub(f64x2.add(e, v128.load(x)), f64x2.mul(less, a)));
    f = f64x2.mul(times, f64x2.sub(f64x2.add(f, v128.load(x, 16)), f64x2.mul(less, b)));
    g = f64x2.mul(times, f64x2.sub(f64x2.add(g, v128.load(x, 32)), f64x2.mul(less, c)));
    h = f64x2.mul(times, f64x2.sub(f64x2.add(h, v128.load(x, 48)), f64x2.mul(less, d)));
    v128.store(x, f64x2.sub(v128.load(x), e));
    v128.store(x, f64x2.sub(v128.load(x, 16), f), 16);
    v128.store(x, f64x2.sub(v128.load(x, 32), g), 32);
    v128.store(x, f64x2.sub(v128.load(x, 48), h), 48);
  }
  for (let at: u32 = 0, x = vectors; at < end; at += 8, x += 64) {
    const value = v128.load_splat<f64>(v + at);
    let p = f64x2.mul(value, a);
    let q = f64x2.mul(value, b);
    let r = f64x2.mul(value, c);
    let s = f64x2.mul(value, d);
    if (two) {
      const other = v128.load_splat<f64>(w + at);
      p = f64x2.add(p, f64x2.mul(other, e));
      q = f64x2.add(q, f64x2.mul(other, f));
      r = f64x2.add(r, f64x2.mul(other, g));
      s = f64x2.add(s, f64x2.mul(other, h));
    }
    v128.store(x, f64x2.sub(v128.load(x), p));
    v128.store(x, f64x2.sub(v128.load(x, 16), q), 16);
    v128.store(x, f64x2.sub(v128.load(x, 32), r), 32);
    v128.store(x, f64x2.sub(v128.load(x, 48), s), 48);
  }
}
