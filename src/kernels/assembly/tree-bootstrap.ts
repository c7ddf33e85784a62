import { bounded, seedStream, uniform } from "./tree-random";

/**
 * Draws `draws` of n positions with replacement into counts u32[n]: uniformly, or in proportion to weights f64[n]
 * (0: none), for which cumulative f64[n] is scratch.
 */
export function bootstrap(
  counts: u32,
  n: u32,
  draws: u32,
  seedLo: u32,
  seedHi: u32,
  weights: u32,
  cumulative: u32,
): void {
  seedStream((u64(seedHi) << 32) | u64(seedLo));
  for (let i: u32 = 0; i < n; i++) store<u32>(counts + (i << 2), 0);
  if (!weights) {
    for (let d: u32 = 0; d < draws; d++) {
      const at = counts + (bounded(n) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    return;
  }
  let total: f64 = 0;
  let last: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const w = load<f64>(weights + (i << 3));
    if (w > 0) last = i;
    total += w;
    store<f64>(cumulative + (i << 3), total);
  }
  for (let d: u32 = 0; d < draws; d++) {
    const x = uniform() * total;
    let low: u32 = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (load<f64>(cumulative + (middle << 3)) > x) high = middle;
      else low = middle + 1;
    }
    const at = counts + (low << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}
