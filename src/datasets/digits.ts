import { Matrix } from "../core/matrix.js";
import { DIGIT_NAMES, type ImageDataset, pixelNames } from "./dataset.js";
import { CODE_LENGTHS, LABELS, PIXELS } from "./digits-data.js";
import { decodeHuffman } from "./huffman.js";

const SHAPE = [8, 8] as const;

/**
 * 1797 handwritten digits of 8 x 8 pixels, grey values 0 to 16 as bytes: the same rows in the same order as
 * scikit-learn's `load_digits`. The data is part of the package; nothing is downloaded or read. Each call gives new
 * arrays.
 *
 * Source: the test set of E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
 * Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html
 */
export function loadDigits(): ImageDataset {
  const rows = LABELS.length;
  const cols = SHAPE[0] * SHAPE[1];
  const packed = Uint8Array.from(atob(PIXELS), (char) => char.charCodeAt(0));
  return {
    X: new Matrix(decodeHuffman(CODE_LENGTHS, packed, rows * cols), rows, cols),
    y: Uint8Array.from(LABELS, Number),
    featureNames: pixelNames(SHAPE),
    targetNames: DIGIT_NAMES,
    imageShape: SHAPE,
  };
}
