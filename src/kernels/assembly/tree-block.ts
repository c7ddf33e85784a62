// The block: a small node's codes, copied column by column [feature][index in the block], so that its descendants
// gather from the cache. Inside it a sample's row is its index in the block.
import { block, blockRows, keys, samples, setBlock } from "./tree-context";

/** Interleaves the lower, or the upper, eight bytes of two. */
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function rowOf(addresses: u32, i: u32, f: u32): v128 {
  return v128.load(load<u32>(addresses + (i << 2)) + f);
}

/** Transposes 16 rows of 16 bytes: of the eight bits of a byte's place each round of interleaving rotates one. */
@inline
function transpose(addresses: u32, f: u32, to: u32, stride: u32): void {
  const a0 = rowOf(addresses, 0, f), a1 = rowOf(addresses, 1, f);
  const a2 = rowOf(addresses, 2, f), a3 = rowOf(addresses, 3, f);
  const a4 = rowOf(addresses, 4, f), a5 = rowOf(addresses, 5, f);
  const a6 = rowOf(addresses, 6, f), a7 = rowOf(addresses, 7, f);
  const a8 = rowOf(addresses, 8, f), a9 = rowOf(addresses, 9, f);
  const a10 = rowOf(addresses, 10, f), a11 = rowOf(addresses, 11, f);
  const a12 = rowOf(addresses, 12, f), a13 = rowOf(addresses, 13, f);
  const a14 = rowOf(addresses, 14, f), a15 = rowOf(addresses, 15, f);
  const b0 = low(a0, a8), b1 = high(a0, a8);
  const b2 = low(a1, a9), b3 = high(a1, a9);
  const b4 = low(a2, a10), b5 = high(a2, a10);
  const b6 = low(a3, a11), b7 = high(a3, a11);
  const b8 = low(a4, a12), b9 = high(a4, a12);
  const b10 = low(a5, a13), b11 = high(a5, a13);
  const b12 = low(a6, a14), b13 = high(a6, a14);
  const b14 = low(a7, a15), b15 = high(a7, a15);
  const c0 = low(b0, b8), c1 = high(b0, b8);
  const c2 = low(b1, b9), c3 = high(b1, b9);
  const c4 = low(b2, b10), c5 = high(b2, b10);
  const c6 = low(b3, b11), c7 = high(b3, b11);
  const c8 = low(b4, b12), c9 = high(b4, b12);
  const c10 = low(b5, b13), c11 = high(b5, b13);
  const c12 = low(b6, b14), c13 = high(b6, b14);
  const c14 = low(b7, b15), c15 = high(b7, b15);
  const d0 = low(c0, c8), d1 = high(c0, c8);
  const d2 = low(c1, c9), d3 = high(c1, c9);
  const d4 = low(c2, c10), d5 = high(c2, c10);
  const d6 = low(c3, c11), d7 = high(c3, c11);
  const d8 = low(c4, c12), d9 = high(c4, c12);
  const d10 = low(c5, c13), d11 = high(c5, c13);
  const d12 = low(c6, c14), d13 = high(c6, c14);
  const d14 = low(c7, c15), d15 = high(c7, c15);
  const e0 = low(d0, d8), e1 = high(d0, d8);
  const e2 = low(d1, d9), e3 = high(d1, d9);
  const e4 = low(d2, d10), e5 = high(d2, d10);
  const e6 = low(d3, d11), e7 = high(d3, d11);
  const e8 = low(d4, d12), e9 = high(d4, d12);
  const e10 = low(d5, d13), e11 = high(d5, d13);
  const e12 = low(d6, d14), e13 = high(d6, d14);
  const e14 = low(d7, d15), e15 = high(d7, d15);
  v128.store(to + 0 * stride, e0);
  v128.store(to + 1 * stride, e1);
  v128.store(to + 2 * stride, e2);
  v128.store(to + 3 * stride, e3);
  v128.store(to + 4 * stride, e4);
  v128.store(to + 5 * stride, e5);
  v128.store(to + 6 * stride, e6);
  v128.store(to + 7 * stride, e7);
  v128.store(to + 8 * stride, e8);
  v128.store(to + 9 * stride, e9);
  v128.store(to + 10 * stride, e10);
  v128.store(to + 11 * stride, e11);
  v128.store(to + 12 * stride, e12);
  v128.store(to + 13 * stride, e13);
  v128.store(to + 14 * stride, e14);
  v128.store(to + 15 * stride, e15);
}

/** Copies the rows of samples [from, from + n) of row-major bytes into the block, and numbers them. */
export function fillBlock(data: u32, nFeatures: u32, from: u32, n: u32): void {
  const first = samples + (from << 3);
  const stride = blockRows;
  // The rows' addresses; the last one again up to a multiple of 16, which the stride has room for.
  const padded = (n + 15) & ~15;
  for (let i: u32 = 0; i < padded; i++) {
    store<u32>(keys + (i << 2), data + load<u32>(first + (min(i, n - 1) << 3)) * nFeatures);
  }
  const wide = nFeatures & ~15;
  for (let i: u32 = 0; i < padded; i += 16) {
    for (let f: u32 = 0; f < wide; f += 16) transpose(keys + (i << 2), f, block + f * stride + i, stride);
  }
  for (let f = wide; f < nFeatures; f++) {
    for (let i: u32 = 0; i < n; i++) store<u8>(block + f * stride + i, load<u8>(load<u32>(keys + (i << 2)) + f));
  }
  for (let i: u32 = 0; i < n; i++) store<u32>(first + (i << 3), i);
  setBlock(from, from + n);
}
