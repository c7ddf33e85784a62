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

/** Applies to the vectors the reflections of rows 1 .. n of the table, in this order. */
export function reflectBack(vectors: u32, n: u32, stride: u32, table: u32, taus: u32): i32 {
  for (let k: u32 = 1; k < n; k++) {
    const tau = load<f64>(taus + (k << 3));
    if (tau != 0) reflect(vectors, k, table + k * stride, tau);
  }
  return 0;
}

/** x -= tau v (v'x) in the first k entries. */
function reflect(vectors: u32, k: u32, v: u32, tau: f64): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = v + (k << 3);
  for (let at = v, x = vectors; at < end; at += 8, x += 64) {
    const value = v128.load_splat<f64>(at);
    a = f64x2.add(a, f64x2.mul(value, v128.load(x)));
    b = f64x2.add(b, f64x2.mul(value, v128.load(x, 16)));
    c = f64x2.add(c, f64x2.mul(value, v128.load(x, 32)));
    d = f64x2.add(d, f64x2.mul(value, v128.load(x, 48)));
  }
  const by = f64x2.splat(tau);
  a = f64x2.mul(by, a);
  b = f64x2.mul(by, b);
  c = f64x2.mul(by, c);
  d = f64x2.mul(by, d);
  for (let at = v, x = vectors; at < end; at += 8, x += 64) {
    const value = v128.load_splat<f64>(at);
    v128.store(x, f64x2.sub(v128.load(x), f64x2.mul(value, a)));
    v128.store(x, f64x2.sub(v128.load(x, 16), f64x2.mul(value, b)), 16);
    v128.store(x, f64x2.sub(v128.load(x, 32), f64x2.mul(value, c)), 32);
    v128.store(x, f64x2.sub(v128.load(x, 48), f64x2.mul(value, d)), 48);
  }
}
