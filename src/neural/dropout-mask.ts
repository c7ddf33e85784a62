/**
 * The bits by which a value is dropped or kept: a hash of the value's number and of a key. Kernels have the same function, so
 * every backend drops the same values.
 *
 * It is the integer hash "lowbias32" of Chris Wellons, of the number xor the key.
 * @see https://nullprogram.com/blog/2018/07/31/
 */
export function dropoutHash(counter: number, key: number): number {
  let x = counter ^ key;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Values whose hash is below this are dropped. */
export const dropoutThreshold = (rate: number): number => Math.min(0xffffffff, Math.round(rate * 2 ** 32));

/**
 * What the values are multiplied with: 0 where they are dropped, else 1 / (1 - rate) in f32.
 *
 * @param key - of the layer in this epoch
 * @param first - number of the first value: rows of the epoch before it, times values of a row
 */
export function dropoutMask(key: number, first: number, length: number, rate: number): Float32Array {
  const threshold = dropoutThreshold(rate);
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length }, (_, i) => (dropoutHash(first + i, key) < threshold ? 0 : kept));
}
