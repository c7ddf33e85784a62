import { Rng } from "../core/random.js";
import type { Target } from "../core/target.js";

/** Small data to learn from: integers 0 .. 16, so that every container holds them exactly. */
export interface Problem {
  readonly rows: readonly (readonly number[])[];
  /** Class 0, 1 or 2 of each row, a number, or undefined, as the estimator's target is. */
  readonly y: readonly number[] | undefined;
}

const CENTRES = [
  [3, 3, 12, 8],
  [12, 4, 3, 12],
  [8, 13, 8, 3],
];
const SLOPES = [2, -3, 0.5, 1];

/** Three separable blobs, or numbers that are linear in X but for a little noise. */
export function makeProblem(target: Target["kind"], count = 48, classes = 3, seed = 7): Problem {
  const rng = new Rng(seed);
  const rows = Array.from({ length: count }, (_, i) =>
    CENTRES[i % classes]!.map((centre) => Math.min(16, Math.max(0, Math.round(centre + 1.5 * rng.normal())))),
  );
  if (target === "none") return { rows, y: undefined };
  if (target === "labels") return { rows, y: rows.map((_, i) => i % classes) };
  return { rows, y: rows.map((row) => row.reduce((sum, x, j) => sum + x * SLOPES[j]!, 0.1 * rng.normal())) };
}
