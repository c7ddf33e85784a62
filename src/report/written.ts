/** A number as short as it goes: 0.9721, 300, 1e-5. Whole parts keep all their digits. */
export function written(value: number, significantDigits = 4): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) {
    return value
      .toExponential(significantDigits - 1)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  }
  return String(size >= 10 ** significantDigits ? Math.round(value) : Number(value.toPrecision(significantDigits)));
}
