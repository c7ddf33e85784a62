// exp and tanh of two numbers at once, from + - * / alone, so that every engine gets the same bits.

// Constants come from memory, which is sooner than making them anew each time: log2(e), 1.5 * 2^52 (added to a small number, it
// leaves the nearest integer in the lowest bits), ln(2) in two parts, and 1 / 13! .. 1 / 0!.
const TABLE: usize = memory.data<f64>([
  1.4426950408889634, 6755399441055744, 6.93147180369123816490e-1, 1.90821492927058770002e-10,
  1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
  1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1, 1, -708, 709,
]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load_splat<f64>(TABLE + (i << 3));
}

/** exp of x, which is cut to -708 .. 709; Taylor's series to degree 13 after |r| <= ln(2) / 2 was split off. */
// @ts-ignore: decorator
@inline
export function exp2Lanes(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, constant(19)), constant(18));
  const t = f64x2.add(f64x2.mul(x, constant(0)), constant(1));
  const k = f64x2.sub(t, constant(1));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, constant(2))), f64x2.mul(k, constant(3)));
  let sum = f64x2.add(f64x2.mul(constant(4), r), constant(5));
  sum = f64x2.add(f64x2.mul(sum, r), constant(6));
  sum = f64x2.add(f64x2.mul(sum, r), constant(7));
  sum = f64x2.add(f64x2.mul(sum, r), constant(8));
  sum = f64x2.add(f64x2.mul(sum, r), constant(9));
  sum = f64x2.add(f64x2.mul(sum, r), constant(10));
  sum = f64x2.add(f64x2.mul(sum, r), constant(11));
  sum = f64x2.add(f64x2.mul(sum, r), constant(12));
  sum = f64x2.add(f64x2.mul(sum, r), constant(13));
  sum = f64x2.add(f64x2.mul(sum, r), constant(14));
  sum = f64x2.add(f64x2.mul(sum, r), constant(15));
  sum = f64x2.add(f64x2.mul(sum, r), constant(16));
  sum = f64x2.add(f64x2.mul(sum, r), constant(17));
  return f64x2.mul(sum, i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52));
}

/** tanh of z: sign(z) (1 - e) / (1 + e) with e = exp(-2 |z|). */
export function tanh2Lanes(z: v128): v128 {
  const one = f64x2.splat(1);
  const e = exp2Lanes(f64x2.mul(f64x2.abs(z), f64x2.splat(-2)));
  const size = f64x2.div(f64x2.sub(one, e), f64x2.add(one, e));
  const sign = v128.and(z, f64x2.splat(-0.0));
  return v128.or(size, sign);
}
