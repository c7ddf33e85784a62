const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Logarithm of the gamma function for x > 0, to about 1e-12: Stirling's series (Abramowitz and Stegun 6.1.41) from 10 on, and
 * gamma(x) = gamma(x + 1) / x below.
 */
export function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const square = x * x;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x;
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + series;
}
