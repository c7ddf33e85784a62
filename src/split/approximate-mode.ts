import type { RandomState } from "./numpy-random.js";

/**
 * How many rows of each class to draw, so that `draws` rows in all keep the classes' proportions: every class gets the
 * floor of its share, and the largest remainders get one more. Equal remainders are settled by the generator, so that
 * no class is favoured; this is the (approximate) mode of the multivariate hypergeometric distribution.
 *
 * Source: `sklearn.utils.extmath._approximate_mode`, whose draws it repeats one by one.
 *
 * @param classCounts rows of each class
 * @param draws rows to draw in all, at most the sum of `classCounts`
 */
export function approximateMode(classCounts: Uint32Array, draws: number, random: RandomState): Uint32Array {
  const total = classCounts.reduce((sum, count) => sum + count, 0);
  const share = Float64Array.from(classCounts, (count) => (count / total) * draws);
  const drawn = Uint32Array.from(share, Math.floor);
  const remainder = share.map((value, k) => value - drawn[k]!);
  let missing = draws - drawn.reduce((sum, count) => sum + count, 0);

  const descending = [...new Set(remainder)].sort((a, b) => b - a);
  for (const value of descending) {
    if (missing <= 0) break;
    const tied = Uint32Array.from([...remainder.keys()].filter((k) => remainder[k] === value));
    const adding = Math.min(tied.length, missing);
    for (const k of random.choice(tied, adding)) drawn[k]! += 1;
    missing -= adding;
  }
  return drawn;
}
