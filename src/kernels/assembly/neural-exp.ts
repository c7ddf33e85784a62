// exp(x) - 1 and exp(x) of four f32 at a time, within 2 units in the last place: x = n ln 2 + r, |r| <= ln 2 / 2, and
// exp(r) - 1 by the polynomial of Cephes' expf (Moshier 1989), https://www.netlib.org/cephes/.

const LOG2E: f32 = 1.44269504088896341;
/** ln 2 in two parts, of which the first has few bits. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
/** Arguments are kept within these, where 2^n is a normal float: exp is never below 1.2e-38 nor above 2.3e38. */
const LEAST: f32 = -87.3;
const MOST: f32 = 88.3;

/** exp(r) - 1. */
// @ts-ignore: decorator
@inline
function polynomial(r: v128): v128 {
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  return f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r);
}

// @ts-ignore: decorator
@inline
function whole(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2E)));
}

// @ts-ignore: decorator
@inline
function rest(x: v128, n: v128): v128 {
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  return f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)));
}

/** 2^n; n >= -126. */
// @ts-ignore: decorator
@inline
function powerOf(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
}

// @ts-ignore: decorator
@inline
function clamped(x: v128): v128 {
  return f32x4.min(f32x4.max(x, f32x4.splat(LEAST)), f32x4.splat(MOST));
}

export function exp4(x: v128): v128 {
  const within = clamped(x);
  const n = whole(within);
  const power = powerOf(n);
  return f32x4.add(f32x4.mul(polynomial(rest(within, n)), power), power);
}

export function expm14(x: v128): v128 {
  const within = clamped(x);
  const n = whole(within);
  const power = powerOf(n);
  return f32x4.add(f32x4.mul(polynomial(rest(within, n)), power), f32x4.sub(power, f32x4.splat(1)));
}
