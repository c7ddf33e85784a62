import type { Direction } from "./sampler.js";

/** Whether value a is better than value b; not where either is NaN. */
export function isBetter(a: number, b: number, direction: Direction): boolean {
  return direction === "minimize" ? a < b : a > b;
}

/** The best of the values that are not NaN; NaN if there is none. */
export function bestOf(values: Iterable<number>, direction: Direction): number {
  let best = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(best) || isBetter(value, best, direction)) best = value;
  }
  return best;
}
