// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014) as a counter-based hash.

const GOLDEN: u64 = 0x9e3779b97f4a7c15;
const LEFT: u64 = 0x632be59bd9b4e019;
const RIGHT: u64 = 0xd1342543de82ef95;

/** The stream's state; a caller that stops in the middle keeps it in its scratch. */
export let stream: u64 = 0;

export function seedStream(state: u64): void {
  stream = state;
}

@inline
export function mix(x: u64): u64 {
  let z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Key of the root, and of the children of a node with a key: a node's draws depend on the seed and its path alone. */
export function rootKey(seed: u64): u64 {
  return mix(seed ^ LEFT);
}
export function leftKey(key: u64): u64 {
  return mix(key ^ LEFT);
}
export function rightKey(key: u64): u64 {
  return mix(key ^ RIGHT);
}

function next(): u64 {
  stream += GOLDEN;
  return mix(stream);
}

/** Uniform in [0, 1), 53 bits. */
export function uniform(): f64 {
  return f64(next() >> 11) * (1.0 / 9007199254740992.0);
}

/** Uniform in [0, range), without bias (Lemire, "Fast random integer generation in an interval", 2019). */
export function bounded(range: u32): u32 {
  let product = (next() >> 32) * u64(range);
  if (u32(product) < range) {
    const threshold: u32 = (0 - range) % range;
    while (u32(product) < threshold) product = (next() >> 32) * u64(range);
  }
  return u32(product >> 32);
}
