import {
  accuracyScore,
  confusionMatrix,
  f1Score,
  type Label,
  logLoss,
  type Matrix,
  precisionScore,
  type RunOptions,
  recallScore,
  rocAucScore,
} from "trellis-learn";
import type { Labelled } from "./data.js";

/** Whatever classifies. */
export interface FittedClassifier {
  readonly classes: readonly Label[];
  predict(X: Matrix, options?: RunOptions): Promise<readonly Label[]>;
  predictProba(X: Matrix, options?: RunOptions): Promise<Matrix>;
}

/** How good a model is on images that it was not fitted on. Recall, precision and F1 are means over the digits. */
export interface Scores {
  readonly accuracy: number;
  readonly logLoss: number;
  /** One digit against the rest, the mean over the digits. */
  readonly rocAuc: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
  /** Row: the true digit; column: the predicted one. */
  readonly confusion: readonly (readonly number[])[];
}

export async function scoresOf(model: FittedClassifier, { X, y }: Labelled, options: RunOptions): Promise<Scores> {
  const labels = model.classes;
  const predicted = await model.predict(X, options);
  const probabilities = await model.predictProba(X, options);
  const average = "macro" as const;
  return {
    accuracy: accuracyScore(y, predicted),
    logLoss: logLoss(y, probabilities, { labels }),
    rocAuc: rocAucScore(y, probabilities, { labels, multiClass: "ovr" }),
    recall: recallScore(y, predicted, { average }),
    precision: precisionScore(y, predicted, { average }),
    f1: f1Score(y, predicted, { average }),
    confusion: confusionMatrix(y, predicted, { labels }),
  };
}
