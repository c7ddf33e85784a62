import type { Outcome } from "mnist-example/train";
import { renamed, snakeCase } from "./parameter-names.js";

/** What GET /best_model_parameters says of a model. */
export interface ModelEntry {
  readonly name: string;
  readonly best_params: Readonly<Record<string, unknown>>;
  /** Best mean score in cross-validation. */
  readonly accuracy: number;
  readonly test_accuracy: number;
  readonly test_loss: number;
  readonly roc_auc_score: number;
  readonly recall: number;
}

/** The entry of each model of the last training that completed, and first that of the best one. */
export type BestParameters = Readonly<Record<string, ModelEntry>> & { readonly best_model: ModelEntry };

export function entryOf({ name, cvScore, bestParams, test }: Outcome): ModelEntry {
  return {
    name,
    best_params: renamed(bestParams ?? {}, snakeCase),
    accuracy: cvScore!,
    test_accuracy: test.accuracy,
    test_loss: test.logLoss,
    roc_auc_score: test.rocAuc,
    recall: test.recall,
  };
}

export function bestParametersOf(best: Outcome, all: readonly Outcome[]): BestParameters {
  const entries = all.map((outcome) => [outcome.name, entryOf(outcome)] as const);
  return { best_model: entryOf(best), ...Object.fromEntries(entries) };
}
