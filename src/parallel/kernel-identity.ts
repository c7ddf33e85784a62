import { BUILD_ID } from "../kernels/generated/build-id.js";
import { relaxedSimdWorks } from "../kernels/relaxed-simd.js";
import type { Pool } from "./pool.js";

/**
 * Names what the bits of a result depend on besides seed and data: the kernels' sources and compiler, and whether this
 * pool's f32 kernels fuse products and sums. Pools of one identity give the same bits.
 */
export function kernelIdentity(pool: Pool): string {
  return `${BUILD_ID} ${pool.kernels === "fast" && relaxedSimdWorks() ? "fused" : "portable"}`;
}
