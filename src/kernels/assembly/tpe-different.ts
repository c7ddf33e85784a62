/** Slots of the hash table for so many kernels: a power of 2, at least half of them empty. */
// @ts-ignore: decorator
@inline
function slotsFor(kernels: u32): u32 {
  return 1 << (33 - u32(clz(kernels)));
}

/**
 * Which kernels have no like among the earlier ones, that is the same mean and deviation, to `different` u32[answer]; and for
 * each kernel the place of its like there, to `places` u32[kernels]. Scratch: u32[4 * kernels].
 */
export function differentKernels(mus: u32, sigmas: u32, kernels: u32, places: u32, different: u32, scratch: u32): u32 {
  const slots = slotsFor(kernels);
  memory.fill(scratch, 0xff, slots << 2);
  let count: u32 = 0;
  for (let k: u32 = 0; k < kernels; k++) {
    const mu = load<u64>(mus + (k << 3));
    const sigma = load<u64>(sigmas + (k << 3));
    const bits = (mu * 0x9e3779b97f4a7c15 + sigma) * 0x9e3779b97f4a7c15;
    let slot = u32(bits >> 32) & (slots - 1);
    let place = load<u32>(scratch + (slot << 2));
    while (place != u32.MAX_VALUE) {
      const like = load<u32>(different + (place << 2)) << 3;
      if (load<u64>(mus + like) == mu && load<u64>(sigmas + like) == sigma) break;
      slot = (slot + 1) & (slots - 1);
      place = load<u32>(scratch + (slot << 2));
    }
    if (place == u32.MAX_VALUE) {
      place = count++;
      store<u32>(scratch + (slot << 2), place);
      store<u32>(different + (place << 2), k);
    }
    store<u32>(places + (k << 2), place);
  }
  return count;
}
