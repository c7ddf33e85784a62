import type { AnyEstimator } from "trellis-learn";
import type { Run, Tracker } from "trellis-learn/tracking";
import type { Files } from "./report-folder.js";
import type { Outcome, Trained } from "./train.js";

/** To the run of a family's search: its best parameters, and how good the best model is on the test images. */
export function logFamily(run: Run, { name, cvScore, bestParams, test }: Outcome, pictures: Files): void {
  run.params(bestParams ?? {});
  run.metrics({
    [`${name}_best_score`]: cvScore!,
    [`${name}_test_accuracy`]: test.accuracy,
    [`${name}_test_loss`]: test.logLoss,
    [`${name}_roc_auc_score`]: test.rocAuc,
    [`${name}_recall_score`]: test.recall,
  });
  for (const [file, content] of Object.entries(pictures)) run.artifact(file, content);
}

/** The ensemble as a run of its own. */
export async function logEnsemble(
  tracker: Tracker,
  { test }: Outcome,
  ensemble: AnyEstimator,
  pictures: Files,
): Promise<void> {
  const run = tracker.startRun("ensemble_training", { tags: { model: "ensemble_model" } });
  run.metrics({
    ensemble_accuracy: test.accuracy,
    ensemble_recall: test.recall,
    ensemble_precision: test.precision,
    ensemble_f1_score: test.f1,
  });
  for (const [file, content] of Object.entries(pictures)) run.artifact(file, content);
  await run.model("ensemble", ensemble);
  run.end();
}

/** The model with the best CV score of all as a run of its own. */
export async function logBestOfAll(
  tracker: Tracker,
  { model, outcome: { name, cvScore, bestParams, test } }: Trained,
): Promise<void> {
  const run = tracker.startRun("logging_best_of_all_model", {
    tags: {
      model: "best_model",
      "mlflow.note.content": "The model with the best score in cross-validation of all that were trained.",
    },
  });
  run.params({
    best_model_name: name,
    best_model_type: model.definition.name,
    ...bestParams,
  });
  run.metrics({
    best_model_score: cvScore!,
    best_model_test_accuracy: test.accuracy,
    best_model_recall: test.recall,
    best_model_test_log_loss: test.logLoss,
    best_model_roc_auc_score: test.rocAuc,
  });
  await run.model("best_model", model);
  run.end();
}
