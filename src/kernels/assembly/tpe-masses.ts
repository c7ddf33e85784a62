// Masses of intervals of the standard normal, which parameters with steps ask for again and again: they are kept from call to
// call. What is kept is the very number that would be computed, so results do not depend on what is.
import { logMassMirrored } from "./tpe-normal";

/** The table has 2^PLACES_LOG2 places of three f64: an interval and the logarithm of its mass. See MASSES_BYTES. */
const PLACES_LOG2: u64 = 12;

/** logMass of a and b, a < b, from the table or into it. */
export function keptLogMass(table: u32, a: f64, b: f64): f64 {
  if (a > 0) {
    const mirrored = -b;
    b = -a;
    a = mirrored;
  }
  // Fibonacci hashing, D. E. Knuth, The Art of Computer Programming 3 (1998), 6.4.
  const bits = (reinterpret<u64>(a) * 0x9e3779b97f4a7c15 + reinterpret<u64>(b)) * 0x9e3779b97f4a7c15;
  const place = table + 24 * u32(bits >> (64 - PLACES_LOG2));
  if (load<f64>(place) == a && load<f64>(place, 8) == b) return load<f64>(place, 16);
  const mass = logMassMirrored(a, b);
  store<f64>(place, a);
  store<f64>(place, b, 8);
  store<f64>(place, mass, 16);
  return mass;
}
