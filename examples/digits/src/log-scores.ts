import type { Run } from "trellis-learn/tracking";
import type { Scores } from "./scores.js";

/** Logs how good a model is on the test images. */
export function logScores(run: Run, { accuracy, precision, recall, f1, classificationReport }: Scores): void {
  run.metrics({ test_accuracy: accuracy, test_precision: precision, test_recall: recall, test_f1: f1 });
  run.artifact("classification_report.txt", classificationReport);
}
