import type { OneAgainstRest, Ranking } from "./one-against-rest.js";

export type Point = readonly [x: number, y: number];

/** A curve in the unit square, its points by ascending x, and the area below it. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly area: number;
}

/** Curves of classes, and their averages where there are several. */
export interface Curves {
  readonly classes: readonly Curve[];
  readonly averages: { readonly micro: Curve; readonly macro: Curve } | null;
}

/** Points nearer to each other than this look like one. */
const SEEN = 1 / 1000;
const MEANS = 500;

/**
 * A curve for each class, one for all of them as one question (micro), and one of their means at each x (macro).
 *
 * @param valueAt how high a curve is at some x
 */
export function curvesOf(
  { rankings, pooled }: OneAgainstRest,
  curveOf: (ranking: Ranking) => Curve,
  valueAt: (points: readonly Point[], x: number) => number,
): Curves {
  const curves = rankings.map(curveOf);
  const classes = curves.map(thinned);
  if (pooled === null) return { classes, averages: null };
  const mean = (value: (curve: Curve) => number) => curves.reduce((sum, its) => sum + value(its), 0) / curves.length;
  const means = Array.from({ length: MEANS + 1 }, (_, i) => i / MEANS).map(
    (x): Point => [x, mean(({ points }) => valueAt(points, x))],
  );
  const macro = { name: "macro average", points: means, area: mean(({ area }) => area) };
  return { classes, averages: { micro: thinned(curveOf(pooled)), macro } };
}

/** A curve has a point for each row, and a picture a few hundred dots across. */
function thinned(curve: Curve): Curve {
  const points = curve.points.slice(0, 1);
  for (const point of curve.points) {
    const [x, y] = points.at(-1)!;
    if (point[0] - x > SEEN || Math.abs(point[1] - y) > SEEN) points.push(point);
  }
  return { ...curve, points: [...points, curve.points.at(-1)!] };
}

/** The place of the first point at or behind x, by bisection; points are many and are asked often. */
export function firstFrom(points: readonly Point[], x: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]![0] >= x) high = middle;
    else low = middle + 1;
  }
  return low;
}
