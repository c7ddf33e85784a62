import { dropoutHash, dropoutThreshold } from "../neural/dropout-mask.js";

/** The same factors as `dropoutMask`, in a loop that engines make fast: a third of all values of an image network pass through it. */
export function dropoutFactors(key: number, first: number, length: number, rate: number): Float32Array {
  const threshold = dropoutThreshold(rate);
  const kept = 1 / (1 - rate);
  const factors = new Float32Array(length);
  for (let i = 0; i < length; i++) factors[i] = dropoutHash(first + i, key) < threshold ? 0 : kept;
  return factors;
}
