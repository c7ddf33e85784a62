import { type Matrix, trainTestSplit } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";

/** Images of 8 x 8 pixels, grey values from 0 to 16 with high values for ink, and their digits. */
export interface Labelled {
  readonly X: Matrix;
  readonly y: Uint8Array;
}

export interface Data {
  readonly train: Labelled;
  /** A fifth, drawn so that every digit has its share; the same one in every run, and so never seen by a saved model. */
  readonly test: Labelled;
}

export function loadData(): Data {
  const { X, y } = loadDigits();
  const [XTrain, XTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.2, randomState: 42, stratify: y });
  return { train: { X: XTrain, y: yTrain }, test: { X: XTest, y: yTest } };
}
