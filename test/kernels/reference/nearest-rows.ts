export type Metric = "euclidean" | "manhattan";

export interface Near {
  readonly index: number;
  readonly sum: number;
}

/** By the definition: the sums of all rows, sorted, rows as far away in the order of their numbers. */
export function nearestRows(
  rows: readonly ArrayLike<number>[],
  query: ArrayLike<number>,
  metric: Metric,
  k: number,
): Near[] {
  const all = rows.map((row, index) => {
    let sum = 0;
    for (let j = 0; j < row.length; j++) {
      const difference = query[j]! - row[j]!;
      sum += metric === "euclidean" ? difference * difference : Math.abs(difference);
    }
    return { index, sum };
  });
  return all.sort((a, b) => a.sum - b.sum || a.index - b.index).slice(0, k);
}
