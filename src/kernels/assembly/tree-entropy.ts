/**
 * log2 of a positive normal number by the series of atanh, from + - * / alone, so that every machine gets the same bits:
 * x = m 2^e with m in [sqrt(1/2), sqrt(2)), log2 m = 2/ln 2 * (s + s^3/3 + ...), s = (m - 1)/(m + 1).
 */
export function log2(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let e = f64(i32((bits >> 52) & 0x7ff) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m >= 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let sum: f64 = (1.0 / 23.0) * q + 1.0 / 21.0;
  sum = (sum * q + 1.0 / 19.0) * q + 1.0 / 17.0;
  sum = (sum * q + 1.0 / 15.0) * q + 1.0 / 13.0;
  sum = (sum * q + 1.0 / 11.0) * q + 1.0 / 9.0;
  sum = (sum * q + 1.0 / 7.0) * q + 1.0 / 5.0;
  sum = (sum * q + 1.0 / 3.0) * q + 1.0;
  return e + s * sum * 2.8853900817779268;
}

/** x log2 x, 0 at and below 0. */
export function xlog2(x: f64): f64 {
  return x > 0 ? x * log2(x) : 0;
}

/** table i64[max + 1]: table[n] = round(n log2 n * 2^30). */
export function entropyTable(table: u32, max: u32): i32 {
  store<i64>(table, 0);
  for (let n: u32 = 1; n <= max; n++) store<i64>(table + (n << 3), i64(nearest(f64(n) * log2(f64(n)) * 1073741824.0)));
  return 0;
}
