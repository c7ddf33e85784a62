/** True and false positives when every score >= threshold counts as positive; thresholds descend. */
export interface CountsAtThresholds {
  readonly truePositives: number[];
  readonly falsePositives: number[];
  readonly thresholds: number[];
}

/**
 * Counts (or weights) at each distinct score, the start of every ranking metric. Rows of weight 0 are left out, so that
 * they add no threshold. `positive` is non-zero where the row is of the positive class.
 */
export function countsAtThresholds(
  positive: ArrayLike<number>,
  score: Float64Array,
  weight: Float64Array | undefined,
): CountsAtThresholds {
  const order = Uint32Array.from(score.keys())
    .filter((row) => weight?.[row] !== 0)
    .sort((a, b) => score[b]! - score[a]!);
  const counts: CountsAtThresholds = { truePositives: [], falsePositives: [], thresholds: [] };
  let [hits, alarms] = [0, 0];
  order.forEach((row, rank) => {
    const w = weight?.[row] ?? 1;
    if (positive[row]) hits += w;
    else alarms += w;
    const next = order[rank + 1];
    if (next !== undefined && score[next] === score[row]) return;
    counts.truePositives.push(hits);
    counts.falsePositives.push(alarms);
    counts.thresholds.push(score[row]!);
  });
  return counts;
}

/**
 * Area under the ROC curve by the trapezoid rule, so that a tie counts one half. NaN where the rows that carry weight
 * are all of one class.
 */
export function areaUnderRoc(
  positive: ArrayLike<number>,
  score: Float64Array,
  weight: Float64Array | undefined,
): number {
  const { truePositives, falsePositives } = countsAtThresholds(positive, score, weight);
  let [area, lastHits, lastAlarms] = [0, 0, 0];
  truePositives.forEach((hits, i) => {
    const alarms = falsePositives[i]!;
    area += ((alarms - lastAlarms) * (hits + lastHits)) / 2;
    [lastHits, lastAlarms] = [hits, alarms];
  });
  return area / (lastHits * lastAlarms);
}
