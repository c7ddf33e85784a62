// exp and tanh of two numbers at once, from + - * / alone, so that every engine gets the same bits.

// Constants come from memory, which is sooner than making them anew each time: log2(e), 1.5 * 2^52 (added to a small number, it
// leaves the nearest integer in the lowest bits), ln(2) in two parts, and 1 / 10! .. 1 / 0!, and the cuts.
const TABLE: usize = memory.data<f64>([
  1.4426950408889634, 6755399441055744, 6.93147180369123816490e-1, 1.90821492927058770002e-10,
  1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1, 1,
  -708, 709,
]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load_splat<f64>(TABLE + (i << 3));
}

/** exp of x, which is cut to -708 .. 709; Taylor's series to degree 10 after |r| <= ln(2) / 2 was split off. */
export function exp2Lanes(x: v128): v128 {
  const t = rounded(x);
  const r = rest(x, t);
  let sum = f64x2.add(f64x2.mul(constant(4), r), constant(5));
  for (let i: usize = 6; i < 15; i++) sum = f64x2.add(f64x2.mul(sum, r), constant(i));
  return scaled(sum, t);
}

/**
 * exp of the two x of a and of b, four f64 or, narrowed, four f32; both have the constants in common. The series is written
 * out, since the loop of `exp2Lanes` takes longer.
 */
// @ts-ignore: decorator
@inline
export function exp4<T>(a: v128, b: v128, out: usize): void {
  const ta = rounded(a);
  const tb = rounded(b);
  const ra = rest(a, ta);
  const rb = rest(b, tb);
  let c = constant(4);
  const next = constant(5);
  let sumA = f64x2.add(f64x2.mul(c, ra), next);
  let sumB = f64x2.add(f64x2.mul(c, rb), next);
  c = constant(6);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(7);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(8);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(9);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(10);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(11);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(12);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(13);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  c = constant(14);
  sumA = f64x2.add(f64x2.mul(sumA, ra), c);
  sumB = f64x2.add(f64x2.mul(sumB, rb), c);
  sumA = scaled(sumA, ta);
  sumB = scaled(sumB, tb);
  if (sizeof<T>() == 8) {
    v128.store(out, sumA);
    v128.store(out, sumB, 16);
  } else {
    v128.store(out, v128.shuffle<i64>(f32x4.demote_f64x2_zero(sumA), f32x4.demote_f64x2_zero(sumB), 0, 2));
  }
}

/** x log2(e), x being cut, with the nearest integer in its lowest bits. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  return f64x2.add(f64x2.mul(cut(x), constant(0)), constant(1));
}

// @ts-ignore: decorator
@inline
function cut(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, constant(16)), constant(15));
}

/** What is left of x without the integer's multiple of ln(2). */
// @ts-ignore: decorator
@inline
function rest(x: v128, t: v128): v128 {
  const k = f64x2.sub(t, constant(1));
  return f64x2.sub(f64x2.sub(cut(x), f64x2.mul(k, constant(2))), f64x2.mul(k, constant(3)));
}

/** The sum times 2 to that integer. */
// @ts-ignore: decorator
@inline
function scaled(sum: v128, t: v128): v128 {
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
