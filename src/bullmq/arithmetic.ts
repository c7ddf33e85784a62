/** How f32 products and sums of relaxed SIMD are rounded here: once, apiece, or there is no relaxed SIMD. */
export type Arithmetic = "fused" | "separate" | "none";

/** A module with f(a, b, c) = lane 0 of f32x4.relaxed_madd(a, b, c). */
const PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\\0asm", version 1
  ...[1, 8, 1, 0x60, 3, 0x7d, 0x7d, 0x7d, 1, 0x7d], // type: (f32, f32, f32) -> f32
  ...[3, 2, 1, 0], // one function of that type
  ...[7, 5, 1, 1, 0x66, 0, 0], // exported as "f"
  ...[10, 22, 1, 20, 0], // its body
  ...[0x20, 0, 0xfd, 0x13, 0x20, 1, 0xfd, 0x13, 0x20, 2, 0xfd, 0x13], // f32x4.splat of each argument
  ...[0xfd, 0x85, 0x02, 0xfd, 0x1f, 0, 0x0b], // f32x4.relaxed_madd, f32x4.extract_lane 0, end
);

/**
 * Tries it out: (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24, and 0 if the square is rounded to f32 first. Machines that differ here give
 * f32 kernels of the "fast" build other bits.
 */
export async function arithmeticHere(): Promise<Arithmetic> {
  if (!WebAssembly.validate(PROBE)) return "none";
  const { instance } = await WebAssembly.instantiate(PROBE);
  const madd = instance.exports.f as (a: number, b: number, c: number) => number;
  const a = 1 + 2 ** -12;
  return madd(a, a, -(1 + 2 ** -11)) === 0 ? "separate" : "fused";
}
