import type { Isotonic } from "./calibrators.js";

/** Scores nearer to each other than this are one (numpy's resolution of f64, as in scikit-learn). */
const RESOLUTION = 1e-15;

/** Neighbouring scores that have one value. */
interface Pool {
  /** Its first score. */
  readonly from: number;
  /** Its last score. */
  to: number;
  sum: number;
  weight: number;
}

/**
 * Isotonic regression: of all functions that never fall, the one that is nearest to 0 and 1 in the least squares, by pooling
 * adjacent violators (R. E. Barlow et al., "Statistical inference under order restrictions", 1972; one pass with a stack as
 * in M. J. Best and N. Chakravarti, Mathematical Programming 47, 1990). Between its thresholds it is linear.
 *
 * @param weights of the rows, not all zero; null for 1 each
 */
export function fitIsotonic(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: Float64Array | null,
): Isotonic {
  const pools: Pool[] = [];
  for (const pool of distinct(scores, isPositive, weights)) {
    let last = pool;
    for (let before = pools.at(-1); before !== undefined && isViolated(before, last); before = pools.at(-1)) {
      pools.pop();
      last = { from: before.from, to: last.to, sum: before.sum + last.sum, weight: before.weight + last.weight };
    }
    pools.push(last);
  }
  // A pool is level, so its two ends say it all.
  const ends = pools.flatMap((pool) => {
    const value = pool.sum / pool.weight;
    return pool.from === pool.to
      ? [[pool.from, value]]
      : [
          [pool.from, value],
          [pool.to, value],
        ];
  });
  return {
    kind: "isotonic",
    scores: Float64Array.from(ends, ([score]) => score!),
    values: Float64Array.from(ends, ([, value]) => value!),
  };
}

const isViolated = (before: Pool, after: Pool) => before.sum / before.weight >= after.sum / after.weight;

/** The distinct scores, ascending, with the sums over the rows that have them. */
function distinct(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: Float64Array | null,
): readonly Pool[] {
  const rows = [...scores.keys()].filter((row) => (weights?.[row] ?? 1) > 0);
  const made: Pool[] = [];
  for (const row of rows.sort((a, b) => scores[a]! - scores[b]!)) {
    const score = scores[row]!;
    const weight = weights?.[row] ?? 1;
    let last = made.at(-1);
    if (last === undefined || score - last.from >= RESOLUTION) {
      last = { from: score, to: score, sum: 0, weight: 0 };
      made.push(last);
    }
    last.sum += isPositive(row) ? weight : 0;
    last.weight += weight;
  }
  return made;
}
