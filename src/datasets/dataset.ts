import type { Matrix } from "../core/matrix.js";

/** A labelled dataset: `await estimator.fit(X, y)`. */
export interface Dataset {
  /** rows x cols: the samples. */
  readonly X: Matrix;
  /** Class of each row, counted from 0. */
  readonly y: Uint8Array;
  /** Name of each column. */
  readonly featureNames: readonly string[];
  /** Name of each class: `targetNames[y[i]]`. */
  readonly targetNames: readonly string[];
}

/** A dataset whose rows are grey images, pixels row after row. */
export interface ImageDataset extends Dataset {
  /** Pixels of the picture in each row. */
  readonly imageShape: readonly [height: number, width: number];
}

/** "pixel_0_0", "pixel_0_1" ...: row and column of each pixel, as scikit-learn calls them. */
export function pixelNames([height, width]: readonly [number, number]): string[] {
  return Array.from({ length: height * width }, (_, i) => `pixel_${Math.floor(i / width)}_${i % width}`);
}

/** "0" to "9". */
export const DIGIT_NAMES: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));
