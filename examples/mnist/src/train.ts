import { type AnyEstimator, type RunOptions, type SearchFitOptions, VotingClassifier } from "trellis-learn";
import { type Tracker, track } from "trellis-learn/tracking";
import { confusionPicture } from "./confusion-picture.js";
import type { Data } from "./data.js";
import type { Family } from "./families.js";
import { logEnsemble, logFamily } from "./log-outcomes.js";
import type { ReportFolder } from "./report-folder.js";
import { type FittedClassifier, type Scores, scoresOf } from "./scores.js";

/** What is known of a model after its training. */
export interface Outcome {
  readonly name: string;
  /** Best mean accuracy over the folds; null for the ensemble, which is not searched for. */
  readonly cvScore: number | null;
  readonly bestParams: Readonly<Record<string, unknown>> | null;
  readonly test: Scores;
  /** On images that no training saw, where there are any. */
  readonly untouched: Scores | null;
  readonly seconds: number;
}

/** A fitted model and what is known of it. */
export interface Trained {
  readonly model: AnyEstimator;
  readonly outcome: Outcome;
}

/** Searches the grid of a family, leaves its best model, its results and its picture in the folder, and logs them. */
export async function trainFamily(
  { name, title, search }: Family,
  data: Data,
  folder: ReportFolder,
  tracker: Tracker,
  options: SearchFitOptions,
): Promise<Trained> {
  const started = performance.now();
  const { X, y } = data.train;
  const tracked = track(tracker, { name: `${name}_training`, tags: { model: name } });
  await tracked.fit(search, X, y, options);
  const seconds = (performance.now() - started) / 1000;

  const model = search.bestEstimator;
  const scores = await scoresOnTests(model, data, options);
  await folder.write(`${name}-cv-results.csv`, search.cvResults.toCsv());
  await folder.writeModel(name, model);
  const picture = await confusionPicture(title, model.classes, scores.test);
  const { bestScore: cvScore, bestParams } = search;
  const outcome = { name, cvScore, bestParams, ...scores, seconds };
  logFamily(tracked.run, outcome, await folder.writePicture(`${name}-confusion`, picture));
  return { model, outcome };
}

/** Lets the best models of all families vote with their probabilities; nothing is fitted again. */
export async function vote(
  trained: readonly Trained[],
  data: Data,
  folder: ReportFolder,
  tracker: Tracker,
  options: RunOptions,
): Promise<Trained> {
  const started = performance.now();
  const model = new VotingClassifier({
    estimators: trained.map(({ model, outcome }) => [outcome.name, model] as const),
    voting: "soft",
    prefit: true,
  });
  await model.fit(data.train.X, data.train.y, options);
  const scores = await scoresOnTests(model, data, options);
  const seconds = (performance.now() - started) / 1000;

  await folder.writeModel("ensemble", model);
  const picture = await confusionPicture("Ensemble", model.classes, scores.test);
  const outcome = { name: "ensemble", cvScore: null, bestParams: null, ...scores, seconds };
  await logEnsemble(tracker, outcome, model, await folder.writePicture("ensemble-confusion", picture));
  return { model, outcome };
}

/** The one with the best CV score, the first of equals; never the ensemble, which has none. */
export function bestOf(trained: readonly Trained[]): Trained {
  return trained.reduce((a, b) => ((b.outcome.cvScore ?? -1) > (a.outcome.cvScore ?? -1) ? b : a));
}

async function scoresOnTests(
  model: FittedClassifier,
  { test, untouched }: Data,
  options: RunOptions,
): Promise<Pick<Outcome, "test" | "untouched">> {
  return {
    test: await scoresOf(model, test, options),
    untouched: untouched === null ? null : await scoresOf(model, untouched, options),
  };
}
