import { padded } from "../kernels/svm-solve.js";

/** Training rows, those of a class one after the other; of regression, all in one segment. */
export interface Segments {
  /** Rows of the training table in that order. */
  readonly sorted: Uint32Array;
  /** Where each segment begins, and at last where all end. */
  readonly starts: readonly number[];
}

/** How the rows of a segmented kernel matrix lie: each segment begins at a multiple of 4. */
export interface Layout {
  /** Number of rows, those included that only fill up. */
  readonly rows: number;
  /** First row of each segment. */
  readonly begins: readonly number[];
  /** For each row its place in `sorted`; rows that fill up repeat the segment's last, so that they hold finite numbers. */
  readonly places: Uint32Array;
}

export function layoutOf({ starts }: Segments): Layout {
  const begins: number[] = [];
  const places: number[] = [];
  for (let s = 0; s + 1 < starts.length; s++) {
    const [from, to] = [starts[s]!, starts[s + 1]!];
    begins.push(places.length);
    for (let t = 0; t < padded(to - from); t++) places.push(Math.min(from + t, to - 1));
  }
  return { rows: places.length, begins, places: Uint32Array.from(places) };
}
