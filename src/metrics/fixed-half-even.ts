/**
 * A number >= 0 with a fixed number of decimals, an exact tie rounded to the even digit as Python does (0.125 is 0.12).
 * `toFixed` rounds the exact binary value as well, but sends ties up.
 */
export function fixedHalfEven(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const exact = value.toFixed(100);
  const cut = exact.indexOf(".") + 1 + digits;
  const isTie = /^50*$/.test(exact.slice(cut));
  const isOdd = Number(rounded.at(-1)) % 2 === 1;
  return isTie && isOdd ? exact.slice(0, digits === 0 ? cut - 1 : cut) : rounded;
}
