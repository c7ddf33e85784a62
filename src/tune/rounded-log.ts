const BITS = 100n;
const ONE = 1n << BITS;

/** ln(2), in units of 2^-BITS. */
const LN2 = logOfFixed(2n * ONE);

/**
 * The natural logarithm, rounded to the nearest double, as Python's is. JavaScript's may be off by a bit, as V8's of 3 is:
 * enough to make a difference where logarithms of whole powers are divided.
 *
 * @param x a positive, normal number
 */
export function roundedLog(x: number): number {
  const exponent = Math.floor(Math.log2(x));
  const mantissa = BigInt((x / 2 ** exponent) * 2 ** 52) << (BITS - 52n);
  return Number(logOfFixed(mantissa) + BigInt(exponent) * LN2) / 2 ** Number(BITS);
}

/** ln(x) = 2 artanh((x - 1) / (x + 1)), by its power series; in and out in units of 2^-BITS. */
function logOfFixed(x: bigint): bigint {
  const ratio = ((x - ONE) * ONE) / (x + ONE);
  const square = (ratio * ratio) >> BITS;
  let [power, sum] = [ratio, 0n];
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = (power * square) >> BITS;
  }
  return 2n * sum;
}
