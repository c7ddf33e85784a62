import { type RunOptions, VotingClassifier } from "trellis-learn";
import { consoleProgress } from "trellis-learn/node";
import { type Tracker, track } from "trellis-learn/tracking";
import type { Data } from "./data.js";
import type { Family } from "./families.js";
import { logEnsemble, logFamily } from "./log-outcomes.js";
import type { ReportFolder } from "./report-folder.js";
import { type Scores, scoresOf } from "./scores.js";

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

/** Searches the grid of a family, leaves its best model, its results and its picture in the folder, and logs them. */
export async function trainFamily(
  { name, title, search }: Family,
  data: Data,
  folder: ReportFolder,
  tracker: Tracker,
  options: RunOptions,
): Promise<Outcome> {
  const started = performance.now();
  const { X, y } = data.train;
  const tracked = track(tracker, { name: `${name}_training`, tags: { model: name } });
  await tracked.fit(search, X, y, { ...options, onEvent: consoleProgress({ name: name.padEnd(8) }) });
  const seconds = (performance.now() - started) / 1000;

  const model = search.bestEstimator;
  const test = await scoresOf(model, data.test, options);
  const untouched = data.untouched === null ? null : await scoresOf(model, data.untouched, options);
  await folder.write(`${name}-cv-results.csv`, search.cvResults.toCsv());
  await folder.writeModel(name, model);
  const pictures = await folder.writePicture(name, title, test, model.classes);
  const { bestScore: cvScore, bestParams } = search;
  const outcome = { name, cvScore, bestParams, test, untouched, seconds };
  logFamily(tracked.run, outcome, pictures);
  return outcome;
}

/** Lets the best models of all families vote with their probabilities; nothing is fitted again. */
export async function vote(
  trained: readonly Family[],
  data: Data,
  folder: ReportFolder,
  tracker: Tracker,
  options: RunOptions,
): Promise<Outcome> {
  const started = performance.now();
  const ensemble = new VotingClassifier({
    estimators: trained.map(({ name, search }) => [name, search.bestEstimator] as const),
    voting: "soft",
    prefit: true,
  });
  await ensemble.fit(data.train.X, data.train.y, options);
  const test = await scoresOf(ensemble, data.test, options);
  const untouched = data.untouched === null ? null : await scoresOf(ensemble, data.untouched, options);
  const seconds = (performance.now() - started) / 1000;

  await folder.writeModel("ensemble", ensemble);
  const pictures = await folder.writePicture("ensemble", "Ensemble", test, ensemble.classes);
  const outcome = { name: "ensemble", cvScore: null, bestParams: null, test, untouched, seconds };
  await logEnsemble(tracker, outcome, ensemble, pictures);
  return outcome;
}
