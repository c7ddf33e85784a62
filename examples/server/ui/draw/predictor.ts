import type { ModelEntry } from "../service/contract.js";

/** What one model says of a drawing. */
export interface Answer {
  readonly model: string;
  /** Of the digits 0 to 9. */
  readonly probabilities: readonly number[];
  readonly milliseconds: number;
}

/** Asks all models at once. */
export interface Predictor {
  predict(pixels: Uint8Array<ArrayBuffer>): Promise<readonly Answer[]>;
}

/** The models that look at pictures of 28 x 28 and know the ten digits, the ensemble first. */
export function digitModels(models: readonly ModelEntry[]): readonly ModelEntry[] {
  const order = ["ensemble", "cnn", "fcnn", "svm", "xgboost", "rf"];
  const place = ({ name }: ModelEntry) => (order.includes(name) ? order.indexOf(name) : order.length);
  return models
    .filter(({ features, classes }) => features === 784 && classes?.length === 10)
    .sort((a, b) => place(a) - place(b));
}
