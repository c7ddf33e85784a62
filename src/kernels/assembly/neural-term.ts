// The one rule by which products are added up: rounded apiece in the portable build; in the build for relaxed SIMD, which
// scripts/build-kernels.mjs makes of the same sources, fused where the processor fuses.

/** sum + a * b. */
// @ts-ignore: decorator
@inline
export function term(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}
