import {
  accuracyScore,
  classificationReport,
  confusionMatrix,
  f1Score,
  precisionScore,
  type RandomForestClassifier,
  type RunOptions,
  recallScore,
} from "trellis-learn";
import type { Labelled } from "./data.js";

/** How good a model is on images that it was not fitted on. Precision, recall and F1 are means over the digits. */
export interface Scores {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Precision, recall and F1 of each digit, as scikit-learn prints them. */
  readonly classificationReport: string;
  /** Row: the true digit; column: the predicted one. */
  readonly confusion: readonly (readonly number[])[];
}

export async function scoresOf(
  model: RandomForestClassifier,
  { X, y }: Labelled,
  options: RunOptions,
): Promise<Scores> {
  const predicted = await model.predict(X, options);
  const average = "macro" as const;
  return {
    accuracy: accuracyScore(y, predicted),
    precision: precisionScore(y, predicted, { average }),
    recall: recallScore(y, predicted, { average }),
    f1: f1Score(y, predicted, { average }),
    classificationReport: classificationReport(y, predicted, { digits: 4 }),
    confusion: confusionMatrix(y, predicted, { labels: model.classes }),
  };
}
