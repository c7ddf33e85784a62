import type { Padding, Pair } from "../../../src/neural/layers.js";
import type { Shape } from "../../../src/neural/network.js";

/** A place of a window that lies inside the image. */
export interface Place {
  /** Its number in the window, row-major. */
  readonly inWindow: number;
  /** Its number in the image, row-major, channels not counted. */
  readonly inImage: number;
}

/**
 * The windows of an image, row by row, each with its places inside the image, row-major.
 *
 * "same" makes ceil(size / stride) windows and pads as little as that needs, the odd one at the end.
 * @see https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function windowsOfImage(image: Shape, window: Pair, strides: Pair, padding: Padding): readonly Place[][] {
  const rows = along(image[0]!, window[0], strides[0], padding);
  const cols = along(image[1]!, window[1], strides[1], padding);
  return rows.flatMap((inRows) =>
    cols.map((inCols) =>
      inRows.flatMap(([windowRow, row]) =>
        inCols.map(([windowCol, col]) => ({
          inWindow: windowRow * window[1] + windowCol,
          inImage: row * image[1]! + col,
        })),
      ),
    ),
  );
}

/** Along one axis: of each window, the pairs of a position in it and in the data. */
function along(size: number, window: number, stride: number, padding: Padding): [inWindow: number, inData: number][][] {
  const count = padding === "same" ? Math.ceil(size / stride) : Math.ceil((size - window + 1) / stride);
  const padded = padding === "same" ? Math.max(0, (count - 1) * stride + window - size) : 0;
  const before = Math.floor(padded / 2);
  return Array.from({ length: count }, (_, i) => {
    const places: [number, number][] = [];
    for (let k = 0; k < window; k++) {
      const at = i * stride - before + k;
      if (at >= 0 && at < size) places.push([k, at]);
    }
    return places;
  });
}
